import { describe, expect, it } from 'vitest';
import type { PassId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { SPEND_MS_MAX } from '#terminal/passDesk.ts';
import { CODE_LOOK_MS } from '#terminal/passLook.ts';
import { issuerFrom } from '../core/access/passes.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeSpentPasses } from '../fakes/fakeSpentPasses.ts';
import { GateFixture, HOLDER } from './gateFixture.ts';
import { comeIn, hold, MINUTE, reasons, SCENE, start, STRANGER, touch } from './passGate.ts';

describe('a QR pass', () => {
  it('opens the door after a touch, and the camera is closed before and after', async () => {
    const gate = await start();
    hold(gate);
    await gate.pass(1_000);
    expect([gate.view.cameraOn, gate.view.pass, gate.relay]).toEqual([false, true, 'de-energised']);
    expect(await touch(gate)).toEqual({ kind: 'granted', by: 'pass' });
    expect([gate.relay, gate.view.cameraOn]).toEqual(['energised', false]);
    const { event, subject } = gate.journal.recorded.find((entry) => entry.event.kind === 'access-granted')!;
    expect([event, subject]).toEqual([{ kind: 'access-granted', accessPoint: 'entrance', factors: ['pass'] }, HOLDER]);
  });

  it('is looked for and nobody is looked at meanwhile', async () => {
    const gate = await start({ mode: 'walk-up' });
    await gate.pass(500);
    gate.terminal.kiosk.command({ kind: 'use-pass' });
    gate.camera.show('holder');
    const before = gate.engine.answered.detect;
    await gate.pass(2_000);
    expect(gate.screen).toEqual({ kind: 'pass', thenFace: false, hint: 'show' });
    expect([gate.engine.answered.detect - before, gate.relay]).toEqual([0, 'de-energised']);
    expect(gate.engine.codeLooks).toBeLessThanOrEqual(2_000 / CODE_LOOK_MS + 1);
  });

  it('is no way in, and no command, where the configuration names no issuer', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    hold(gate);
    expect(gate.view.pass).toBe(false);
    expect(await touch(gate)).toEqual({ kind: 'idle' });
    expect([gate.view.cameraOn, gate.engine.codeLooks]).toEqual([false, 0]);
  });

  it('is not looked for in no-face, and in every other mode it is', async () => {
    for (const mode of ['walk-up', 'tap-to-look', 'card-then-face', 'pass-then-face', 'no-face'] as const) {
      const gate = await start({ mode });
      hold(gate);
      expect((await touch(gate)).kind).toBe(mode === 'no-face' ? 'idle' : 'granted');
    }
  });

  it('that nobody shows closes the camera again by itself', async () => {
    const gate = await start();
    gate.camera.show('empty');
    await touch(gate);
    expect(gate.view.cameraOn).toBe(true);
    await gate.pass(12_000);
    expect([gate.view.cameraOn, gate.screen.kind, gate.recorded]).toEqual([false, 'idle', []]);
  });

  it('is not looked for any more once somebody cancels or uses another way', async () => {
    const gate = await start();
    await touch(gate);
    gate.terminal.kiosk.command({ kind: 'cancel' });
    expect([gate.view.cameraOn, gate.screen.kind]).toEqual([false, 'idle']);
    await touch(gate);
    gate.terminal.kiosk.command({ kind: 'use-pin' });
    expect([gate.view.cameraOn, gate.screen.kind]).toEqual([false, 'pin']);
  });

  it('is overwritten where it was read from', async () => {
    const gate = await start();
    hold(gate);
    await touch(gate);
    expect(gate.engine.codesRead).toHaveLength(1);
    expect(gate.engine.codesRead.flatMap((bytes) => [...bytes]).every((byte) => byte === 0)).toBe(true);
  });
});

describe('a pass that is refused', () => {
  const REFUSED = { kind: 'denied', reason: 'pass-refused' };
  const NOT_NOW = { kind: 'denied', reason: 'not-valid-now' };

  it('was signed by somebody else', async () => {
    const gate = await start();
    hold(gate, {}, issuerFrom(2));
    expect(await touch(gate)).toEqual(REFUSED);
    expect([reasons(gate), gate.relay]).toEqual([['pass-forged'], 'de-energised']);
    expect(gate.journal.recorded.at(-1)?.subject).toBeUndefined();
  });

  it('has ended, has not begun, or is made out for too long', async () => {
    const gate = await start();
    const ended = hold(gate, { forMs: MINUTE });
    gate.clock.advance(MINUTE);
    gate.engine.showCode(SCENE, ended);
    expect(await touch(gate)).toEqual(NOT_NOW);
    const now = gate.clock.wall();
    hold(gate, { validity: { from: wallTime(now + MINUTE), until: wallTime(now + 2 * MINUTE) } });
    expect(await touch(gate)).toEqual(NOT_NOW);
    hold(gate, { forMs: 24 * 60 * MINUTE + 1_000 });
    expect(await touch(gate)).toEqual(REFUSED);
    expect(reasons(gate)).toEqual(['expired', 'not-yet-valid', 'pass-too-long']);
  });

  it('is of somebody who is not known here', async () => {
    const gate = await start();
    hold(gate, { pseudonym: STRANGER });
    expect(await touch(gate)).toEqual({ kind: 'denied', reason: 'not-recognised' });
    expect(reasons(gate)).toEqual(['unknown-holder']);
  });
});

describe('a code that is no pass', () => {
  const CODES = ['https://example.com/menu', 'x'.repeat(4_000), '', 'LINTEL:', `LINTEL:${'A'.repeat(142)}`];

  it.each(CODES)('is told to the person, and leaves no entry and no word of it: %.30s', async (text) => {
    const gate = await start();
    gate.engine.showCode(SCENE, text);
    gate.camera.show('pass');
    expect(await touch(gate)).toEqual({ kind: 'pass', thenFace: false, hint: 'no-pass' });
    await gate.pass(3_000);
    expect([gate.recorded, gate.relay]).toEqual([[], 'de-energised']);
    if (text.length > 7) expect(JSON.stringify([gate.view, gate.health.lines])).not.toContain(text);
    gate.camera.show('empty');
    await gate.pass(2_500);
    expect(gate.screen).toMatchObject({ hint: 'show' });
  });

  it('does not keep the pass behind it from opening the door', async () => {
    const gate = await start();
    gate.engine.showCode(17, 'https://example.com/menu');
    gate.camera.show('other-pass');
    await touch(gate);
    hold(gate);
    await gate.pass(400);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'pass' });
  });
});

describe('a pass for one passage', () => {
  it('lets in once', async () => {
    const gate = await start();
    hold(gate);
    expect((await touch(gate)).kind).toBe('granted');
    await comeIn(gate);
    expect(await touch(gate)).toEqual({ kind: 'denied', reason: 'pass-refused' });
    expect([reasons(gate), gate.relay]).toEqual([['pass-spent'], 'de-energised']);
  });

  it('for as often as it is valid lets in again', async () => {
    const gate = await start();
    hold(gate, { uses: 'while-valid' });
    expect((await touch(gate)).kind).toBe('granted');
    await comeIn(gate);
    expect((await touch(gate)).kind).toBe('granted');
  });

  it('is spent on the disk before the strike moves', async () => {
    const gate = await start();
    hold(gate);
    gate.spentPasses.stick();
    await touch(gate);
    expect([gate.relay, gate.recorded]).toEqual(['de-energised', []]);
    gate.spentPasses.unstick();
    await gate.settle();
    expect([gate.relay, gate.screen]).toEqual(['energised', { kind: 'granted', by: 'pass' }]);
  });

  it('does not come back with a restart between the grant and now', async () => {
    const [clock, spentPasses] = [new FakeClock(), new FakeSpentPasses()];
    const before = await start({ clock, spentPasses });
    const text = hold(before);
    expect((await touch(before)).kind).toBe('granted');
    const after = await start({ clock, spentPasses });
    after.engine.showCode(SCENE, text);
    after.camera.show('pass');
    expect(await touch(after)).toEqual({ kind: 'denied', reason: 'pass-refused' });
  });

  it('lets nobody in where it cannot be written that it is spent, and stays spent', async () => {
    const gate = await start();
    hold(gate);
    gate.spentPasses.fail();
    expect(await touch(gate)).toEqual({ kind: 'denied', reason: 'gate-fault' });
    expect([gate.relay, reasons(gate)]).toEqual(['de-energised', ['not-verifiable']]);
    expect(gate.health.lines).toContainEqual(expect.objectContaining({ part: 'spent passes', level: 'failed' }));
    expect(await touch(gate)).toEqual({ kind: 'denied', reason: 'pass-refused' });
  });

  it('is not waited for where the disk hangs, and the camera goes on', async () => {
    const gate = await start();
    hold(gate);
    gate.spentPasses.stick();
    await touch(gate);
    await gate.pass(SPEND_MS_MAX);
    expect([gate.screen, gate.relay]).toEqual([{ kind: 'denied', reason: 'gate-fault' }, 'de-energised']);
    gate.spentPasses.unstick();
    await gate.settle();
    expect([gate.relay, await gate.look('holder')]).toEqual(['de-energised', { kind: 'granted', by: 'face' }]);
  });

  it('is refused while it is unknown what was spent, and a new one is taken once none of the old can be valid', async () => {
    const spentPasses = new FakeSpentPasses();
    spentPasses.damage();
    const gate = await start({ spentPasses });
    await gate.settle();
    hold(gate);
    expect(await touch(gate)).toEqual({ kind: 'denied', reason: 'gate-fault' });
    expect(spentPasses.read()).toMatchObject({ doubtedUntil: expect.any(Number) as number });
    hold(gate, { uses: 'while-valid' });
    expect((await touch(gate)).kind).toBe('granted');
  });

  it('shown again while the first showing of it is being decided lets one in', async () => {
    const gate = await start();
    hold(gate);
    gate.spentPasses.stick();
    await touch(gate);
    await touch(gate);
    gate.spentPasses.unstick();
    await gate.pass(1_000);
    const granted = gate.journal.kinds.filter((kind) => kind === 'access-granted');
    expect(granted).toHaveLength(1);
  });
});

it('where no rule in force asks for a pass, it is not offered', async () => {
  const gate = await start({}, { place: { factors: [{ schedule: 'always', anyOf: ['card-and-pin'] }] } });
  expect(gate.view.pass).toBe(false);
});

it('two passes for one passage of one person are two', async () => {
  const gate = await start();
  for (const id of ['c1', 'c2']) {
    hold(gate, { id: id.repeat(16) as PassId });
    expect((await touch(gate)).kind).toBe('granted');
    await comeIn(gate);
  }
});
