import { describe, expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { millis } from '#core/kernel/units.ts';
import { GateFixture } from './gateFixture.ts';
import { card, somebody } from './people.ts';
import { BACK, FRONT, INNER, withBackDoor } from './ruledGate.ts';

const ANNA = somebody('anna', 'a1');

/** Two doors of which one is open at a time. */
function airLock(config: TerminalConfig): TerminalConfig {
  const two = withBackDoor(config);
  const barriers = two.access.barriers.map((one) => ({ ...one, interlock: 'air-lock' }));
  return { ...two, access: { ...two.access, barriers } };
}

const start = () => GateFixture.start({ mode: 'no-face', people: [ANNA], configured: airLock });
const outer = async (gate: GateFixture) => {
  gate.reader.show(card('a1'));
  await gate.settle();
};
const inner = async (gate: GateFixture) => {
  gate.readerAt(INNER).show(card('a1'));
  await gate.settle();
};
const lastDenial = (gate: GateFixture): unknown =>
  gate.journal.recorded.findLast(({ event }) => event.kind === 'access-denied')?.event;

describe('an air lock', () => {
  it('keeps its second door shut until the first is shut and locked', async () => {
    const gate = await start();
    await outer(gate);
    gate.inputs.set('contact', true);
    await inner(gate);
    expect(gate.board.level(2)).toBe('de-energised');
    expect(lastDenial(gate)).toMatchObject({ accessPoint: INNER, reason: 'interlocked' });
    gate.inputs.set('contact', false);
    await gate.pass(6_000);
    await inner(gate);
    expect(gate.board.level(2)).toBe('energised');
  });

  it('opens one door alone to two who show their cards in the same moment', async () => {
    const gate = await start();
    gate.reader.show(card('a1'));
    gate.readerAt(INNER).show(card('0a'));
    await gate.settle();
    expect([gate.board.level(1), gate.board.level(2)]).toEqual(['energised', 'de-energised']);
  });

  it('is not held by a grant that could not be recorded', async () => {
    const gate = await start();
    gate.journal.fail();
    await outer(gate);
    gate.journal.recover();
    await inner(gate);
    expect(gate.board.level(2)).toBe('energised');
  });

  it('never holds back an exit button, and an alarm says that both were open', async () => {
    const gate = await start();
    await outer(gate);
    gate.inputs.set('contact', true);
    gate.inputsOf(BACK).set('rex', true);
    await gate.settle();
    expect(gate.board.level(2)).toBe('energised');
    expect(gate.recorded).toContain('interlock-broken');
  });

  it('lets somebody through whom an operator lets through, and for so long alone', async () => {
    const gate = await start();
    gate.inputs.set('contact', true);
    gate.terminal.rules.bypassInterlock(BACK, millis(30_000));
    await inner(gate);
    expect(gate.board.level(2)).toBe('energised');
    await gate.pass(31_000);
    await inner(gate);
    expect(lastDenial(gate)).toMatchObject({ reason: 'interlocked' });
  });

  it('holds on where its rules are read anew while a door stands open', async () => {
    const gate = await start();
    gate.inputs.set('contact', true);
    gate.terminal.adopt(gate.config);
    await inner(gate);
    expect(lastDenial(gate)).toMatchObject({ reason: 'interlocked' });
    expect(gate.recorded.filter((kind) => kind === 'interlock-broken')).toEqual([]);
  });
});

describe('alarms', () => {
  const gateAt = () => GateFixture.start({ mode: 'no-face', configured: tampered });
  const alarms = (gate: GateFixture) => gate.terminal.alarms.shown;
  const health = (gate: GateFixture, part: string) => gate.health.lines.find((line) => line.part === part)?.level;

  it('of a door that was forced are over once it is shut and somebody has acknowledged them', async () => {
    const gate = await gateAt();
    gate.inputs.set('contact', true);
    expect(alarms(gate)).toEqual([{ alarm: 'forced-open', place: FRONT, state: 'raised' }]);
    expect(health(gate, 'alarm forced-open at front')).toBe('failed');
    gate.terminal.alarms.acknowledge('forced-open', FRONT);
    expect(health(gate, 'alarm forced-open at front')).toBe('warning');
    gate.inputs.set('contact', false);
    expect(alarms(gate)).toEqual([]);
    expect(health(gate, 'alarm forced-open at front')).toBe('ok');
    await gate.settle();
    expect(gate.recorded).toContain('alarm-acknowledged');
  });

  it('of the night are seen in the morning, although nothing is open any more', async () => {
    const gate = await gateAt();
    gate.inputs.set('contact', true);
    gate.inputs.set('contact', false);
    expect(alarms(gate)).toEqual([{ alarm: 'forced-open', place: FRONT, state: 'unseen' }]);
    expect(() => gate.terminal.alarms.acknowledge('held-open', FRONT)).toThrow('forced-open at front');
  });

  it('tell of a door that is held open', async () => {
    const gate = await gateAt();
    gate.reader.show(card('0a'));
    await gate.settle();
    gate.inputs.set('contact', true);
    await gate.pass(21_000);
    expect(alarms(gate)).toEqual([{ alarm: 'held-open', place: FRONT, state: 'raised' }]);
  });

  it('tell of a cover that is off and of a wire that is cut, and a line that is lost mends neither', async () => {
    const gate = await gateAt();
    gate.inputs.wire('rex', 'cut');
    expect(alarms(gate)).toEqual([{ alarm: 'tamper', place: 'inputs of front', state: 'raised' }]);
    gate.inputs.setLine('down');
    expect(alarms(gate)).toEqual([{ alarm: 'tamper', place: 'inputs of front', state: 'raised' }]);
    gate.inputs.setLine('up');
    gate.inputs.wire('rex', 'normal');
    gate.inputs.set('tamper', true);
    // The cover of a reader as well, which its own driver tells of.
    gate.recorder.record({ kind: 'tamper', part: 'cover of reader outside' });
    expect(alarms(gate)).toContainEqual({ alarm: 'tamper', place: 'cover of reader outside', state: 'raised' });
    gate.recorder.record({ kind: 'tamper-ended', part: 'cover of reader outside' });
    gate.inputs.set('tamper', false);
    await gate.settle();
    expect(gate.recorded.filter((kind) => kind.startsWith('tamper'))).toHaveLength(6);
    expect(gate.recorded.filter((kind) => kind.startsWith('link'))).toEqual(['link-lost', 'link-restored']);
  });
});

function tampered(config: TerminalConfig): TerminalConfig {
  const fitted = ['contact', 'rex', 'fire', 'tamper'] as const;
  return { ...config, doors: config.doors.map((door) => ({ ...door, inputs: { driver: 'simulated', fitted } })) };
}
