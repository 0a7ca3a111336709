import { describe, expect, it } from 'vitest';
import type { AccessLevelId, AreaId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import { FakePinTries } from '../fakes/fakePinTries.ts';
import { GateFixture } from './gateFixture.ts';
import { PIN, PIN_UNDER_DURESS, somebody } from './people.ts';
import { ANNA, ENTRANCE, HOUR, hours, named, passThrough, ruled, show } from './ruledGate.ts';

const BEN = somebody('ben', 'b1', { personalNumber: '2002' });

describe('access levels', () => {
  const level = 'office' as AccessLevelId;
  const staff = somebody('carl', 'c1', { levels: [level] });
  const configured = ruled({
    access: {
      schedules: [hours('mornings', 8, 12)],
      levels: [{ id: level, rules: [{ accessPoint: ENTRANCE, schedule: named('mornings') }] }],
    },
  });

  it('let people in while their schedule is open, and not afterwards', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [staff], configured });
    expect(await show(gate, 'c1')).toEqual({ kind: 'granted', by: 'card' });
    await passThrough(gate);
    gate.clock.advance(3 * HOUR);
    expect(await show(gate, 'c1')).toEqual({ kind: 'denied', reason: 'not-valid-now' });
    expect(gate.journal.recorded.map(({ event }) => event)).toContainEqual({
      kind: 'access-denied',
      accessPoint: ENTRANCE,
      reason: 'outside-schedule',
    });
  });
});

describe('where a card alone is not enough', () => {
  const configured = ruled({
    place: {
      factors: [
        { schedule: named('nights'), anyOf: ['card-and-pin', 'card-and-face'] },
        { schedule: 'always', anyOf: ['card', 'pin'] },
      ],
    },
    access: { schedules: [hours('nights', 20, 24)] },
  });
  const atNight = async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', people: [ANNA, BEN], configured });
    gate.clock.advance(12 * HOUR);
    return gate;
  };

  it('one card opens by day all the same', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look', people: [ANNA], configured });
    expect(await show(gate, 'a1')).toEqual({ kind: 'granted', by: 'card' });
  });

  it('the screen asks for the PIN, and for no number, and the door opens to both', async () => {
    const gate = await atNight();
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'pin', entering: 'pin' });
    expect(gate.relay).toBe('de-energised');
    await gate.type(PIN);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pin' });
    expect(gate.relay).toBe('energised');
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ kind: 'access-granted', factors: ['card', 'pin'] });
  });

  it('the PIN of another opens nothing', async () => {
    const gate = await atNight();
    await show(gate, 'a1');
    gate.terminal.kiosk.command({ kind: 'cancel' });
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    await gate.type('2002');
    await gate.type(PIN);
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'not-recognised' });
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ reason: 'holders-differ' });
    expect(gate.relay).toBe('de-energised');
  });

  it('whoever shows no more is denied when time is up, and that is recorded', async () => {
    const gate = await atNight();
    await show(gate, 'a1');
    await gate.pass(20_100);
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'more-needed' });
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ reason: 'more-factors-needed' });
  });

  it('a PIN typed at the reader counts as one typed at the screen', async () => {
    const gate = await atNight();
    await show(gate, 'a1');
    gate.reader.press(`${PIN}#`);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('a face does as well as the PIN, and is looked at only when it was asked for', async () => {
    const gate = await atNight();
    gate.camera.show('holder');
    await show(gate, '0a');
    expect([gate.screen.kind, gate.view.cameraOn]).toEqual(['pin', false]);
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(600);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(gate.view.cameraOn).toBe(false);
  });
});

describe('a keypad at the reader', () => {
  it('takes a personal number and its PIN, and forgets what somebody began and left', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA] });
    gate.reader.press('2001#');
    gate.reader.press(PIN.slice(0, 3));
    await gate.pass(10_100);
    gate.reader.press(`${PIN.slice(3)}#`);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    gate.reader.press('*');
    gate.reader.press(`2001#${PIN}#`);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });
});

describe('somebody under duress', () => {
  it('is let in as always, and whoever can help is told; the screen says nothing of it', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA] });
    const outcomes: string[] = [];
    for (const pin of [PIN, PIN_UNDER_DURESS]) {
      gate.terminal.kiosk.command({ kind: 'use-pin' });
      await gate.type('2001');
      await gate.type(pin);
      outcomes.push(JSON.stringify(gate.screen));
      await passThrough(gate);
    }
    expect(outcomes[1]).toBe(outcomes[0]);
    expect(gate.recorded).toContain('duress');
    expect(gate.terminal.alarms.shown).toEqual([{ alarm: 'duress', place: ENTRANCE, state: 'unseen' }]);
    expect(JSON.stringify(gate.view)).not.toContain('duress');
  });
});

it('a lock-out of PINs does not end by pulling the plug', async () => {
  const pinTries = new FakePinTries();
  const before = await GateFixture.start({ mode: 'no-face', people: [ANNA], pinTries });
  for (let tries = 0; tries < 3; tries++) await before.terminal.accessPoint(ENTRANCE).presentPin('2001', '000000');
  const after = await GateFixture.start({ mode: 'no-face', people: [ANNA], pinTries, clock: before.clock });
  await after.terminal.accessPoint(ENTRANCE).presentPin('2001', PIN);
  expect(after.screen).toEqual({ kind: 'denied', reason: 'locked-out' });
});

describe('anti-passback', () => {
  const crossing = { from: 'street' as AreaId, to: 'house' as AreaId };
  const areas = [crossing.from, crossing.to];
  const gateWith = (kind: 'hard' | 'soft') =>
    GateFixture.start({
      mode: 'no-face',
      people: [ANNA],
      configured: ruled({ place: { antiPassback: { kind, crossing } }, access: { areas } }),
    });

  it('that is hard refuses whoever is inside already, until an operator forgets or excuses them', async () => {
    const gate = await gateWith('hard');
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
    await passThrough(gate);
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'ask-staff' });
    expect(gate.recorded).toContain('passed-back');
    gate.terminal.rules.excuse(ANNA.cardholder.pseudonym);
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
    await passThrough(gate);
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'denied' });
    gate.terminal.rules.resetAntiPassback({ kind: 'everybody' });
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
  });

  it('holds nothing against whoever was granted and did not go', async () => {
    const gate = await gateWith('hard');
    await show(gate, 'a1');
    await gate.pass(6_000);
    expect(gate.recorded).toContain('access-not-taken');
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
  });

  it('that is soft lets them in and records it', async () => {
    const gate = await gateWith('soft');
    await show(gate, 'a1');
    await passThrough(gate);
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
    expect(gate.recorded).toContain('passed-back');
  });

  it('never holds back an exit button', async () => {
    const gate = await gateWith('hard');
    await show(gate, 'a1');
    await passThrough(gate);
    gate.inputs.set('rex', true);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('forgets whoever is erased', async () => {
    const gate = await gateWith('hard');
    await show(gate, 'a1');
    await passThrough(gate);
    await gate.terminal.rights.erase(ANNA.cardholder.pseudonym);
    gate.terminal.enrolment.enrol(ANNA.cardholder, ANNA.credentials).catch(() => undefined);
    await gate.settle();
    expect(gate.terminal.rules.rulesAt(ENTRANCE).antiPassback?.state.whereabouts.size).toBe(0);
  });
});

describe('a door for two', () => {
  const configured = ruled({ place: { twoPersonWithinMs: millis(10_000) } });

  it('opens to the second person, and not to the same one twice', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA, BEN], configured });
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'second-person' });
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'second-person' });
    expect(await show(gate, 'b1')).toMatchObject({ kind: 'granted' });
    expect(gate.recorded).toContain('access-accompanied');
  });

  it('forgets the first one after a while', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA, BEN], configured });
    await show(gate, 'a1');
    await gate.pass(10_000);
    expect(await show(gate, 'b1')).toEqual({ kind: 'denied', reason: 'second-person' });
  });
});
