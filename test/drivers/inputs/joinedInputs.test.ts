import { expect, it } from 'vitest';
import type { DoorId } from '#core/kernel/ids.ts';
import { JoinedInputs } from '#drivers/inputs/joinedInputs.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { describeDoorInputs } from './doorInputsContract.ts';

const door = 'front' as DoorId;
const twoPlaces = (): [SimulatedInputs, SimulatedInputs, JoinedInputs] => {
  const [board, reader] = [
    new SimulatedInputs(door, ['contact', 'fire']),
    new SimulatedInputs(door, ['rex', 'tamper']),
  ];
  return [board, reader, new JoinedInputs(door, [board, reader])];
};

describeDoorInputs('that end in two places', () => {
  const [board, reader, inputs] = twoPlaces();
  const setLine = (link: 'up' | 'down'): Promise<void> => {
    for (const part of [board, reader]) part.setLine(link);
    return Promise.resolve();
  };
  return Promise.resolve({
    inputs,
    put: (input, state) => Promise.resolve((board.fitted.has(input) ? board : reader).wire(input, state)),
    cut: () => setLine('down'),
    mend: () => setLine('up'),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

it('the link of inputs that end in two places is up while both answer, and what one of them says counts alone', () => {
  const [board, reader, inputs] = twoPlaces();
  const links: string[] = [];
  inputs.onLink((link) => links.push(link));
  reader.setLine('down');
  board.setLine('down');
  board.setLine('up');
  board.set('fire', true);
  expect([inputs.link, inputs.read('fire'), inputs.state('rex')]).toEqual(['down', true, 'unknown']);
  reader.setLine('up');
  expect(links).toEqual(['down', 'up']);
});

it('an input cannot end in both', () => {
  const part = (): SimulatedInputs => new SimulatedInputs(door, ['contact']);
  expect(() => new JoinedInputs(door, [part(), part()])).toThrow('ends in one place');
});
