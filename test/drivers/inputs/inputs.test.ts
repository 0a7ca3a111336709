import { expect, it } from 'vitest';
import type { DoorId } from '#core/kernel/ids.ts';
import { noInputs } from '#drivers/inputs/noInputs.ts';
import { SimulatedInputs } from '#drivers/inputs/simulatedInputs.ts';
import { describeDoorInputs } from './doorInputsContract.ts';

const door = 'front' as DoorId;

describeDoorInputs('moved by hand', () => {
  const inputs = new SimulatedInputs(door, ['contact', 'rex', 'tamper', 'fire']);
  return Promise.resolve({
    inputs,
    put: (input, state) => Promise.resolve(inputs.wire(input, state)),
    cut: () => Promise.resolve(inputs.setLine('down')),
    mend: () => Promise.resolve(inputs.setLine('up')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

it('an input that is moved is told once and stays so until it is moved back', () => {
  const inputs = new SimulatedInputs(door, ['contact', 'fire']);
  const told: string[] = [];
  const listening = inputs.onChange((input, active) => told.push(`${input} ${active}`));
  inputs.set('contact', true);
  inputs.set('contact', true);
  expect([inputs.read('contact'), inputs.read('fire'), inputs.read('rex')]).toEqual([true, false, false]);
  inputs.set('contact', false);
  inputs.set('fire', true);
  listening[Symbol.dispose]();
  inputs.set('fire', false);
  expect(told).toEqual(['contact true', 'contact false', 'fire true']);
});

it('an input that is not fitted cannot be moved', () => {
  const inputs = new SimulatedInputs(door, ['contact']);
  expect(() => inputs.set('rex', true)).toThrow('fitted');
  expect(inputs.read('rex')).toBe(false);
});

it('a door without inputs has none that is active', () => {
  const inputs = noInputs(door);
  expect([inputs.door, inputs.fitted.size]).toEqual([door, 0]);
  expect([inputs.read('fire'), inputs.read('rex'), inputs.read('contact')]).toEqual([false, false, false]);
  expect([inputs.link, inputs.state('fire')]).toEqual(['up', 'normal']);
  inputs.onChange(() => expect.unreachable())[Symbol.dispose]();
  inputs.onState(() => expect.unreachable())[Symbol.dispose]();
  inputs.onLink(() => expect.unreachable())[Symbol.dispose]();
});
