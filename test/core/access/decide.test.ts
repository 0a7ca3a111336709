import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cardholder, Validity } from '#core/access/credential.ts';
import { decide, type AccessRules } from '#core/access/decide.ts';
import type { AccessRequest, FactorFailure, FactorResult } from '#core/access/request.ts';
import { wallTime } from '#core/kernel/units.ts';
import { accessPoint, ALWAYS, holder, pseudonym } from '../people.ts';

const FRONT = accessPoint('front');
const NOW = wallTime(5_000);
const face: FactorResult = { factor: 'face', kind: 'established', holder: pseudonym('anna') };

const rulesOf = (people: readonly Cardholder[], differing: Partial<AccessRules> = {}): AccessRules => ({
  accessPoint: FRONT,
  doorMode: 'normal',
  holder: (sought) => people.find((person) => person.pseudonym === sought),
  ...differing,
});
const requestOf = (...factors: FactorResult[]): AccessRequest => ({ accessPoint: FRONT, factors, intent: true });

describe('somebody asks to come in', () => {
  it('and is granted where every condition holds', () => {
    expect(decide(requestOf(face), rulesOf([holder('anna')]), NOW)).toEqual({
      kind: 'granted',
      holder: 'anna',
      factors: ['face'],
    });
  });

  it('and is denied with nothing presented', () => {
    expect(decide(requestOf(), rulesOf([holder('anna')]), NOW)).toEqual({
      kind: 'denied',
      reason: 'nothing-presented',
    });
  });

  it.each<FactorFailure>([
    'not-recognised',
    'ambiguous',
    'attack-suspected',
    'unknown-card',
    'credential-suspended',
    'wrong-pin',
    'locked-out',
  ])('and is denied when a factor failed: %s', (reason) => {
    const failed: FactorResult = { factor: 'pin', kind: 'failed', reason };
    expect(decide(requestOf(face, failed), rulesOf([holder('anna')]), NOW)).toEqual({ kind: 'denied', reason });
  });

  it('and is denied when card and face are two people', () => {
    const card: FactorResult = { factor: 'card', kind: 'established', holder: pseudonym('bo') };
    const decision = decide(requestOf(card, face), rulesOf([holder('anna'), holder('bo')]), NOW);
    expect(decision).toEqual({ kind: 'denied', reason: 'holders-differ' });
  });

  it('and is denied, without a name in the reason, when nobody knows the holder', () => {
    expect(decide(requestOf(face), rulesOf([]), NOW)).toEqual({ kind: 'denied', reason: 'unknown-holder' });
  });

  it.each<[string, Partial<Cardholder>, Partial<AccessRules>, string]>([
    ['while suspended', { state: 'suspended' }, {}, 'holder-suspended'],
    ['too early', { validity: { from: wallTime(5_001), until: ALWAYS.until } }, {}, 'not-yet-valid'],
    ['at the very end of the validity', { validity: { from: ALWAYS.from, until: NOW } }, {}, 'expired'],
    ['at a foreign access point', { accessPoints: [accessPoint('back')] }, {}, 'no-access-here'],
    ['in a lock-down', {}, { doorMode: 'locked-down' }, 'locked-down'],
    ['elsewhere than the rules are for', {}, { accessPoint: accessPoint('back') }, 'no-access-here'],
  ])('and is denied %s', (_, person, rules, reason) => {
    const decision = decide(requestOf(face), rulesOf([holder('anna', person)], rules), NOW);
    expect(decision).toEqual({ kind: 'denied', reason, holder: 'anna' });
  });

  it('and is denied by an expired card of a valid holder', () => {
    const validity: Validity = { from: ALWAYS.from, until: wallTime(4_000) };
    const card: FactorResult = { factor: 'card', kind: 'established', holder: pseudonym('anna'), validity };
    expect(decide(requestOf(card), rulesOf([holder('anna')]), NOW)).toMatchObject({
      kind: 'denied',
      reason: 'expired',
    });
  });

  it('and is denied where a date is broken', () => {
    const broken = holder('anna', { validity: { from: wallTime(NaN), until: ALWAYS.until } });
    expect(decide(requestOf(face), rulesOf([broken]), NOW).kind).toBe('denied');
    const never = holder('anna', { validity: { from: ALWAYS.from, until: wallTime(NaN) } });
    expect(decide(requestOf(face), rulesOf([never]), NOW).kind).toBe('denied');
    expect(decide(requestOf(face), rulesOf([holder('anna')]), wallTime(NaN)).kind).toBe('denied');
  });
});

describe('any request under any rules', () => {
  const names = fc.constantFrom('anna', 'anna', 'anna', 'bo');
  const points = fc.constantFrom('front', 'front', 'front', 'back');
  const moments = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(NaN)).map(wallTime);
  const validities = fc.oneof(
    { weight: 4, arbitrary: fc.constant(ALWAYS) },
    fc.record({ from: moments, until: moments }),
  );
  const factors: fc.Arbitrary<FactorResult> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          factor: fc.constantFrom('face' as const, 'card' as const, 'pin' as const),
          kind: fc.constant('established' as const),
          holder: names.map(pseudonym),
          validity: validities,
        },
        { requiredKeys: ['factor', 'kind', 'holder'] },
      ),
    },
    fc.record({
      factor: fc.constant('face' as const),
      kind: fc.constant('failed' as const),
      reason: fc.constant('ambiguous' as const),
    }),
  );
  const holders = fc.record({
    state: fc.constantFrom('active' as const, 'active' as const, 'suspended' as const),
    validity: validities,
    accessPoints: fc.oneof(fc.constant('all' as const), fc.array(points.map(accessPoint))),
  });
  const scenes = fc.record({
    at: moments,
    factors: fc.array(factors, { maxLength: 2 }),
    requestPoint: points.map(accessPoint),
    rulePoint: points.map(accessPoint),
    doorMode: fc.constantFrom('normal' as const, 'normal' as const, 'unlocked' as const, 'locked-down' as const),
    anna: fc.option(holders, { nil: undefined, freq: 10 }),
    bo: fc.option(holders, { nil: undefined }),
  });

  it('is granted exactly where every single condition holds', () => {
    let granted = 0;
    fc.assert(
      fc.property(scenes, (scene) => {
        const people = [scene.anna && holder('anna', scene.anna), scene.bo && holder('bo', scene.bo)].filter(
          (one) => one !== undefined,
        );
        const rules = rulesOf(people, { accessPoint: scene.rulePoint, doorMode: scene.doorMode });
        const request = { accessPoint: scene.requestPoint, factors: scene.factors, intent: false };
        const decision = decide(request, rules, scene.at);

        const established = scene.factors.filter((factor) => factor.kind === 'established');
        const claimed = new Set(established.map((factor) => factor.holder));
        const person = people.find((one) => claimed.has(one.pseudonym));
        const holds = (validity: Validity): boolean => scene.at >= validity.from && scene.at < validity.until;
        const every =
          established.length === scene.factors.length &&
          claimed.size === 1 &&
          person !== undefined &&
          person.state === 'active' &&
          holds(person.validity) &&
          established.every((factor) => factor.validity === undefined || holds(factor.validity)) &&
          scene.requestPoint === scene.rulePoint &&
          (person.accessPoints === 'all' || person.accessPoints.includes(scene.rulePoint)) &&
          scene.doorMode !== 'locked-down';
        expect(decision.kind).toBe(every ? 'granted' : 'denied');
        if (decision.kind === 'granted') {
          granted++;
          expect(decision.holder).toBe(person?.pseudonym);
          expect(decision.factors).toEqual(scene.factors.map(({ factor }) => factor));
        }
      }),
      { numRuns: 5_000 },
    );
    expect(granted, 'the property saw grants').toBeGreaterThan(50);
  });
});
