import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileEpochStore } from '#storage/keys/fileEpochStore.ts';
import { epochStoreContract } from '../contracts/epochStore.ts';
import { faultOf } from '../support/faults.ts';
import { secret } from '../support/people.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-epoch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = (): string => join(folder, 'keys/epoch');

epochStoreContract('a file', () => createFileEpochStore(path()));

describe('the epoch file', () => {
  it('holds nothing of a secret that was replaced', () => {
    const store = createFileEpochStore(path());
    const [first, next] = [secret(), secret()];
    store.hold([first]);
    store.hold([first, next]);
    expect(readFileSync(path()).includes(Buffer.from(first))).toBe(true);
    store.hold([next]);
    expect(readFileSync(path()).includes(Buffer.from(first))).toBe(false);
    expect(readFileSync(path()).includes(Buffer.from(next))).toBe(true);
  });

  it('says that this is not proven on flash', () => {
    expect(createFileEpochStore(path()).protection.worth).toContain('not proven on flash');
  });

  it('with a write torn in one slot has the other secret still; torn alone it is a fault', async () => {
    const store = createFileEpochStore(path());
    const [first, next] = [secret(), secret()];
    store.hold([first, next]);
    const bytes = readFileSync(path());
    bytes[bytes.indexOf(Buffer.from(next)) + 3]! ^= 1;
    writeFileSync(path(), bytes);
    expect(store.read()).toEqual([Buffer.from(first)]);
    store.hold([first]);
    const alone = readFileSync(path());
    alone[alone.indexOf(Buffer.from(first))]! ^= 1;
    writeFileSync(path(), alone);
    await faultOf(() => store.read(), 'key');
  });

  it('that others may read, a link, or one of another size is refused', async () => {
    const store = createFileEpochStore(path());
    store.hold([secret()]);
    chmodSync(path(), 0o640);
    expect((await faultOf(() => store.read(), 'key')).found).toContain('lets others in');
    chmodSync(path(), 0o600);
    writeFileSync(path(), 'short');
    await faultOf(() => store.read(), 'key');
    symlinkSync(path(), `${path()}.link`);
    await faultOf(() => createFileEpochStore(`${path()}.link`).read(), 'key');
  });
});
