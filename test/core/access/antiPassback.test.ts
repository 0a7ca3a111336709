import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  antiPassbackStep,
  GOING_MAX,
  isPassedBack,
  NOBODY_SEEN,
  type AntiPassback,
  type AntiPassbackInput,
  type AntiPassbackRule,
  type Crossing,
} from '#core/access/antiPassback.ts';
import type { AreaId } from '#core/kernel/ids.ts';
import { millis, monotonic } from '#core/kernel/units.ts';
import { accessPoint, pseudonym } from '../people.ts';

const OUTSIDE = 'outside' as AreaId;
const HALL = 'hall' as AreaId;
const STORE = 'store' as AreaId;
const IN: Crossing = { from: OUTSIDE, to: HALL };
const OUT: Crossing = { from: HALL, to: OUTSIDE };
const HARD_IN: AntiPassbackRule = { kind: 'hard', crossing: IN };
const HARD_OUT: AntiPassbackRule = { kind: 'hard', crossing: OUT };
const TIMED_IN: AntiPassbackRule = { kind: 'timed', crossing: IN, againAfterMs: millis(60_000) };
const ANNA = pseudonym('anna');
const DOOR = accessPoint('door');

const after = (state: AntiPassback, ...inputs: AntiPassbackInput[]): AntiPassback =>
  inputs.reduce(antiPassbackStep, state);
const granted = (name = 'anna', at = DOOR): AntiPassbackInput => ({
  kind: 'let-through',
  accessPoint: at,
  holder: pseudonym(name),
});
const taken = (crossing: Crossing, at = 0, through = DOOR): AntiPassbackInput => ({
  kind: 'taken',
  accessPoint: through,
  people: 'all',
  crossing,
  at: monotonic(at),
});
const NOT_TAKEN = { kind: 'not-taken', accessPoint: DOOR, people: 'all' } as const;
const passed = (crossing: Crossing, at = 0): AntiPassback => after(NOBODY_SEEN, granted(), taken(crossing, at));
const isBack = (state: AntiPassback, rule: AntiPassbackRule, at = 1): boolean =>
  isPassedBack(state, rule, { holder: ANNA, at: monotonic(at) });

describe('anti-passback', () => {
  it('lets everybody in whom nobody has seen yet', () => {
    for (const rule of [HARD_IN, HARD_OUT, TIMED_IN]) expect(isBack(NOBODY_SEEN, rule)).toBe(false);
  });

  it('is against a second way in without a way out between them', () => {
    const inside = passed(IN);
    expect(isBack(inside, HARD_IN)).toBe(true);
    expect(isBack(inside, HARD_OUT)).toBe(false);
    const outside = after(inside, granted(), taken(OUT));
    expect(isBack(outside, HARD_IN)).toBe(false);
    expect(isBack(outside, HARD_OUT)).toBe(true);
  });

  it('holds nothing against whoever was granted and did not go', () => {
    const stayed = after(NOBODY_SEEN, granted(), NOT_TAKEN, taken(IN));
    expect(isBack(stayed, HARD_IN)).toBe(false);
    expect(isBack(after(NOBODY_SEEN, granted()), HARD_IN), 'not gone yet').toBe(false);
  });

  it('takes all for gone who were granted when the leaf opens, and nobody at another door', () => {
    const state = after(NOBODY_SEEN, granted('anna'), granted('bo'), granted('chen', accessPoint('back')), taken(IN));
    expect(state.whereabouts.get(ANNA)?.area).toBe(HALL);
    expect(state.whereabouts.get(pseudonym('bo'))?.area).toBe(HALL);
    expect(state.whereabouts.get(pseudonym('chen'))).toBeUndefined();
  });

  it('takes the first one alone for gone where arms turn for each', () => {
    const both = after(NOBODY_SEEN, granted('anna'), granted('bo'));
    const one = after(both, { ...taken(IN), people: 'first' } as AntiPassbackInput);
    expect([ANNA, pseudonym('bo')].map((who) => one.whereabouts.get(who)?.area)).toEqual([HALL, undefined]);
    const none = after(both, { ...NOT_TAKEN, people: 'first' }, taken(IN));
    expect([ANNA, pseudonym('bo')].map((who) => none.whereabouts.get(who)?.area)).toEqual([undefined, HALL]);
  });

  it('with a time forbids the same way again until it is over, and not to whoever has gone out', () => {
    const inside = passed(IN, 1_000);
    expect(isBack(inside, TIMED_IN, 60_999)).toBe(true);
    expect(isBack(inside, TIMED_IN, 61_000)).toBe(false);
    expect(isBack(after(inside, granted(), taken(OUT, 2_000)), TIMED_IN, 3_000)).toBe(false);
  });

  it('is bypassed once on the word of an operator', () => {
    const excused = after(passed(IN), { kind: 'excuse', holder: ANNA });
    expect(isBack(excused, HARD_IN)).toBe(false);
    expect(isBack(after(excused, granted(), NOT_TAKEN), HARD_IN)).toBe(false);
    expect(isBack(after(excused, granted(), taken(IN)), HARD_IN)).toBe(true);
  });

  it('is reset for everybody, for one area and for one person', () => {
    const bo = pseudonym('bo');
    const both = after(passed(IN), granted('bo'), taken({ from: HALL, to: STORE }));
    const known = (state: AntiPassback) => [ANNA, bo].map((one) => state.whereabouts.get(one)?.area);
    expect(known(both)).toEqual([HALL, STORE]);
    const reset = (whose: Extract<AntiPassbackInput, { kind: 'reset' }>['whose']) =>
      known(after(both, { kind: 'reset', whose }));
    expect(reset({ kind: 'everybody' })).toEqual([undefined, undefined]);
    expect(reset({ kind: 'area', area: HALL })).toEqual([undefined, STORE]);
    expect(reset({ kind: 'holder', holder: bo })).toEqual([HALL, undefined]);
  });

  it('knows nothing of a person any more who was forgotten', () => {
    const erased = after(
      passed(IN),
      granted(),
      { kind: 'excuse', holder: ANNA },
      {
        kind: 'reset',
        whose: { kind: 'holder', holder: ANNA },
      },
    );
    expect(after(erased, taken(IN)).whereabouts.size).toBe(0);
    expect(JSON.stringify([...erased.excused, ...erased.going.values()])).not.toContain('anna');
  });

  it('does not keep more of those who wait at one door than its limit', () => {
    const many = Array.from({ length: GOING_MAX + 5 }, (_, index) => granted(`person ${index}`));
    const state = after(NOBODY_SEEN, ...many);
    expect(state.going.get(DOOR)).toHaveLength(GOING_MAX);
    expect(after(state, taken(IN)).whereabouts.size).toBe(GOING_MAX);
  });
});

describe('anti-passback, whoever goes wherever', () => {
  const names = fc.constantFrom('anna', 'bo', 'chen');
  const ways = fc.constantFrom(
    { through: accessPoint('front'), crossing: IN },
    { through: accessPoint('exit'), crossing: OUT },
    { through: accessPoint('store'), crossing: { from: HALL, to: STORE } },
  );
  const acts = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ act: fc.constantFrom('grant', 'go', 'go', 'take', 'leave'), name: names, way: ways }),
    },
    fc.record({ act: fc.constant('reset'), name: names, way: ways }),
  );

  it('says of each person what a list of all passages says', () => {
    let violations = 0;
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 60 }), (list) => {
        let state = NOBODY_SEEN;
        let waiting: { name: string; through: string }[] = [];
        const last = new Map<string, AreaId>();
        for (const { act, name, way } of list) {
          const rule: AntiPassbackRule = { kind: 'hard', crossing: way.crossing };
          const back = isPassedBack(state, rule, { holder: pseudonym(name), at: monotonic(0) });
          expect(back).toBe(last.has(name) && last.get(name) !== way.crossing.from);
          if (back) violations++;
          if (act === 'grant' || act === 'go') {
            state = antiPassbackStep(state, granted(name, way.through));
            waiting.push({ name, through: way.through });
          }
          if (act === 'take' || act === 'go' || act === 'leave') {
            const went = act !== 'leave';
            const input = went ? taken(way.crossing, 0, way.through) : undefined;
            state = antiPassbackStep(state, input ?? { ...NOT_TAKEN, accessPoint: way.through });
            for (const one of waiting) {
              if (went && one.through === way.through) last.set(one.name, way.crossing.to);
            }
            waiting = waiting.filter(({ through }) => through !== way.through);
          } else if (act === 'reset') {
            state = antiPassbackStep(state, { kind: 'reset', whose: { kind: 'holder', holder: pseudonym(name) } });
            last.delete(name);
            waiting = waiting.filter((one) => one.name !== name);
          }
          expect(state.whereabouts.size).toBe(last.size);
        }
      }),
      { numRuns: 500 },
    );
    expect(violations, 'the property saw violations').toBeGreaterThan(100);
  });
});
