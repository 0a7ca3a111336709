import { assertNever } from '../kernel/assert.ts';
import { after, type Millis, type Monotonic } from '../kernel/units.ts';
import { isEnough, stillNeeded, type Combination } from './factorRule.ts';
import type { Factor, FactorResult } from './request.ts';

/** What somebody has shown so far at one access point, where one factor may not be enough. */
export type Collecting =
  | { readonly kind: 'idle' }
  | { readonly kind: 'collecting'; readonly shown: readonly FactorResult[]; readonly until: Monotonic };

export const NOTHING_SHOWN: Collecting = { kind: 'idle' };

export type CollectingInput =
  | { readonly kind: 'shown'; readonly result: FactorResult; readonly at: Monotonic }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type CollectingEffect =
  /** Everything there is, for `decide`. */
  | { readonly kind: 'request'; readonly factors: readonly FactorResult[] }
  /** What would bring the person nearer. */
  | { readonly kind: 'ask'; readonly for: readonly Factor[] };

export type CollectingStep = readonly [state: Collecting, effects: readonly CollectingEffect[]];

/**
 * One step of showing one factor after the other. It decides nothing: whatever is enough, or cannot become enough, or
 * comes to its end of time, goes to `decide` as it is.
 */
export function collectingStep(
  state: Collecting,
  input: CollectingInput,
  { combinations, withinMs }: { readonly combinations: readonly Combination[]; readonly withinMs: Millis },
): CollectingStep {
  switch (input.kind) {
    case 'cancel':
      return [NOTHING_SHOWN, []];
    case 'time':
      if (state.kind === 'idle' || input.at < state.until) return [state, []];
      return [NOTHING_SHOWN, [{ kind: 'request', factors: state.shown }]];
    case 'shown': {
      const before = state.kind === 'collecting' && input.at < state.until ? state.shown : [];
      // The same factor once more takes the place of the one before: another card is another person's, or the right one.
      const shown = [...before.filter(({ factor }) => factor !== input.result.factor), input.result];
      const factors = shown.map(({ factor }) => factor);
      const needed = stillNeeded(factors, combinations);
      if (input.result.kind === 'failed' || isEnough(factors, combinations) || needed.length === 0) {
        return [NOTHING_SHOWN, [{ kind: 'request', factors: shown }]];
      }
      const until = after(input.at, withinMs);
      return [{ kind: 'collecting', shown, until }, [{ kind: 'ask', for: needed }]];
    }
    default:
      return assertNever(input);
  }
}

export const collectingDeadline = (state: Collecting): Monotonic | undefined =>
  state.kind === 'collecting' ? state.until : undefined;
