import { assertNever } from '../kernel/assert.ts';
import type { Pseudonym } from '../kernel/ids.ts';
import { after, type Millis, type Monotonic } from '../kernel/units.ts';

/** A door that opens to two people alone: who has shown first that everything else is right, and until when. */
export type TwoPerson =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'one'; readonly first: Pseudonym; readonly until: Monotonic };

export const NEITHER_PERSON: TwoPerson = { kind: 'nobody' };

export type TwoPersonInput =
  /** Somebody was denied for want of a second person, and for nothing else. */
  | { readonly kind: 'alone'; readonly holder: Pseudonym; readonly at: Monotonic }
  /** The door was opened to two, or the first one gave up. */
  | { readonly kind: 'over' }
  | { readonly kind: 'time'; readonly at: Monotonic };

/** Who came before this holder and still waits: undefined where nobody does, or where it is the same person. */
export function companionOf(
  state: TwoPerson,
  { holder, at }: { readonly holder: Pseudonym; readonly at: Monotonic },
): Pseudonym | undefined {
  return state.kind === 'one' && state.first !== holder && at < state.until ? state.first : undefined;
}

export function twoPersonStep(state: TwoPerson, input: TwoPersonInput, withinMs: Millis): TwoPerson {
  switch (input.kind) {
    case 'alone':
      return { kind: 'one', first: input.holder, until: after(input.at, withinMs) };
    case 'over':
      return NEITHER_PERSON;
    case 'time':
      return state.kind === 'one' && input.at >= state.until ? NEITHER_PERSON : state;
    default:
      return assertNever(input);
  }
}
