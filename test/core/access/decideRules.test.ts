import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOBODY_SEEN, type AntiPassback, type AntiPassbackRule } from '#core/access/antiPassback.ts';
import type { Cardholder } from '#core/access/credential.ts';
import { decide, type AccessDecision, type AccessRules, type DenialReason } from '#core/access/decide.ts';
import type { Combination } from '#core/access/factorRule.ts';
import { LevelsHere } from '#core/access/levels.ts';
import type { Factor, FactorResult } from '#core/access/request.ts';
import { NEITHER_PERSON, type TwoPerson } from '#core/access/twoPerson.ts';
import { ALL_SHUT } from '#core/door/interlock.ts';
import type { AccessLevelId, AreaId, DoorId } from '#core/kernel/ids.ts';
import { PersonMap } from '#core/kernel/personMap.ts';
import { millis, monotonic, wallTime } from '#core/kernel/units.ts';
import type { OpeningTimes } from '#core/schedule/openingTimes.ts';
import { accessPoint, holder, pseudonym } from '../people.ts';

const FRONT = accessPoint('front');
const DOOR = 'door' as DoorId;
const NOW = wallTime(5_000);
const UP = monotonic(1_000);
const OFFICE = 'office' as AccessLevelId;
const NIGHT = 'night' as AccessLevelId;
const OUTSIDE = 'outside' as AreaId;
const HALL = 'hall' as AreaId;
const IN = { from: OUTSIDE, to: HALL };
const shut: OpeningTimes = { isOpen: () => false, nextChange: () => undefined };
const LEVELS = new LevelsHere(
  new Map<AccessLevelId, readonly (OpeningTimes | 'always')[]>([
    [OFFICE, ['always']],
    [NIGHT, [shut]],
  ]),
);

const shows = (
  factor: Factor,
  differing: Partial<Extract<FactorResult, { kind: 'established' }>> = {},
): FactorResult => ({
  factor,
  kind: 'established',
  holder: pseudonym('anna'),
  ...differing,
});
const CARD = shows('card');

function asked(rules: Partial<AccessRules>, person: Partial<Cardholder> = {}, factors = [CARD]): AccessDecision {
  const everything = {
    accessPoint: FRONT,
    doorMode: 'normal' as const,
    holder: (sought: string) => (sought === 'anna' ? holder('anna', person) : undefined),
    ...rules,
  };
  return decide({ accessPoint: FRONT, factors, intent: true }, everything, NOW);
}
const reasonOf = (decision: AccessDecision): DenialReason | 'granted' =>
  decision.kind === 'granted' ? decision.kind : decision.reason;

const seenIn = (area: AreaId, since = UP): AntiPassback => ({
  ...NOBODY_SEEN,
  whereabouts: PersonMap.of([[pseudonym('anna'), { area, since }]]),
});
const antiPassback = (kind: 'hard' | 'soft', state: AntiPassback) => ({
  antiPassback: { state, rule: { kind, crossing: IN } as AntiPassbackRule, now: UP },
});
const waiting = (first: string): TwoPerson => ({ kind: 'one', first: pseudonym(first), until: monotonic(2_000) });

describe('access levels', () => {
  it.each<[string, Partial<Cardholder>, Partial<AccessRules>, DenialReason | 'granted']>([
    ['lets in where one of them is open', { levels: [NIGHT, OFFICE] }, { levels: LEVELS }, 'granted'],
    ['refuses where they lead here at another time', { levels: [NIGHT] }, { levels: LEVELS }, 'outside-schedule'],
    ['refuses where none leads here', { levels: ['store' as AccessLevelId] }, { levels: LEVELS }, 'no-access-here'],
    ['refuses where a person has none at all', { levels: [] }, { levels: LEVELS }, 'no-access-here'],
    ['refuses where a person has some and the place knows none', { levels: [OFFICE] }, {}, 'no-access-here'],
    ['lets in whoever was enrolled without any', {}, { levels: LEVELS }, 'granted'],
    [
      'never widens where somebody may go',
      { levels: [OFFICE], accessPoints: [] },
      { levels: LEVELS },
      'no-access-here',
    ],
  ])('%s', (_, person, rules, reason) => {
    expect(reasonOf(asked(rules, person))).toBe(reason);
  });
});

describe('the factors that are demanded', () => {
  const demanded = (combinations: Combination[], ...factors: FactorResult[]) =>
    reasonOf(asked({ combinations }, {}, factors));

  it('are all there, or more are needed', () => {
    expect(demanded(['card-and-pin'], CARD)).toBe('more-factors-needed');
    expect(demanded(['card-and-pin'], CARD, shows('pin'))).toBe('granted');
    expect(demanded(['pass-and-face', 'card-and-pin'], shows('pass'), shows('face'))).toBe('granted');
    expect(demanded(['card'], CARD, shows('pin')), 'more than demanded').toBe('granted');
  });

  it('are of one person', () => {
    expect(demanded(['card-and-pin'], CARD, shows('pin', { holder: pseudonym('bo') }))).toBe('holders-differ');
  });

  it('let nobody in where no rule is open', () => {
    expect(demanded([], CARD)).toBe('outside-schedule');
  });
});

describe('a duress code', () => {
  const forced = [CARD, shows('pin', { duress: true })];

  it('opens as always, and the decision says so to nobody but whoever records it', () => {
    const factors = ['card', 'pin'];
    expect(asked({}, {}, forced)).toEqual({ kind: 'granted', holder: 'anna', factors, duress: true });
    expect(asked({}, {}, [CARD, shows('pin')])).toEqual({ kind: 'granted', holder: 'anna', factors });
  });

  it('is told with every refusal as well', () => {
    expect(asked({ doorMode: 'locked-down' }, {}, forced)).toEqual({
      kind: 'denied',
      reason: 'locked-down',
      holder: 'anna',
      duress: true,
    });
    const failed: FactorResult = { factor: 'face', kind: 'failed', reason: 'ambiguous' };
    expect(asked({}, {}, [...forced, failed])).toEqual({ kind: 'denied', reason: 'ambiguous', duress: true });
    const nobody = shows('pin', { duress: true, holder: pseudonym('nobody') });
    expect(asked({}, {}, [nobody])).toEqual({ kind: 'denied', reason: 'unknown-holder', duress: true });
  });
});

describe('anti-passback', () => {
  it('refuses hard, and lets in soft with a note', () => {
    expect(reasonOf(asked(antiPassback('hard', seenIn(HALL))))).toBe('passed-back');
    expect(asked(antiPassback('soft', seenIn(HALL)))).toMatchObject({ kind: 'granted', passedBack: true });
    expect(asked(antiPassback('soft', seenIn(OUTSIDE)))).not.toHaveProperty('passedBack');
  });

  it('refuses the same way again before its time', () => {
    const rule = { kind: 'timed', crossing: IN, againAfterMs: millis(500) } as const;
    const timed = (since: number) =>
      reasonOf(asked({ antiPassback: { state: seenIn(HALL, monotonic(since)), rule, now: UP } }));
    expect(timed(501)).toBe('passed-back');
    expect(timed(500)).toBe('granted');
  });

  it('is not for whoever is free of it', () => {
    const guard = { privileges: ['free-of-anti-passback'] } as const;
    expect(asked(antiPassback('hard', seenIn(HALL)), guard)).toEqual({
      kind: 'granted',
      holder: 'anna',
      factors: ['card'],
    });
  });
});

describe('what others did', () => {
  it('keeps everybody out until the first person has come', () => {
    expect(reasonOf(asked({ firstPerson: { kind: 'awaited' } }))).toBe('first-person-awaited');
    expect(reasonOf(asked({ firstPerson: { kind: 'awaited' } }, { privileges: ['opens-first'] }))).toBe('granted');
    expect(reasonOf(asked({ firstPerson: { kind: 'came' } }))).toBe('granted');
    expect(reasonOf(asked({ firstPerson: { kind: 'not-in-force' } }))).toBe('granted');
  });

  it('keeps a door shut while another of its interlock is open', () => {
    const interlock = (open: string) => ({
      interlock: { state: { ...ALL_SHUT, open: new Set([open as DoorId]) }, door: DOOR, now: UP },
    });
    expect(reasonOf(asked(interlock('other')))).toBe('interlocked');
    expect(reasonOf(asked(interlock(DOOR)))).toBe('granted');
  });

  it('asks for a second person where everything else is right, and for nothing less', () => {
    const two = (state: TwoPerson) => ({ twoPerson: { state, now: UP } });
    expect(reasonOf(asked(two(NEITHER_PERSON)))).toBe('second-person-needed');
    expect(reasonOf(asked(two(waiting('anna'))))).toBe('second-person-needed');
    expect(asked(two(waiting('bo')))).toMatchObject({ kind: 'granted', companion: 'bo' });
    expect(reasonOf(asked({ ...two(NEITHER_PERSON), doorMode: 'locked-down' }))).toBe('locked-down');
    expect(reasonOf(asked({ ...two(NEITHER_PERSON), ...antiPassback('hard', seenIn(HALL)) }))).toBe('passed-back');
  });
});

describe('any request under all rules at once', () => {
  const scenes = fc.record({
    factors: fc.uniqueArray(fc.constantFrom<Factor>('card', 'card', 'pin', 'face'), { minLength: 1 }),
    combinations: fc.option(fc.uniqueArray(fc.constantFrom<Combination>('card', 'card-and-pin', 'face-and-pin'))),
    levels: fc.option(fc.uniqueArray(fc.constantFrom(OFFICE, OFFICE, NIGHT))),
    privileges: fc.subarray(['opens-first', 'free-of-anti-passback'] as const),
    firstPerson: fc.constantFrom('awaited' as const, 'came' as const, 'not-in-force' as const),
    seen: fc.option(fc.constantFrom(HALL, OUTSIDE)),
    antiPassback: fc.option(fc.constantFrom('hard' as const, 'soft' as const)),
    otherOpen: fc.boolean(),
    first: fc.option(fc.constantFrom('anna', 'bo', 'bo', 'bo')),
    two: fc.boolean(),
    duress: fc.boolean(),
  });

  it('is granted exactly where every single condition holds, and has its reason where one does not', () => {
    let granted = 0;
    const reasons = new Set<string>();
    fc.assert(
      fc.property(scenes, (scene) => {
        const rules: Partial<AccessRules> = {
          levels: LEVELS,
          firstPerson: { kind: scene.firstPerson },
          ...(scene.combinations === null ? {} : { combinations: scene.combinations }),
          ...(scene.antiPassback === null
            ? {}
            : antiPassback(scene.antiPassback, scene.seen === null ? NOBODY_SEEN : seenIn(scene.seen))),
          interlock: {
            state: { ...ALL_SHUT, open: new Set(scene.otherOpen ? ['other' as DoorId] : [DOOR]) },
            door: DOOR,
            now: UP,
          },
          ...(scene.two
            ? { twoPerson: { state: scene.first === null ? NEITHER_PERSON : waiting(scene.first), now: UP } }
            : {}),
        };
        const person: Partial<Cardholder> = {
          privileges: scene.privileges,
          ...(scene.levels === null ? {} : { levels: scene.levels }),
        };
        const duress = scene.duress ? ({ duress: true } as const) : {};
        const decision = asked(
          rules,
          person,
          scene.factors.map((factor) => shows(factor, duress)),
        );

        const has = (factor: Factor): boolean => scene.factors.includes(factor);
        const enough: Record<string, boolean> = {
          card: has('card'),
          'card-and-pin': has('card') && has('pin'),
          'face-and-pin': has('face') && has('pin'),
        };
        const free = scene.privileges.includes('free-of-anti-passback');
        const conditions: Record<string, boolean> = {
          levels: scene.levels === null || scene.levels.includes(OFFICE),
          factors: scene.combinations === null || scene.combinations.some((one) => enough[one]),
          'first person': scene.firstPerson !== 'awaited' || scene.privileges.includes('opens-first'),
          'anti-passback': scene.antiPassback !== 'hard' || scene.seen !== HALL || free,
          interlock: !scene.otherOpen,
          'two persons': !scene.two || scene.first === 'bo',
        };
        expect([conditions, decision.kind === 'granted']).toEqual([
          conditions,
          Object.values(conditions).every(Boolean),
        ]);
        expect(decision.duress).toBe(scene.duress ? true : undefined);
        reasons.add(reasonOf(decision));
        if (decision.kind !== 'granted') return;
        granted++;
        expect(decision.factors).toEqual(scene.factors);
        expect(decision.companion).toBe(scene.two ? 'bo' : undefined);
        const noted = scene.antiPassback === 'soft' && scene.seen === HALL && !free;
        expect(decision.passedBack).toBe(noted ? true : undefined);
      }),
      { numRuns: 5_000 },
    );
    expect(granted, 'the property saw grants').toBeGreaterThan(50);
    expect(reasons.size, 'the property saw every reason').toBe(8);
  });
});
