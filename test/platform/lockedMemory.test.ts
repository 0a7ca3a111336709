import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { LockedMemory } from '#platform/lockedMemory.ts';
import type { NativeFunction } from '#platform/nativeLibrary.ts';

const MIB = 1024 * 1024;

/** What is locked stays so for good, so the kernel itself is asked in a process of its own. */
function inProcessOfItsOwn(script: string, under: readonly string[] = []): unknown {
  const given = [...under, process.execPath, '--input-type=module', '-e', script];
  const [command = '', ...rest] = given;
  return JSON.parse(execFileSync(command, rest, { cwd: new URL('../..', import.meta.url), encoding: 'utf8' }));
}

const SCRIPT = `
  import { readFileSync } from 'node:fs';
  import { LockedMemory } from '#platform/lockedMemory.ts';
  const memory = new LockedMemory();
  const taken = memory.take(3 * 1024 * 1024);
  const { locked, says } = memory.state('Keys');
  const kernel = Number(/VmLck:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  console.log(JSON.stringify({ length: taken.length, zero: taken.every((byte) => byte === 0), locked, says, kernel }));
`;

test('memory for keys is never written to swap, by the kernel’s own word', () => {
  const seen = inProcessOfItsOwn(SCRIPT);
  expect(seen).toMatchObject({ length: 3 * MIB, zero: true, locked: true });
  expect(seen).toHaveProperty('says', expect.stringContaining('never written to swap: 3.0 MiB'));
  expect(seen).toHaveProperty(
    'kernel',
    expect.toSatisfy((kilobytes: number) => kilobytes >= 3 * 1024),
  );
});

test('an account that may lock little works all the same, and the health page says what to do', () => {
  const under = ['prlimit', '--memlock=65536:65536', 'setpriv', '--bounding-set=-ipc_lock', '--inh-caps=-ipc_lock'];
  const seen = inProcessOfItsOwn(SCRIPT, under);
  expect(seen).toMatchObject({ length: 3 * MIB, zero: true, locked: false, kernel: 0 });
  expect(seen).toHaveProperty('says', expect.stringMatching(/3\.0 MiB refused, E\w+; .*LimitMEMLOCK=infinity/));
});

const answering = (answer: ReturnType<NativeFunction>): { int: () => NativeFunction } => ({ int: () => () => answer });
const kernel = (locked: number, swaps: string) => ({ status: () => `VmLck:\t${locked} kB\n`, swaps: () => swaps });

test('a kernel that says yes and locks nothing is found out', () => {
  const memory = new LockedMemory(answering({ kind: 'returned', value: 0 }), kernel(0, 'Filename\n/dev/sda2\n'));
  memory.take(32);
  expect(memory.state('Keys')).toEqual({ locked: false, says: expect.stringContaining('this machine has swap') });
});

test('a system without such a call gives memory that is not locked, and says so', () => {
  const none = {
    int: (): NativeFunction => {
      throw new Error('no such function');
    },
  };
  const memory = new LockedMemory(none, kernel(0, 'Filename\n'));
  expect(memory.take(64)).toEqual(new Uint8Array(64));
  expect(memory.state('Keys').says).toContain('no such function; this machine has no swap at present');
});

test('where nothing is held nothing is claimed to be refused', () => {
  const memory = new LockedMemory(answering({ kind: 'failed', errno: 'EPERM' }), kernel(0, ''));
  expect(memory.state('Keys').locked).toBe(true);
});
