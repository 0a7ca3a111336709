import { expect, it } from 'vitest';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { DoorInput } from '#core/ports/hardware.ts';
import { GateFixture } from './gateFixture.ts';
import { FRONT } from './ruledGate.ts';

const FITTED: readonly DoorInput[] = ['contact', 'rex', 'fire', 'free-1', 'free-2'];

const configured = (config: TerminalConfig): TerminalConfig => ({
  ...config,
  doors: config.doors.map((door) => ({
    ...door,
    inputs: { driver: 'simulated', fitted: FITTED, names: { 'free-1': 'Cellar hatch' } },
  })),
});
const start = () => GateFixture.start({ mode: 'no-face', configured });
const changes = (gate: GateFixture) =>
  gate.journal.recorded.flatMap(({ event }) => (event.kind === 'input-changed' ? [event] : []));
const shown = (gate: GateFixture) => gate.health.lines.find(({ part }) => part === 'input Cellar hatch of front');

it('a free input is told by its name, in the journal and on the health page', async () => {
  const gate = await start();
  expect(shown(gate)).toMatchObject({ level: 'ok', says: 'normal' });
  gate.inputs.set('free-1', true);
  expect(shown(gate)).toMatchObject({ level: 'ok', says: 'active' });
  gate.inputs.set('free-1', false);
  await gate.settle();
  const about = { kind: 'input-changed', door: FRONT, input: 'Cellar hatch' };
  expect(changes(gate)).toEqual([
    { ...about, state: 'active' },
    { ...about, state: 'normal' },
  ]);
});

it('a free input without a name is told to nobody, and neither moves a door', async () => {
  const gate = await start();
  gate.inputs.set('free-1', true);
  gate.inputs.set('free-2', true);
  await gate.settle();
  expect(changes(gate)).toHaveLength(1);
  expect(gate.health.lines.filter(({ part }) => part.startsWith('input '))).toHaveLength(1);
  expect([gate.relay, gate.view.door]).toEqual(['de-energised', 'locked']);
});

it('a line that comes back tells what has changed meanwhile, and nothing where all stands as before', async () => {
  const gate = await start();
  gate.inputs.setLine('down');
  expect(shown(gate)).toMatchObject({ level: 'warning', says: 'unknown' });
  gate.inputs.setLine('up');
  gate.inputs.setLine('down');
  gate.inputs.set('free-1', true);
  gate.inputs.setLine('up');
  await gate.settle();
  expect(changes(gate).map(({ state }) => state)).toEqual(['active']);
  expect(shown(gate)).toMatchObject({ says: 'active' });
});

it('a free wire that is cut is told as that, and as tampering', async () => {
  const gate = await start();
  gate.inputs.wire('free-1', 'cut');
  await gate.settle();
  expect(changes(gate).map(({ state }) => state)).toEqual(['cut']);
  expect(shown(gate)).toMatchObject({ level: 'failed' });
  expect(gate.recorded).toContain('tamper');
});
