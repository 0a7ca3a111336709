import { describe, expect, it } from 'vitest';
import type { AccessDecision } from '#core/access/decide.ts';
import {
  NOTHING_HAPPENED,
  onCalledOff,
  onDecision,
  onDoor,
  onFirstPerson,
  onOutcome,
  rulesIn,
  type Setting,
  type Situation,
} from '#core/access/situation.ts';
import type { AreaId, DoorId } from '#core/kernel/ids.ts';
import { millis, monotonic } from '#core/kernel/units.ts';
import { accessPoint, pseudonym } from '../people.ts';

const DOOR = 'door' as DoorId;
const OTHER = 'other' as DoorId;
const IN = { from: 'street' as AreaId, to: 'hall' as AreaId };
const SETTING: Setting = {
  accessPoint: accessPoint('front'),
  door: DOOR,
  showsPassage: true,
  interlock: 'air lock',
  antiPassback: { kind: 'hard', crossing: IN },
  twoPersonWithinMs: millis(10_000),
};
const NOW = monotonic(0);
const granted = (name: string, differing: object = {}): AccessDecision => ({
  kind: 'granted',
  holder: pseudonym(name),
  factors: ['card'],
  ...differing,
});
const decided = (
  situation: Situation,
  decision: AccessDecision,
  { setting = SETTING, opensFirst = false }: { setting?: Setting; opensFirst?: boolean } = {},
) => onDecision(situation, setting, { decision, opensFirst, at: NOW });
const where = ({ antiPassback }: Situation, name: string) => antiPassback.whereabouts.get(pseudonym(name))?.area;

describe('what people and doors have done', () => {
  it('is nothing to an access point where no such rule stands', () => {
    const plain: Setting = { accessPoint: SETTING.accessPoint, door: DOOR, showsPassage: true };
    expect(rulesIn(NOTHING_HAPPENED, plain, NOW)).toEqual({});
    const [after, records] = decided(NOTHING_HAPPENED, granted('anna'), { setting: plain });
    const [gone] = onOutcome(after, plain, { taken: true, at: NOW });
    expect([where(gone, 'anna'), gone.antiPassback.going.size, records]).toEqual([undefined, 0, []]);
  });

  it('holds the other door of an interlock from the grant to the shutting, or to its calling off', () => {
    const other: Setting = { ...SETTING, accessPoint: accessPoint('inner'), door: OTHER };
    const promised = decided(NOTHING_HAPPENED, granted('anna'))[0];
    expect(rulesIn(promised, other, NOW).interlock?.state.promised?.door).toBe(DOOR);
    expect(
      rulesIn(onCalledOff(promised, SETTING, [pseudonym('anna')]), other, NOW).interlock?.state.promised,
    ).toBeUndefined();
    const [open] = onDoor(promised, SETTING, { kind: 'open', heldAt: NOW });
    expect(rulesIn(open, other, NOW).interlock?.state.open).toEqual(new Set([DOOR]));
    expect(onDoor(open, other, { kind: 'forced-open' })[1]).toEqual([{ kind: 'interlock-broken', door: OTHER }]);
    expect(onDoor(NOTHING_HAPPENED, { door: DOOR }, { kind: 'forced-open' })).toEqual([NOTHING_HAPPENED, []]);
  });

  it('takes both of two people for gone, and asks the next two anew', () => {
    const [one] = decided(NOTHING_HAPPENED, {
      kind: 'denied',
      reason: 'second-person-needed',
      holder: pseudonym('anna'),
    });
    expect(rulesIn(one, SETTING, NOW).twoPerson?.state).toMatchObject({ kind: 'one', first: 'anna' });
    const [two] = decided(one, granted('bo', { companion: pseudonym('anna') }));
    expect(rulesIn(two, SETTING, NOW).twoPerson?.state).toEqual({ kind: 'nobody' });
    const [gone] = onOutcome(two, SETTING, { taken: true, at: NOW });
    expect([where(gone, 'anna'), where(gone, 'bo')]).toEqual(['hall', 'hall']);
  });

  it('is not changed by any other denial', () => {
    const denied = { kind: 'denied', reason: 'interlocked', holder: pseudonym('anna') } as const;
    expect(decided(NOTHING_HAPPENED, denied)).toEqual([NOTHING_HAPPENED, []]);
  });

  it('leaves whoever did not go where that person was', () => {
    const promised = decided(NOTHING_HAPPENED, granted('anna'))[0];
    const calledOff = onCalledOff(promised, SETTING, [pseudonym('anna')]);
    for (const left of [onOutcome(promised, SETTING, { taken: false })[0], calledOff]) {
      expect(where(onOutcome(left, SETTING, { taken: true, at: NOW })[0], 'anna')).toBeUndefined();
    }
  });

  it('takes a grant for the passage where nothing shows it', () => {
    const blind: Setting = { ...SETTING, showsPassage: false };
    expect(where(decided(NOTHING_HAPPENED, granted('anna'), { setting: blind })[0], 'anna')).toBe('hall');
  });

  it('takes one person for gone with each turn of a turnstile', () => {
    const turnstile: Setting = { ...SETTING, direction: 'entry' };
    const both = decided(decided(NOTHING_HAPPENED, granted('anna'))[0], granted('bo'))[0];
    const [one] = onOutcome(both, turnstile, { taken: true, at: NOW });
    expect([where(one, 'anna'), where(one, 'bo')]).toEqual(['hall', undefined]);
  });

  it('calls off the grant of one alone: whoever waits before them goes on waiting', () => {
    const turnstile: Setting = { ...SETTING, direction: 'entry' };
    const both = decided(decided(NOTHING_HAPPENED, granted('anna'))[0], granted('bo'))[0];
    const left = onCalledOff(both, turnstile, [pseudonym('bo')]);
    const [gone] = onOutcome(left, turnstile, { taken: true, at: NOW });
    expect([where(gone, 'anna'), where(gone, 'bo'), gone.antiPassback.going.size]).toEqual(['hall', undefined, 0]);
  });

  it('holds nothing against whoever was called off where nothing shows a passage', () => {
    const blind: Setting = { ...SETTING, showsPassage: false };
    const [inside] = decided(NOTHING_HAPPENED, granted('anna'), { setting: blind });
    expect(where(onCalledOff(inside, blind, [pseudonym('anna')]), 'anna')).toBeUndefined();
  });

  it('opens the place once the first person has gone in, and not with the grant', () => {
    const { accessPoint: at } = SETTING;
    const [awaited] = onFirstPerson(NOTHING_HAPPENED, at, { kind: 'schedule', open: true });
    expect(rulesIn(awaited, SETTING, NOW).firstPerson).toEqual({ kind: 'awaited' });
    const [promised] = decided(awaited, granted('anna'), { opensFirst: true });
    expect(rulesIn(promised, SETTING, NOW).firstPerson).toEqual({ kind: 'awaited' });
    const [stayed] = onOutcome(promised, SETTING, { taken: false });
    expect(rulesIn(onOutcome(stayed, SETTING, { taken: true, at: NOW })[0], SETTING, NOW).firstPerson?.kind).toBe(
      'awaited',
    );
    const [came, records] = onOutcome(promised, SETTING, { taken: true, at: NOW });
    expect(rulesIn(came, SETTING, NOW).firstPerson).toEqual({ kind: 'came' });
    expect(records).toEqual([{ kind: 'first-person-came', accessPoint: at }]);
  });
});
