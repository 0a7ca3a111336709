import type { MisreadReason } from '../ports/hardware.ts';
import { after, millis, type Monotonic } from '../kernel/units.ts';

/** A reader that misreads again and again has one entry for each reason in so long. */
export const MISREADS_TOLD_EVERY_MS = millis(60_000);

/** What a reader misread since it was told of last. */
export interface Misreads {
  /** Until then nothing is told, and everything counted. */
  readonly until?: Monotonic;
  readonly counted: ReadonlyMap<MisreadReason, number>;
}

export const NO_MISREADS: Misreads = { counted: new Map() };

export type MisreadInput =
  | { readonly kind: 'misread'; readonly reason: MisreadReason; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic }
  /** Nobody listens any more: whatever was counted is told now. */
  | { readonly kind: 'end' };

export interface MisreadTold {
  readonly reason: MisreadReason;
  readonly times: number;
}

export type MisreadStep = readonly [misreads: Misreads, told: readonly MisreadTold[]];

/** The first misread is told at once. Each is told once, and none of them is lost. */
export function misreadStep(misreads: Misreads, input: MisreadInput): MisreadStep {
  if (input.kind === 'end') return [NO_MISREADS, listOf(misreads)];
  const { until } = misreads;
  const over = until === undefined || input.at >= until;
  const counted = new Map(misreads.counted);
  if (input.kind === 'misread') counted.set(input.reason, (counted.get(input.reason) ?? 0) + 1);
  if (!over) return [{ until, counted }, []];
  if (counted.size === 0) return [NO_MISREADS, []];
  return [{ until: after(input.at, MISREADS_TOLD_EVERY_MS), counted: new Map() }, listOf({ counted })];
}

const listOf = ({ counted }: Misreads): readonly MisreadTold[] =>
  Array.from(counted, ([reason, times]) => ({ reason, times }));
