import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { createReaderKeys, READER_KEYS_FILE } from '#storage/readerKeys.ts';
import { FakeReaderKeys } from '../fakes/fakeReaderKeys.ts';
import { describeReaderKeys } from './contracts/readerKeys.ts';
import { faultOf } from './support/faults.ts';

const MASTER = new Uint8Array(32).fill(5);
const ENTRANCE = 'entrance' as ReaderId;
const KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x80 + i);

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'lintel-reader-keys-'));
  readonly file = join(this.path, READER_KEYS_FILE);

  open(master = MASTER): ReaderKeys & Disposable {
    return createReaderKeys({ folder: this.path, master });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

describeReaderKeys('in memory', () => {
  const keys = new FakeReaderKeys();
  return { keys, again: () => keys, breaks: () => (keys.broken = true), [Symbol.dispose]: () => undefined };
});

describeReaderKeys('in the data folder', () => {
  const folder = new Folder();
  return {
    keys: folder.open(),
    again: () => folder.open(),
    // Where the file is made before it takes the old one's place.
    breaks: () => mkdirSync(`${folder.file}.new`),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
});

it('neither a key nor the name of its reader lies on the disk as it is', async () => {
  using folder = new Folder();
  await folder.open().put(ENTRANCE, [KEY]);
  const file = readFileSync(folder.file);
  for (const piece of [Buffer.from(KEY), Buffer.from(ENTRANCE), Buffer.from(KEY).toString('hex')])
    expect(file.includes(piece)).toBe(false);
});

it('with another root secret no key is given out', async () => {
  using folder = new Folder();
  await folder.open().put(ENTRANCE, [KEY]);
  await faultOf(() => folder.open(new Uint8Array(32).fill(6)).get(ENTRANCE), 'key');
});

it('a file that was changed anywhere, or cut short, gives out no key', async () => {
  using folder = new Folder();
  using keys = folder.open();
  await keys.put(ENTRANCE, [KEY]);
  const file = readFileSync(folder.file);
  const changed = fc.record({ at: fc.nat(file.length - 1), by: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(changed, async ({ at, by }) => {
      const bytes = Buffer.from(file);
      bytes[at]! ^= by;
      writeFileSync(folder.file, bytes);
      expect((await faultOf(() => keys.get(ENTRANCE), 'key')).message).toContain('install every reader again');
    }),
    { numRuns: 60 },
  );
  for (const length of [0, 4, 5, 20, file.length - 1]) {
    writeFileSync(folder.file, file.subarray(0, length));
    await faultOf(() => keys.get(ENTRANCE), 'key');
  }
});

it('what is no key of a reader is refused, and nothing is written', async () => {
  using folder = new Folder();
  using keys = folder.open();
  await faultOf(() => keys.put(ENTRANCE, [KEY.subarray(1)]), 'key');
  await faultOf(() => keys.put('' as ReaderId, [KEY]), 'key');
  await faultOf(() => keys.put('r'.repeat(256) as ReaderId, [KEY]), 'key');
  expect(await keys.get(ENTRANCE)).toEqual([]);
});
