import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { NumberedEntry } from '#storage/journal/reserve.ts';
import { ReserveFile } from '#storage/journal/reserveFile.ts';
import { keyObject } from '#storage/vault/derivedKeys.ts';

const BYTES = 32 * 512;
const KEY = keyObject(randomBytes(32));
const SUBJECT = 'cd'.repeat(16) as Pseudonym;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-reserve-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'journal.reserve');
const open = (last = 0): ReturnType<typeof ReserveFile.open> =>
  ReserveFile.open(path(), { key: KEY, bytes: BYTES, last });

/** What a gate that starts finds in it. */
async function found(last = 0) {
  const { reserve, content } = await open(last);
  await reserve.close();
  return content;
}

/** Every fourth entry takes more than one block. */
const numbered = (id: number): NumberedEntry => ({
  id: id as JournalId,
  entry: { at: wallTime(id), event: { kind: 'link-lost', part: 'x'.repeat(id % 4 === 0 ? 600 : 5) }, subject: SUBJECT },
});
const run = (from: number, count: number): NumberedEntry[] =>
  Array.from({ length: count }, (_, index) => numbered(from + index));

it('has its room on the disk before it is needed, for the gate alone to read', async () => {
  const { reserve } = await open();
  await reserve.close();
  const { size, mode, blocks } = statSync(path());
  expect([size, mode & 0o077]).toEqual([BYTES, 0]);
  expect(blocks * 512).toBeGreaterThanOrEqual(BYTES);
});

it('gives back what was written to it, in order, and names nobody in clear', async () => {
  const { reserve } = await open();
  await reserve.append(run(1, 3));
  await reserve.append(run(4, 2));
  await reserve.close();
  expect(readFileSync(path()).includes(SUBJECT)).toBe(false);
  const { content, reserve: again } = await open();
  expect(content).toEqual({ entries: run(1, 5), damage: undefined, torn: false });
  await again.append(run(6, 1));
  await again.close();
  expect((await found()).entries).toEqual(run(1, 6));
});

it('skips what the database holds already, and tells what it should hold and does not', async () => {
  const { reserve } = await open();
  await reserve.append(run(5, 4));
  await reserve.close();
  expect(await found(6)).toEqual({ entries: run(7, 2), damage: undefined, torn: false });
  expect(await found(2)).toMatchObject({ entries: run(5, 4), damage: expect.stringContaining('entry 5') });
});

it('says how many entries it has room for, and is all room again when it is cleared', async () => {
  const { reserve } = await open();
  const fits = reserve.fitting(run(1, 100));
  expect(fits).toBeLessThan(32);
  await reserve.append(run(1, fits));
  expect(reserve.fitting(run(fits + 1, 1))).toBe(0);
  await reserve.clear();
  expect(reserve.used).toBe(false);
  expect(readFileSync(path()).every((byte) => byte === 0)).toBe(true);
  expect(reserve.fitting(run(1, 100))).toBe(fits);
  await reserve.close();
  expect(statSync(path()).size).toBe(BYTES);
});

it('with one acknowledged record spoilt tells so and gives back the others', async () => {
  const { reserve } = await open();
  for (let id = 1; id <= 5; id++) await reserve.append(run(id, 1));
  await reserve.close();
  const bytes = readFileSync(path());
  bytes[512 + 60]! ^= 1;
  writeFileSync(path(), bytes);
  const content = await found();
  expect(content.entries.map(({ id }) => id)).toEqual([1, 3, 4, 5]);
  expect(content.damage).toContain('entry 3');
});

it('whatever sectors of an unfinished write a loss of power leaves, every acknowledged entry is there and nothing is called damaged', async () => {
  const aWrite = fc.integer({ min: 1, max: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(aWrite, { maxLength: 3 }),
      aWrite,
      fc.infiniteStream(fc.boolean()),
      async (writes, last, landed) => {
        rmSync(path(), { force: true });
        const { reserve } = await open();
        let next = 1;
        for (const count of writes) {
          await reserve.append(run(next, count));
          next += count;
        }
        const before = readFileSync(path());
        await reserve.append(run(next, last));
        await reserve.close();
        const after = readFileSync(path());
        for (let at = 0; at < after.length; at += 512)
          if (landed.next().value === true) after.copy(before, at, at, at + 512);
        writeFileSync(path(), before);
        const { content, reserve: again } = await open();
        await again.close();
        expect(content.damage).toBeUndefined();
        expect(content.entries.slice(0, next - 1)).toEqual(run(1, next - 1));
        expect(content.entries.slice(next - 1).every((one) => run(next, last).some(({ id }) => id === one.id))).toBe(
          true,
        );
      },
    ),
    { numRuns: 60 },
  );
});
