import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { GateFixture } from './gateFixture.ts';
import { somebody } from './people.ts';
import { ANNA, ENTRANCE, FRONT, HOUR, hours, named, passThrough, ruled, show } from './ruledGate.ts';

describe('the first person', () => {
  const first = somebody('dora', 'd1', { privileges: ['opens-first'] });
  const configured = ruled({
    place: { firstPerson: named('shop') },
    barrier: { holdOpen: named('shop') },
    access: { schedules: [hours('shop', 10, 18)] },
  });

  it('is awaited by everybody, and by the schedule that holds the door open', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA, first], configured });
    gate.clock.advance(HOUR + 1_000);
    await gate.settle();
    expect(gate.relay).toBe('de-energised');
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'ask-staff' });
    expect(await show(gate, 'd1')).toMatchObject({ kind: 'granted' });
    await passThrough(gate);
    expect(gate.recorded).toContain('first-person-came');
    expect([gate.relay, gate.door.mode]).toEqual(['energised', 'unlocked']);
    gate.clock.advance(8 * HOUR);
    await gate.settle();
    expect([gate.relay, gate.door.mode]).toEqual(['de-energised', 'normal']);
  });

  it('is awaited again by an operator’s word', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA, first], configured });
    gate.clock.advance(HOUR + 1_000);
    await show(gate, 'd1');
    await passThrough(gate);
    gate.terminal.rules.awaitFirstPersonAgain(ENTRANCE);
    expect(gate.door.mode).toBe('normal');
  });
});

describe('the mode of a door', () => {
  const configured = ruled({
    barrier: { holdOpen: named('shop'), lockDown: named('nights') },
    access: { schedules: [hours('shop', 10, 18), hours('nights', 20, 24)] },
  });

  it('follows its schedules, and leaving is free in all of them', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA], configured });
    const modes = [gate.door.mode];
    for (const more of [1, 8, 2]) {
      gate.clock.advance(more * HOUR);
      await gate.settle();
      modes.push(gate.door.mode);
    }
    expect(modes).toEqual(['normal', 'unlocked', 'normal', 'locked-down']);
    expect(await show(gate, 'a1')).toEqual({ kind: 'denied', reason: 'door-closed-to-all' });
    gate.inputs.set('rex', true);
    await gate.settle();
    expect(gate.relay).toBe('energised');
  });

  it('is an operator’s word before any schedule, for as long as it was given', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', configured });
    gate.clock.advance(HOUR);
    gate.terminal.modes.order(FRONT, { mode: 'normal', until: wallTime(gate.clock.wall() + HOUR) });
    await gate.settle();
    expect([gate.door.mode, gate.relay]).toEqual(['normal', 'de-energised']);
    gate.clock.advance(HOUR);
    await gate.settle();
    expect(gate.door.mode).toBe('unlocked');
    expect(gate.recorded.filter((kind) => kind === 'mode-set')).toHaveLength(3);
  });

  it('that was ordered until it is revoked outlives a restart', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', configured });
    gate.terminal.modes.order(FRONT, { mode: 'locked-down', until: 'revoked' });
    const { doorModes, clock } = gate;
    const after = await GateFixture.start({ mode: 'no-face', configured, doorModes, clock });
    expect(after.door.mode).toBe('locked-down');
    after.terminal.modes.revoke(FRONT);
    expect([after.door.mode, doorModes.read(FRONT)]).toEqual(['normal', 'normal']);
  });

  it('changes at once where the clock is set into another time of the schedule', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', configured });
    gate.clock.setWall(gate.clock.wall() + 2 * HOUR);
    gate.clock.advance(60_000);
    await gate.settle();
    expect(gate.door.mode).toBe('unlocked');
  });
});

describe('camera modes by schedule', () => {
  const configured = ruled({
    place: { cameraModes: [{ schedule: named('rush'), mode: 'walk-up' }], cameraMode: 'tap-to-look' },
    access: { schedules: [hours('rush', 10, 11)] },
  });

  it('open the camera for everybody in one hour, and close it in the next until somebody touches', async () => {
    const clock = new FakeClock({ wall: Date.UTC(2026, 0, 5, 9, 59, 58) });
    const gate = await GateFixture.start({ mode: 'tap-to-look', configured, clock });
    gate.camera.show('nobody-we-know');
    const afterMs = async (ms: number): Promise<unknown> => {
      gate.clock.advance(ms);
      await gate.settle();
      return [gate.view.face, gate.view.cameraOn];
    };
    expect(await afterMs(1_900)).toEqual(['tap', false]);
    expect(await afterMs(200)).toEqual(['walk-up', true]);
    // Most of the hour goes by unseen: a camera that is open all the time takes ten pictures a second.
    clock.setWall(Date.UTC(2026, 0, 5, 10, 58, 30));
    expect(await afterMs(60_000)).toEqual(['walk-up', true]);
    expect(await afterMs(29_900)).toEqual(['walk-up', true]);
    expect(await afterMs(200)).toEqual(['tap', false]);
  });

  it.each(['card-then-face', 'pass-then-face', 'no-face'] as const)('in %s no touch opens it', async (mode) => {
    const gate = await GateFixture.start({ mode });
    gate.camera.show('holder');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(1_000);
    expect([gate.view.cameraOn, gate.relay]).toEqual([false, 'de-energised']);
  });
});

describe('other rules while the gate works', () => {
  it('hold for whoever comes next', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA] });
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'granted' });
    await passThrough(gate);
    const change = ruled({
      place: { factors: [{ schedule: 'always', anyOf: ['card-and-pin'] }] },
      barrier: { lockDown: 'always' },
    });
    gate.terminal.adopt(change(gate.config));
    expect(await show(gate, 'a1')).toMatchObject({ kind: 'pin' });
    expect(gate.door.mode).toBe('locked-down');
    gate.terminal.adopt(gate.config);
    expect(gate.door.mode).toBe('normal');
  });
});
