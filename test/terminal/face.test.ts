import { describe, expect, it } from 'vitest';
import type { Probe } from '#core/biometrics/probe.ts';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { featuresOf, type FakeEngine } from '../fakes/fakeEngine.ts';
import { CAMERA_REST_MS } from '#terminal/cameraWatch.ts';
import { GateFixture, OPERATING } from './gateFixture.ts';

describe('walking up', () => {
  it('opens the door for an enrolled person, and records it before the strike moves', async () => {
    const gate = await GateFixture.start();
    const recordedAtMove: string[][] = [];
    gate.board.onMove(({ level }) => level === 'energised' && recordedAtMove.push([...gate.recorded]));
    gate.camera.show('holder');
    await gate.pass(500);
    expect(gate.relay).toBe('energised');
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(recordedAtMove).toEqual([['access-granted']]);
  });

  it('leaves no entry of somebody it does not know, and keeps the door shut', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('nobody-we-know');
    await gate.pass(1_000);
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'not-recognised' });
    expect(gate.relay).toBe('de-energised');
    expect(gate.recorded).toEqual([]);
  });

  it('records place and reason, and nobody, where somebody unknown asked to be looked at', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.camera.show('nobody-we-know');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(1_000);
    const entry = gate.journal.recorded.at(-1);
    expect(entry?.event).toEqual({ kind: 'access-denied', accessPoint: 'entrance', reason: 'not-recognised' });
    expect(entry && 'subject' in entry).toBe(false);
  });

  it('takes a photograph of the right person for what it is, and extracts nothing of it', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('spoof');
    await gate.pass(1_000);
    expect(gate.relay).toBe('de-energised');
    expect(gate.engine.answered.extract).toBe(0);
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'not-recognised' });
  });

  it('takes nobody by chance where two stand side by side', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('two');
    await gate.pass(2_000);
    expect(gate.relay).toBe('de-energised');
    expect(gate.engine.answered.measure).toBe(0);
  });

  it('tells the camera where the face is that it measures, and when the place has been empty for a while', async () => {
    const gate = await GateFixture.start();
    await gate.pass(1_000);
    expect(gate.camera.attention).toEqual({ lively: false });
    gate.camera.show('dark');
    await gate.pass(500);
    expect(gate.camera.attention).toEqual({ lively: true, face: { x: 220, y: 140, width: 200, height: 240 } });
    gate.camera.show('empty');
    await gate.pass(1_000);
    expect(gate.camera.attention).toEqual({ lively: true });
    await gate.pass(4_000);
    expect(gate.camera.attention).toEqual({ lively: false });
  });

  it('tells somebody in the dark what is missing, and measures nothing further', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('dark');
    await gate.pass(500);
    expect(gate.screen).toMatchObject({ kind: 'looking', guidance: 'too-dark' });
    expect(gate.engine.answered.measurePad).toBe(0);
  });

  it('looks at an empty scene only so often', async () => {
    const gate = await GateFixture.start();
    const before = gate.engine.answered.detect;
    await gate.pass(10_000);
    const perSecond = (gate.engine.answered.detect - before) / 10;
    expect(perSecond).toBeGreaterThanOrEqual(4);
    expect(perSecond).toBeLessThanOrEqual(5.1);
  });

  it('leaves a refused person in peace: the next look comes after they went', async () => {
    const gate = await GateFixture.start();
    gate.camera.show('nobody-we-know');
    await gate.pass(1_000);
    const looked = gate.engine.answered.measure;
    await gate.pass(2_500);
    expect(gate.engine.answered.measure).toBe(looked);
  });
});

describe('tap to look', () => {
  it('keeps the camera closed until somebody touches, and closes it after the decision', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.camera.show('holder');
    await gate.pass(2_000);
    expect(gate.view.cameraOn).toBe(false);
    expect(gate.engine.answered.detect).toBe(0);
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.settle();
    expect(gate.view.cameraOn).toBe(true);
    await gate.pass(1_000);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(gate.view.cameraOn).toBe(false);
  });

  it('closes the camera when nobody comes', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(11_900);
    expect(gate.screen.kind).toBe('looking');
    await gate.pass(200);
    expect(gate.view.cameraOn).toBe(false);
    expect(gate.screen.kind).toBe('idle');
  });

  it('closes it at once when the person thinks better of it, whatever the engine is doing', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    gate.camera.show('holder');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    gate.engine.hold();
    await gate.pass(200);
    gate.terminal.kiosk.command({ kind: 'cancel' });
    gate.engine.letGo();
    await gate.pass(3_000);
    expect(gate.view.cameraOn).toBe(false);
    expect(gate.relay).toBe('de-energised');
    expect(gate.screen.kind).toBe('idle');
  });
});

const CALLS = ['detect', 'measure', 'measurePad', 'extract'] as const;

describe('a frame that is still in work while somebody cancels and the next one touches', () => {
  const cases = (['tap-to-look', 'walk-up'] as const).flatMap((mode) => CALLS.map((call) => [mode, call] as const));

  it.each(cases)('(%s, in %s) leaves the next presentation nothing, and does not move it', async (mode, call) => {
    const gate = await GateFixture.start({ mode });
    const probes = probesOf(gate.engine);
    gate.camera.show(call === 'extract' ? 'nobody-we-know' : 'spoof');
    if (mode === 'tap-to-look') gate.terminal.kiosk.command({ kind: 'use-face' });
    gate.engine.hold(call);
    await gate.pass(500);
    const before = { ...gate.engine.answered };
    const reached = CALLS.slice(1).map((each) => Number(CALLS.indexOf(each) < CALLS.indexOf(call)));
    expect([before.measure, before.measurePad, before.extract], 'it is in work there').toEqual(reached);
    gate.terminal.kiosk.command({ kind: 'cancel' });
    gate.camera.show('holder');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    gate.engine.letGo();
    await gate.settle();
    expect(gate.engine.answered, 'nothing further is measured').toEqual({ ...before, [call]: before[call] + 1 });
    expect(gate.screen).toEqual({ kind: 'looking', guidance: 'step-in-front', progress: 0, aspect: 4 / 3 });
    for (const probe of probes.splice(0)) expect(() => probe.cosine(SOMEBODY, 0)).toThrow(BrokenPromise);
    await gate.pass(500);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(probes).toHaveLength(OPERATING.identification.framesConsidered);
  });

  it('shows nothing of it in the mirror either', async () => {
    const gate = await GateFixture.start({ mode: 'walk-up', preview: 'mirror' });
    gate.camera.show('nobody-we-know');
    gate.engine.hold();
    await gate.pass(300);
    gate.terminal.kiosk.command({ kind: 'cancel' });
    gate.terminal.kiosk.command({ kind: 'use-face' });
    gate.engine.letGo();
    await gate.settle();
    expect(gate.mirrored).not.toContain('picture');
    await gate.pass(100);
    expect(gate.mirrored).toContain('picture');
  });
});

const SOMEBODY = featuresOf(1);

/** Every probe that the engine makes from now on. */
function probesOf(engine: FakeEngine): Probe[] {
  const probes: Probe[] = [];
  const extract = engine.extract.bind(engine);
  engine.extract = async (frame, face) => {
    const probe = await extract(frame, face);
    probes.push(probe);
    return probe;
  };
  return probes;
}

describe('when the camera or the engine fails', () => {
  it('card and PIN go on, and the face way comes back by itself', async () => {
    const gate = await GateFixture.start();
    const { Fault } = await import('#core/kernel/fault.ts');
    gate.engine.fail(new Fault('model', { thing: 'engine', found: 'nothing', expected: 'an answer' }));
    gate.camera.show('holder');
    await gate.pass(300);
    expect(gate.view.face).toBe('out-of-order');
    expect(gate.health.lines.find(({ part }) => part === 'face at entrance')?.level).toBe('failed');
    gate.reader.show({ format: 'uid', number: '0a' });
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
    gate.engine.fail(undefined);
    await gate.pass(8_000);
    expect(gate.view.face).toBe('walk-up');
  });

  it('whoever touched "face" is told at once, and can touch it again after a while', async () => {
    const gate = await GateFixture.start({ mode: 'tap-to-look' });
    const { Fault } = await import('#core/kernel/fault.ts');
    gate.engine.fail(new Fault('model', { thing: 'engine', found: 'nothing', expected: 'an answer' }));
    gate.camera.show('holder');
    expect(gate.view.face).toBe('tap');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(300);
    expect([gate.view.face, gate.screen.kind, gate.view.cameraOn]).toEqual(['out-of-order', 'idle', false]);
    gate.engine.fail(undefined);
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(300);
    expect(gate.view.cameraOn).toBe(false);
    await gate.pass(CAMERA_REST_MS);
    expect(gate.view.face).toBe('tap');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    await gate.pass(1_000);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(gate.view.face).toBe('tap');
  });
});

describe('a gallery that is larger than the tolerated FPIR allows', () => {
  it('goes over to a card first, says so, and then compares with that one person', async () => {
    const gate = await GateFixture.start({ fpirMax: 0.001 });
    gate.camera.show('holder');
    await gate.pass(2_000);
    expect(gate.view.face).toBe('card-first');
    expect(gate.view.cameraOn).toBe(false);
    gate.terminal.kiosk.command({ kind: 'use-face' });
    expect(gate.screen).toEqual({ kind: 'card', thenFace: true });
    gate.reader.show({ format: 'uid', number: '0a' });
    await gate.pass(1_000);
    expect(gate.screen).toEqual({ kind: 'granted', by: 'face' });
    expect(gate.journal.recorded.at(-1)?.event).toMatchObject({ kind: 'access-granted', factors: ['card', 'face'] });
    expect(gate.view.cameraOn).toBe(false);
  });

  it('refuses another face behind the card, and the card alone still opens', async () => {
    const gate = await GateFixture.start({ fpirMax: 0.001 });
    gate.camera.show('nobody-we-know');
    gate.terminal.kiosk.command({ kind: 'use-face' });
    gate.reader.show({ format: 'uid', number: '0a' });
    await gate.pass(1_000);
    expect(gate.screen).toEqual({ kind: 'denied', reason: 'not-recognised' });
    expect(gate.relay).toBe('de-energised');
    gate.reader.show({ format: 'uid', number: '0a' });
    await gate.settle();
    expect(gate.screen).toEqual({ kind: 'granted', by: 'card' });
  });
});

describe('the mirror', () => {
  it('shows pixels only where it was chosen, and is cleared when the presentation ends', async () => {
    const outline = await GateFixture.start();
    outline.camera.show('holder');
    await outline.pass(1_000);
    expect(outline.mirrored).not.toContain('picture');
    const mirror = await GateFixture.start({ preview: 'mirror' });
    mirror.camera.show('holder');
    await mirror.pass(1_000);
    expect(mirror.mirrored).toContain('picture');
    expect(mirror.mirrored.at(-1)).toBe('clear');
  });
});
