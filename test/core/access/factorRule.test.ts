import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  demandedAt,
  factorRuleFlaws,
  FACTORS_OF,
  isEnough,
  stillNeeded,
  strengthOf,
  type Combination,
} from '#core/access/factorRule.ts';
import type { Factor } from '#core/access/request.ts';
import { wallTime } from '#core/kernel/units.ts';
import { ALWAYS_OPEN, type OpeningTimes } from '#core/schedule/openingTimes.ts';

const ALL = Object.keys(FACTORS_OF) as Combination[];
const CLOSED: OpeningTimes = { isOpen: () => false, nextChange: () => undefined };
const NOW = wallTime(0);
const always = (...combinations: Combination[]) => [{ schedule: 'always' as const, combinations }];
const says = (...combinations: Combination[]) => factorRuleFlaws(always(...combinations)).map((flaw) => flaw.says);

describe('the strength of a combination', () => {
  it('counts what is known, what is held and what one is, and each once', () => {
    expect(['face', 'card', 'pin', 'pass'].map((one) => strengthOf(one as Combination))).toEqual([1, 1, 1, 1]);
    const pairs: Combination[] = ['card-and-pin', 'card-and-face', 'face-and-pin', 'pass-and-pin', 'pass-and-face'];
    expect(pairs.map(strengthOf)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('a rule that demands a face', () => {
  it.each<Combination[][]>([
    [['face', 'card']],
    [['face', 'pin']],
    [['card-and-face', 'card-and-pin']],
    [['face-and-pin', 'card-and-pin']],
    [['pass-and-face', 'pass-and-pin']],
    [['card-and-pin']],
    [['card']],
  ])('stands beside an equal way without one: %s', (combinations) => {
    expect(says(...combinations)).toEqual([]);
  });

  it.each<Combination[][]>([[['face']], [['card-and-face']], [['face-and-pin', 'pass-and-face']]])(
    'is refused without one: %s',
    (combinations) => {
      expect(says(...combinations)).toEqual([expect.stringContaining('without a face')]);
    },
  );

  it('is refused beside a weaker way, which would be the only one that anybody takes', () => {
    expect(says('card-and-face', 'card')).toEqual([
      'card is weaker than the others, which would guard nothing beside it',
    ]);
    expect(says('card-and-pin', 'face')).toEqual([
      'face is weaker than the others, which would guard nothing beside it',
    ]);
  });

  it('is refused wherever a face is the only way at its strength, in any rule of any list', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...ALL), { minLength: 1 }), (combinations) => {
        const sound = factorRuleFlaws([{ schedule: ALWAYS_OPEN, combinations }]).length === 0;
        const strengths = combinations.map(strengthOf);
        const equal = combinations.some((one) => !FACTORS_OF[one].includes('face'));
        expect(sound).toBe(equal && new Set(strengths).size === 1);
      }),
    );
  });
});

describe('a list of rules', () => {
  it('may not have a rule by which nobody comes in, nor one that is never reached', () => {
    expect(factorRuleFlaws(always())).toEqual([{ at: [0], says: 'a rule by which nobody comes in' }]);
    expect(factorRuleFlaws([...always('card'), ...always('pin')])).toEqual([
      { at: [1], says: 'a rule behind one that always holds' },
    ]);
  });

  it('demands what its first open rule does, and lets nobody in where none is open', () => {
    const night = { schedule: ALWAYS_OPEN, combinations: ['card-and-pin' as const] };
    const day = { schedule: CLOSED, combinations: ['card' as const] };
    expect(demandedAt([day, night, ...always('pin')], NOW)).toEqual(['card-and-pin']);
    expect(demandedAt([day], NOW)).toEqual([]);
    expect(demandedAt([], NOW)).toEqual(['face', 'card', 'pin', 'pass']);
  });
});

describe('what somebody shows', () => {
  const factors = fc.uniqueArray(fc.constantFrom<Factor>('face', 'card', 'pin', 'pass'));
  const demands = fc.uniqueArray(fc.constantFrom(...ALL));

  it('leads to a combination by what is still needed, or to none', () => {
    expect(stillNeeded(['card'], ['card-and-pin', 'card-and-face'])).toEqual(['pin', 'face']);
    expect(stillNeeded([], ['card-and-pin', 'face-and-pin'])).toEqual(['card', 'pin', 'face']);
    expect(stillNeeded(['pass'], ['card-and-pin'])).toEqual([]);
    fc.assert(
      fc.property(factors, demands, (shown, demanded) => {
        const next = stillNeeded(shown, demanded);
        if (isEnough(shown, demanded)) return;
        // Whatever is asked for can be part of one combination together with everything shown so far.
        for (const factor of next) {
          const together = [...shown, factor];
          expect(demanded.some((one) => together.every((part) => FACTORS_OF[one].includes(part)))).toBe(true);
        }
      }),
    );
  });

  it('is enough exactly where every factor of one combination is there', () => {
    fc.assert(
      fc.property(factors, demands, (shown, demanded) => {
        const found = demanded.filter((one) => FACTORS_OF[one].filter((part) => !shown.includes(part)).length === 0);
        expect(isEnough(shown, demanded)).toBe(found.length > 0);
      }),
    );
  });
});
