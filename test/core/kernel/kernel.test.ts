import { describe, expect, it } from 'vitest';
import { assert, assertNever, BrokenPromise } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { after, elapsed, millis, monotonic } from '#core/kernel/units.ts';

describe('a fault', () => {
  it('names the thing, what was found and what was expected', () => {
    const cause = new Error('ENOENT');
    const fault = new Fault('model', { thing: 'detect.onnx', found: 'no file', expected: 'a model' }, cause);
    expect(fault.message).toBe('detect.onnx: found no file, expected a model');
    expect([fault.name, fault.code, fault.thing, fault.found, fault.expected, fault.cause]).toEqual([
      'Fault',
      'model',
      'detect.onnx',
      'no file',
      'a model',
      cause,
    ]);
  });

  it('has a message whatever was thrown', () => {
    expect([messageOf(new Error('why')), messageOf('why'), messageOf(undefined)]).toEqual(['why', 'why', 'undefined']);
  });
});

describe('a promise of our own', () => {
  it('that holds passes, and one that is broken is told', () => {
    expect(() => assert(true, 'holds')).not.toThrow();
    expect(() => assert(false, 'a row lies inside')).toThrow(new BrokenPromise('a row lies inside'));
  });

  it('is broken by a case that nobody handled', () => {
    expect(() => assertNever({ kind: 'new' } as never)).toThrow('unhandled {"kind":"new"}');
  });
});

it('a span after a moment has elapsed at the moment it leads to', () => {
  const start = monotonic(100);
  expect(elapsed(start, after(start, millis(50)))).toBe(50);
});
