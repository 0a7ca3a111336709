import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The flags stay with a process for good, so each test asks a process of its own. */
function inProcessOfItsOwn(script: string): unknown {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

test('a service that asked for it writes no core dump, by the kernel’s own word', () => {
  const seen = inProcessOfItsOwn(`
    import { readFileSync } from 'node:fs';
    import { forbidCoreDumps } from '#platform/coreDumps.ts';
    const limit = () => /Max core file size +(\\S+) +(\\S+)/.exec(readFileSync('/proc/self/limits', 'utf8')).slice(1);
    const told = forbidCoreDumps();
    console.log(JSON.stringify({ told, limit: limit() }));
  `);
  expect(seen).toMatchObject({ told: { forbidden: true }, limit: ['0', '0'] });
});

test('where the kernel refuses, the health page is told so and why', () => {
  const seen = inProcessOfItsOwn(`
    import { forbidCoreDumps } from '#platform/coreDumps.ts';
    const refused = { kind: 'failed', errno: 'EPERM' };
    const libc = { int: () => () => refused };
    console.log(JSON.stringify(forbidCoreDumps(libc)));
  `);
  expect(seen).toEqual({
    forbidden: false,
    says: 'A crash may write memory to the disk: RLIMIT_CORE EPERM, PR_SET_DUMPABLE EPERM.',
  });
});

test('a kernel that says yes and does nothing is found out', () => {
  const seen = inProcessOfItsOwn(`
    import { forbidCoreDumps } from '#platform/coreDumps.ts';
    const libc = { int: () => () => ({ kind: 'returned', value: 1 }) };
    console.log(JSON.stringify(forbidCoreDumps(libc).forbidden));
  `);
  expect(seen).toBe(false);
});
