import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  collectingDeadline,
  collectingStep,
  NOTHING_SHOWN,
  type Collecting,
  type CollectingInput,
  type CollectingStep,
} from '#core/access/collecting.ts';
import { FACTORS_OF, isEnough, type Combination } from '#core/access/factorRule.ts';
import type { Factor, FactorResult } from '#core/access/request.ts';
import { millis, monotonic } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';

const WITHIN = millis(10_000);
const shows = (factor: Factor, by = 'anna'): FactorResult => ({ factor, kind: 'established', holder: pseudonym(by) });
const step = (state: Collecting, input: CollectingInput, combinations: readonly Combination[]): CollectingStep =>
  collectingStep(state, input, { combinations, withinMs: WITHIN });
const shown = (state: Collecting, result: FactorResult, at: number, combinations: readonly Combination[]) =>
  step(state, { kind: 'shown', result, at: monotonic(at) }, combinations);

describe('somebody who shows one factor after the other', () => {
  const BOTH = ['card-and-pin', 'card-and-face'] as const;

  it('is asked for what makes it enough, and then it goes to a decision', () => {
    const [one, asked] = shown(NOTHING_SHOWN, shows('card'), 0, BOTH);
    expect(asked).toEqual([{ kind: 'ask', for: ['pin', 'face'] }]);
    expect(collectingDeadline(one)).toBe(10_000);
    expect(shown(one, shows('pin'), 9_999, BOTH)).toEqual([
      NOTHING_SHOWN,
      [{ kind: 'request', factors: [shows('card'), shows('pin')] }],
    ]);
  });

  it('goes to a decision with one factor where one is enough, and at once where it failed', () => {
    expect(shown(NOTHING_SHOWN, shows('card'), 0, ['card'])[1]).toEqual([
      { kind: 'request', factors: [shows('card')] },
    ]);
    const failed: FactorResult = { factor: 'card', kind: 'failed', reason: 'unknown-card' };
    expect(shown(NOTHING_SHOWN, failed, 0, BOTH)[1]).toEqual([{ kind: 'request', factors: [failed] }]);
  });

  it('is not left waiting for something that cannot become enough', () => {
    expect(shown(NOTHING_SHOWN, shows('pass'), 0, BOTH)[1]).toEqual([{ kind: 'request', factors: [shows('pass')] }]);
  });

  it('goes to a decision with what there is when the time is over, and begins anew after it', () => {
    const [one] = shown(NOTHING_SHOWN, shows('card'), 0, BOTH);
    expect(step(one, { kind: 'time', at: monotonic(9_999) }, BOTH)).toEqual([one, []]);
    expect(step(one, { kind: 'time', at: monotonic(10_000) }, BOTH)).toEqual([
      NOTHING_SHOWN,
      [{ kind: 'request', factors: [shows('card')] }],
    ]);
    // Also where the step of time comes late: nobody's card is joined by the PIN of whoever comes next.
    expect(shown(one, shows('face'), 10_000, BOTH)[1]).toEqual([{ kind: 'ask', for: ['card'] }]);
    expect(step(one, { kind: 'cancel' }, BOTH)).toEqual([NOTHING_SHOWN, []]);
  });

  it('may show another card in place of the first', () => {
    const [one] = shown(NOTHING_SHOWN, shows('card', 'bo'), 0, BOTH);
    const [two] = shown(one, shows('card'), 1, BOTH);
    expect(shown(two, shows('pin'), 2, BOTH)[1]).toEqual([{ kind: 'request', factors: [shows('card'), shows('pin')] }]);
  });

  it('never waits without being asked for something, nor for longer than allowed', () => {
    const all = Object.keys(FACTORS_OF) as Combination[];
    const acts = fc.array(
      fc.tuple(fc.constantFrom<Factor>('card', 'face', 'pin', 'pass'), fc.boolean(), fc.nat(12_000)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 }), acts, (combinations, list) => {
        let state: Collecting = NOTHING_SHOWN;
        let now = 0;
        for (const [factor, fails, wait] of list) {
          now += wait;
          const result: FactorResult = fails ? { factor, kind: 'failed', reason: 'not-recognised' } : shows(factor);
          const [next, effects] = shown(state, result, now, combinations);
          expect(effects).toHaveLength(1);
          const [effect] = effects;
          expect(next.kind).toBe(effect?.kind === 'ask' ? 'collecting' : 'idle');
          if (effect?.kind === 'ask') expect(effect.for.length).toBeGreaterThan(0);
          if (next.kind === 'collecting') {
            expect(next.until).toBe(now + WITHIN);
            expect(
              isEnough(
                next.shown.map((one) => one.factor),
                combinations,
              ),
            ).toBe(false);
            expect(new Set(next.shown.map((one) => one.factor)).size).toBe(next.shown.length);
          }
          state = next;
        }
      }),
    );
  });
});
