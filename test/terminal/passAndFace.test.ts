import { describe, expect, it } from 'vitest';
import { HOLDER } from './gateFixture.ts';
import { hold, start, touch } from './passGate.ts';
import type { Ruled } from './ruledGate.ts';

describe('a pass and a face', () => {
  const BOTH: Ruled = { place: { factors: [{ schedule: 'always', anyOf: ['pass-and-face', 'pass-and-pin'] }] } };

  it('are asked for one after the other, and only that face is compared', async () => {
    const gate = await start({ mode: 'pass-then-face' }, BOTH);
    expect(gate.view.face).toBe('pass-first');
    hold(gate);
    await touch(gate);
    expect([gate.relay, gate.view.cameraOn]).toEqual(['de-energised', true]);
    gate.camera.show('holder');
    await gate.pass(800);
    expect([gate.screen, gate.relay]).toEqual([{ kind: 'granted', by: 'face' }, 'energised']);
    expect(gate.journal.recorded.map(({ event }) => event)).toContainEqual({
      kind: 'access-granted',
      accessPoint: 'entrance',
      factors: ['pass', 'face'],
    });
  });

  it('of two people let nobody in, and the pass is not spent', async () => {
    const gate = await start({ mode: 'pass-then-face' }, BOTH);
    hold(gate);
    await touch(gate);
    gate.camera.show('nobody-we-know');
    await gate.pass(800);
    expect([gate.screen.kind, gate.relay]).toEqual(['denied', 'de-energised']);
    hold(gate);
    await touch(gate);
    gate.camera.show('holder');
    await gate.pass(800);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
  });

  it('have a way of equal strength without a face: whoever gave none is asked for the PIN', async () => {
    const gate = await start({ mode: 'pass-then-face' }, BOTH);
    await gate.terminal.rights.withdraw(HOLDER);
    hold(gate);
    expect(await touch(gate)).toMatchObject({ kind: 'pin', entering: 'pin' });
    expect(gate.view.cameraOn).toBe(false);
    await gate.type('480213');
    expect([gate.screen, gate.relay]).toEqual([{ kind: 'granted', by: 'pin' }, 'energised']);
  });

  it('begin with the pass where somebody touches "face" in pass-then-face', async () => {
    const gate = await start({ mode: 'pass-then-face' });
    gate.terminal.kiosk.command({ kind: 'use-face' });
    expect(gate.screen).toEqual({ kind: 'pass', thenFace: true, hint: 'show' });
    hold(gate);
    await gate.pass(400);
    expect([gate.relay, gate.view.cameraOn]).toEqual(['de-energised', true]);
    gate.camera.show('holder');
    await gate.pass(800);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
  });

  it('may come the other way round: after the face the pass is looked for', async () => {
    const gate = await start(
      { mode: 'tap-to-look' },
      { place: { factors: [{ schedule: 'always', anyOf: ['pass-and-face', 'card-and-pin'] }] } },
    );
    gate.camera.show('holder');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(800);
    expect(gate.screen).toMatchObject({ kind: 'pass', thenFace: false });
    hold(gate);
    await gate.pass(400);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pass' });
  });
});
