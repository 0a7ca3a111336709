import type { Pseudonym } from '../kernel/ids.ts';
import { after, type Millis, type Monotonic } from '../kernel/units.ts';

/** A door that opens to two people alone: who has shown first that everything else is right, and until when. */
export type TwoPerson =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'one'; readonly first: Pseudonym; readonly until: Monotonic };

export const NEITHER_PERSON: TwoPerson = { kind: 'nobody' };

/** Somebody was denied for want of a second person, and for nothing else: whoever waited before is forgotten. */
export const awaitingSecond = (first: Pseudonym, at: Monotonic, withinMs: Millis): TwoPerson => ({
  kind: 'one',
  first,
  until: after(at, withinMs),
});

/** Who came before this holder and still waits: undefined where nobody does, or where it is the same person. */
export function companionOf(
  state: TwoPerson,
  { holder, at }: { readonly holder: Pseudonym; readonly at: Monotonic },
): Pseudonym | undefined {
  return state.kind === 'one' && state.first !== holder && at < state.until ? state.first : undefined;
}
