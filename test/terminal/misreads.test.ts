import { expect, it } from 'vitest';
import type { ReaderOutcome } from '#core/ports/hardware.ts';
import { GateFixture } from './gateFixture.ts';
import { card } from './people.ts';
import { ENTRANCE } from './ruledGate.ts';

const misreads = (gate: GateFixture) =>
  gate.journal.recorded.flatMap(({ event }) => (event.kind === 'card-misread' ? [event] : []));
const told = (gate: GateFixture) => gate.health.lines.find(({ part }) => part === `cards at ${ENTRANCE}`)?.level;

it('a reader that misreads is seen in the journal, once a minute, and the person is asked to try again', async () => {
  const gate = await GateFixture.start({ mode: 'no-face' });
  const shown: ReaderOutcome[] = [];
  gate.reader.onSignal((outcome) => shown.push(outcome));
  for (let tries = 0; tries < 5; tries++) gate.reader.misread('a card of 26 bits, refused for its parity', 'parity');
  gate.reader.misread('a card of 27 bits, refused for its length', 'length');
  await gate.settle();
  expect(shown).toEqual(Array(6).fill('try-again'));
  expect(misreads(gate)).toEqual([{ kind: 'card-misread', accessPoint: ENTRANCE, reason: 'parity', times: 1 }]);
  await gate.pass(60_100);
  expect(misreads(gate).slice(1)).toMatchObject([
    { reason: 'parity', times: 4 },
    { reason: 'length', times: 1 },
  ]);
  await gate.pass(120_000);
  expect(misreads(gate)).toHaveLength(3);
});

it('a card that counts ends the warning on the health page', async () => {
  const gate = await GateFixture.start({ mode: 'no-face' });
  gate.reader.misread('a tag whose sum is wrong', 'broken');
  expect(told(gate)).toBe('warning');
  gate.reader.show(card('0a'));
  await gate.settle();
  expect(told(gate)).toBe('ok');
});

it('what was counted is told when the gate stops', async () => {
  const gate = await GateFixture.start({ mode: 'no-face' });
  for (let tries = 0; tries < 3; tries++) gate.reader.misread('a tag whose sum is wrong', 'broken');
  await gate.terminal.stop();
  expect(misreads(gate).map(({ times }) => times)).toEqual([1, 2]);
});
