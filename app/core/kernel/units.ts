/** A span of time in milliseconds. */
export type Millis = number & { readonly unit: 'milliseconds' };
/** Milliseconds since an arbitrary start; never goes back. Deadlines and spans are made of these. */
export type Monotonic = number & { readonly unit: 'monotonic milliseconds' };
/** Milliseconds since 1970-01-01 UTC as the wall clock has it; may jump. For records and validity only. */
export type WallTime = number & { readonly unit: 'wall milliseconds' };

export const millis = (value: number): Millis => value as Millis;
export const monotonic = (value: number): Monotonic => value as Monotonic;
export const wallTime = (value: number): WallTime => value as WallTime;

export const after = (start: Monotonic, span: Millis): Monotonic => (start + span) as Monotonic;
export const elapsed = (from: Monotonic, to: Monotonic): Millis => (to - from) as Millis;
