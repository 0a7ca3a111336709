import { describe, expect, it } from 'vitest';
import { NOBODY_SEEN } from '#core/access/antiPassback.ts';
import type { AccessDecision } from '#core/access/decide.ts';
import { decisionEntries } from '#core/access/decisionEntries.ts';
import type { AreaId } from '#core/kernel/ids.ts';
import { monotonic } from '#core/kernel/units.ts';
import { accessPoint, pseudonym } from '../people.ts';

const FRONT = accessPoint('front');
const RULES = {
  accessPoint: FRONT,
  antiPassback: {
    state: NOBODY_SEEN,
    rule: { kind: 'soft', crossing: { from: 'street' as AreaId, to: 'hall' as AreaId } } as const,
    now: monotonic(0),
  },
};
const told = (decision: AccessDecision, intent = true) =>
  decisionEntries(decision, RULES, intent).map(({ event, subject }) => [event, subject]);
const anna = pseudonym('anna');

describe('the journal of a decision', () => {
  it('has the grant first, and everything that is to be known of it', () => {
    const decision: AccessDecision = {
      kind: 'granted',
      holder: anna,
      factors: ['card', 'pin'],
      duress: true,
      passedBack: true,
      companion: pseudonym('bo'),
    };
    expect(told(decision)).toEqual([
      [{ kind: 'access-granted', accessPoint: FRONT, factors: ['card', 'pin'] }, 'anna'],
      [{ kind: 'access-accompanied', accessPoint: FRONT }, 'bo'],
      [{ kind: 'duress', accessPoint: FRONT }, 'anna'],
      [{ kind: 'passed-back', accessPoint: FRONT, rule: 'soft' }, 'anna'],
    ]);
    expect(told({ kind: 'granted', holder: anna, factors: ['card'] })).toHaveLength(1);
  });

  it('has the reason of a refusal, and duress also where somebody was refused', () => {
    expect(told({ kind: 'denied', reason: 'passed-back', holder: anna, duress: true })).toEqual([
      [{ kind: 'access-denied', accessPoint: FRONT, reason: 'passed-back' }, 'anna'],
      [{ kind: 'duress', accessPoint: FRONT }, 'anna'],
      [{ kind: 'passed-back', accessPoint: FRONT, rule: 'soft' }, 'anna'],
    ]);
  });

  it('has nothing of a face that matches nobody and showed no intent, and no person with intent', () => {
    const nobody = { kind: 'denied', reason: 'not-recognised' } as const;
    expect(told(nobody, false)).toEqual([]);
    expect(told(nobody)).toEqual([
      [{ kind: 'access-denied', accessPoint: FRONT, reason: 'not-recognised' }, undefined],
    ]);
  });
});
