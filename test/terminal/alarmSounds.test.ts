import { describe, expect, it } from 'vitest';
import type { AlarmSounds } from '#core/config/accessConfig.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { millis } from '#core/kernel/units.ts';
import type { Strike } from '#core/ports/hardware.ts';
import { AlarmSounder } from '#terminal/alarmSounder.ts';
import type { KioskView } from '#contract/kioskView.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { GateFixture } from './gateFixture.ts';
import { card, PIN_UNDER_DURESS, somebody } from './people.ts';
import { BACK, ENTRANCE, FRONT, INNER, withBackDoor } from './ruledGate.ts';

const SIREN = 8;
const EVERYTHING = ['forced-open', 'held-open', 'tamper', 'passage-forced'] as const;
const ANNA = somebody('anna', 'a1', { personalNumber: '2001' });

const sounding =
  (sounds: Partial<AlarmSounds>) =>
  (config: TerminalConfig): TerminalConfig => {
    const two = withBackDoor(config);
    const { alarms } = two.access;
    return {
      ...two,
      siren: { board: 'board', channel: SIREN },
      access: { ...two.access, alarms: { ...alarms, sounds: { ...alarms.sounds, ...sounds } } },
    };
  };
const LOUD: Partial<AlarmSounds> = {
  siren: { alarms: EVERYTHING, forMs: millis(60_000) },
  readers: { alarms: EVERYTHING, forMs: millis(10_000) },
  kiosk: 'alarm',
};
const loud = (sounds: Partial<AlarmSounds> = {}) =>
  GateFixture.start({ mode: 'no-face', people: [ANNA], configured: sounding({ ...LOUD, ...sounds }) });
const siren = (gate: GateFixture) => gate.board.level(SIREN);
const sounds = (gate: GateFixture): KioskView['sound'] => gate.view.sound;

/** How often the reader of each access point was told to sound. */
function bouts(gate: GateFixture): () => readonly number[] {
  const counts = [ENTRANCE, INNER].map((id) => {
    const count = { told: 0 };
    gate.readerAt(id).onAlarm(() => void count.told++);
    return count;
  });
  return () => counts.map(({ told }) => told);
}

async function holdOpen(gate: GateFixture, forMs: number): Promise<void> {
  gate.reader.show(card('a1'));
  await gate.settle();
  gate.inputs.set('contact', true);
  await gate.pass(forMs);
}

describe('a siren', () => {
  it('sounds from the force on until somebody has acknowledged it', async () => {
    const gate = await loud();
    expect(siren(gate)).toBe('de-energised');
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(siren(gate)).toBe('energised');
    gate.terminal.alarms.acknowledge('forced-open', FRONT);
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
  });

  it('ends with its cause, but not where another door is open by force', async () => {
    const gate = await loud();
    gate.inputs.set('contact', true);
    gate.inputsOf(BACK).set('contact', true);
    gate.inputs.set('contact', false);
    await gate.settle();
    expect(siren(gate)).toBe('energised');
    gate.inputsOf(BACK).set('contact', false);
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
  });

  it('ends by itself after its time, although the door still stands open', async () => {
    const gate = await loud();
    gate.inputs.set('contact', true);
    await gate.pass(59_900);
    expect(siren(gate)).toBe('energised');
    await gate.pass(200);
    expect(siren(gate)).toBe('de-energised');
    expect(gate.terminal.alarms.shown).toMatchObject([{ state: 'raised' }]);
  });

  it('is told with its first word for how long, so that a board that times it needs no program to end it', () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    const relay: Strike = {
      name: 'siren',
      link: 'up',
      onLink: () => ({ [Symbol.dispose]: () => undefined }),
      drive: (...drive) => {
        told.push(drive);
        return Promise.resolve('confirmed');
      },
    };
    const wanted: AlarmSounds = {
      siren: { alarms: EVERYTHING, forMs: millis(60_000) },
      readers: { alarms: [], forMs: millis(0) },
      kiosk: 'none',
      warningMs: millis(0),
    };
    const health = { report: () => undefined };
    const sounder = new AlarmSounder({
      sounds: wanted,
      siren: relay,
      accessPoints: [],
      readers: new Map(),
      clock,
      health,
    });
    sounder.start();
    sounder.sound('forced-open', FRONT);
    expect(told).toEqual([
      ['de-energised', 'until-driven'],
      ['energised', 60_000],
    ]);
    expect(clock.waiting).toBe(0);
  });

  it('sounds on for the rest of its time when its line is back, and is silent where it is over', async () => {
    const gate = await loud();
    gate.inputs.set('contact', true);
    await gate.pass(10_000);
    gate.board.setLine('down');
    await gate.pass(10_000);
    gate.board.setLine('up');
    await gate.settle();
    expect(siren(gate)).toBe('energised');
    gate.board.setLine('down');
    await gate.pass(50_000);
    gate.board.setLine('up');
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
  });

  it('that a dead gate left on is silenced by the start', async () => {
    const gate = await GateFixture.assembled({ mode: 'no-face', configured: sounding(LOUD) });
    await gate.board.strike(SIREN).drive('energised', 'until-driven');
    gate.terminal.start();
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
  });

  it('sounds for what the configuration names alone, and ends where it no longer does', async () => {
    const gate = await loud({ siren: { alarms: ['tamper'], forMs: millis(60_000) } });
    gate.inputs.set('contact', true);
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
    gate.recorder.record({ kind: 'tamper', part: 'cover of reader outside' });
    await gate.settle();
    expect(siren(gate)).toBe('energised');
    gate.terminal.adopt(sounding({ ...LOUD, siren: { alarms: [], forMs: millis(0) } })(gate.config));
    await gate.settle();
    expect(siren(gate)).toBe('de-energised');
  });
});

describe('readers', () => {
  it('sound where it happens, bout after bout, until somebody knows', async () => {
    const gate = await loud();
    const told = bouts(gate);
    gate.inputs.set('contact', true);
    await gate.pass(4_100);
    expect(told()).toEqual([3, 0]);
    gate.terminal.alarms.acknowledge('forced-open', FRONT);
    await gate.pass(10_000);
    expect(told()).toEqual([3, 0]);
  });

  it('sound for a cover that is off at the access point that they serve, and no longer than their time', async () => {
    const gate = await loud();
    const told = bouts(gate);
    gate.recorder.record({ kind: 'tamper', part: `inputs of ${BACK}` });
    await gate.pass(60_000);
    expect(told()).toEqual([0, 5]);
  });

  it('leave nothing waiting when the gate stops', async () => {
    const gate = await loud();
    const told = bouts(gate);
    gate.inputs.set('contact', true);
    await gate.settle();
    await gate.terminal.stop();
    await gate.pass(10_000);
    expect(told()).toEqual([1, 0]);
  });
});

describe('the screen', () => {
  it('warns quietly before its door is held open, and sounds while it is', async () => {
    const gate = await loud();
    await holdOpen(gate, 9_900);
    expect(sounds(gate)).toBe('none');
    await gate.pass(200);
    expect(sounds(gate)).toBe('warning');
    await gate.pass(10_000);
    expect(sounds(gate)).toBe('alarm');
    gate.terminal.alarms.acknowledge('held-open', FRONT);
    expect(sounds(gate)).toBe('none');
  });

  it('is silent again as soon as the door is shut', async () => {
    const gate = await loud();
    await holdOpen(gate, 15_000);
    gate.inputs.set('contact', false);
    await gate.settle();
    expect(sounds(gate)).toBe('none');
  });

  it('says nothing of a door that was forced, nor of another door', async () => {
    const gate = await loud();
    gate.inputs.set('contact', true);
    gate.inputsOf(BACK).set('contact', true);
    await gate.pass(60_000);
    expect(sounds(gate)).toBe('none');
  });

  it('tells every screen at once when it begins to warn', async () => {
    const gate = await loud();
    const heard: string[] = [];
    gate.terminal.kiosk.subscribe(({ sound }) => void (heard.at(-1) !== sound && heard.push(sound)));
    await holdOpen(gate, 20_100);
    expect(heard).toEqual(['none', 'warning', 'alarm']);
  });
});

describe('without a word in the configuration', () => {
  it('only the screen is heard, before its door is held open', async () => {
    const gate = await GateFixture.start({ mode: 'no-face', people: [ANNA] });
    const told = bouts(await GateFixture.start({ mode: 'no-face', configured: withBackDoor }));
    await holdOpen(gate, 15_000);
    expect(sounds(gate)).toBe('warning');
    await gate.pass(10_000);
    expect(gate.view.door).toBe('held-open');
    expect([sounds(gate), siren(gate), ...told()]).toEqual(['none', 'de-energised', 0, 0]);
  });
});

it('duress is never heard, whatever sounds', async () => {
  const gate = await loud();
  const told = bouts(gate);
  const moves: number[] = [];
  gate.board.onMove(({ channel }) => void moves.push(channel));
  await gate.terminal.accessPoint(ENTRANCE).presentPin('2001', PIN_UNDER_DURESS);
  await gate.settle();
  expect(gate.terminal.alarms.shown).toMatchObject([{ alarm: 'duress' }]);
  gate.terminal.alarms.acknowledge('duress', ENTRANCE);
  await gate.pass(10_000);
  expect(moves).not.toContain(SIREN);
  expect([...told(), sounds(gate)]).toEqual([0, 0, 'none']);
});
