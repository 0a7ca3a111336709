import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { giveBackFreedMemory, overwriteFreedMemory } from '#platform/freedMemory.ts';

/** What stands in the middle of a block of native memory after it was filled with 7 and freed. */
function afterFree(prepare: string): unknown {
  const script = `
    import koffi from 'koffi';
    import { overwriteFreedMemory } from '#platform/freedMemory.ts';
    ${prepare}
    const libc = koffi.load(null);
    const [malloc, free] = [libc.func('void *malloc(size_t)'), libc.func('void free(void *)')];
    const [block, guard] = [malloc(4000), malloc(4000)];
    koffi.encode(block, 'uint8_t', new Uint8Array(4000).fill(7), 4000);
    free(block);
    console.log(JSON.stringify(koffi.decode(block, 2000, 'uint8_t', 4)));
  `;
  const cwd = new URL('../..', import.meta.url);
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' }));
}

test('native memory is overwritten when it is freed, from the asking on', () => {
  expect(Object.values(afterFree('overwriteFreedMemory();') as object)).toEqual([0x55, 0x55, 0x55, 0x55]);
});

test('without asking it keeps what it held', () => {
  expect(Object.values(afterFree('') as object)).toEqual([7, 7, 7, 7]);
});

test('a C library that refuses, or cannot do it, is told of', () => {
  const refusing = { int: () => () => ({ kind: 'returned', value: 0 }) as const };
  expect(overwriteFreedMemory(refusing)).toEqual({
    overwritten: false,
    says: 'Memory that native code frees keeps what it held: mallopt refused.',
  });
  const without = {
    int: () => {
      throw new Error('no such function');
    },
  };
  expect(overwriteFreedMemory(without)).toMatchObject({
    overwritten: false,
    says: expect.stringContaining('no such function'),
  });
});

/** Resident memory in MB around the giving back, in a process that freed 40 MB below a block still in use. */
function aroundGivingBack(): { readonly before: number; readonly after: number } {
  const script = `
    import koffi from 'koffi';
    import { giveBackFreedMemory } from '#platform/freedMemory.ts';
    const libc = koffi.load(null);
    const [malloc, free] = [libc.func('void *malloc(size_t)'), libc.func('void free(void *)')];
    const size = 64 * 1024;
    const blocks = Array.from({ length: 640 }, () => malloc(size));
    for (const block of blocks) koffi.encode(block, 'uint8_t', new Uint8Array(size).fill(7), size);
    malloc(size);
    for (const block of blocks) free(block);
    const resident = () => process.memoryUsage.rss() / 2 ** 20;
    const before = resident();
    giveBackFreedMemory();
    console.log(JSON.stringify({ before, after: resident() }));
  `;
  const cwd = new URL('../..', import.meta.url);
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' }));
}

test('memory that was freed is given back to the system when asked', () => {
  const { before, after } = aroundGivingBack();
  expect(before - after).toBeGreaterThan(30);
});

test('a C library that cannot give memory back keeps it, and nothing breaks', () => {
  const without = {
    int: () => {
      throw new Error('no such function');
    },
  };
  expect(() => giveBackFreedMemory(without)).not.toThrow();
});
