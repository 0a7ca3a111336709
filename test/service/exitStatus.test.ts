import { expect, test } from 'vitest';
import { Fault, type FaultCode } from '#core/kernel/fault.ts';
import { exitStatusOf } from '#service/exitStatus.ts';
import { EXIT_UNUSABLE } from '#service/supervise/limits.ts';

const about = { thing: 'file', found: 'something', expected: 'something else' };
const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

test.each<FaultCode>(['config', 'model', 'key', 'picture', 'folder'])(
  'a gate that cannot start for its %s waits for somebody to mend it, unless the disk was only full',
  (code) => {
    expect(exitStatusOf(new Fault(code, about))).toBe(EXIT_UNUSABLE);
    expect(exitStatusOf(new Fault(code, about, full))).not.toBe(EXIT_UNUSABLE);
  },
);

test.each<FaultCode>(['storage', 'journal', 'relay', 'camera', 'reader', 'address', 'screen'])(
  'a gate that cannot start for its %s is started again',
  (code) => {
    expect([0, EXIT_UNUSABLE]).not.toContain(exitStatusOf(new Fault(code, about)));
  },
);

test('a gate that nobody knows why it cannot start is started again', () => {
  expect([0, EXIT_UNUSABLE]).not.toContain(exitStatusOf(new Error('unforeseen')));
});
