import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { FakeKeyStore } from '../fakes/fakeKeyStore.ts';
import { faultOf } from './support/faults.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'etc/lintel/master.key');

describe.each<[string, () => KeyStore]>([
  ['memory', () => new FakeKeyStore()],
  ['a file', () => createFileKeyStore(path())],
])('a key store in %s', (_, make) => {
  it('has no key until one is made', async () => {
    const keys = make();
    expect(keys.exists()).toBe(false);
    await faultOf(() => keys.open(), 'key');
  });

  it('gives the same 32 bytes each time, for the caller to overwrite', () => {
    const keys = make();
    keys.create();
    const first = keys.open();
    expect(first).toHaveLength(32);
    const kept = Uint8Array.from(first);
    first.fill(0);
    expect(keys.open()).toEqual(kept);
    expect(keys.exists()).toBe(true);
  });

  it('never makes a second one', async () => {
    const keys = make();
    keys.create();
    const before = keys.open();
    await faultOf(() => keys.create(), 'key');
    expect(keys.open()).toEqual(before);
  });

  it('holds a next secret beside the present one until one of the two is settled on', async () => {
    for (const settled of ['present', 'next'] as const) {
      const keys = make();
      keys.create();
      const present = keys.open();
      expect(keys.openNext()).toBeUndefined();
      const next = keys.propose();
      expect(next).not.toEqual(present);
      expect(keys.propose()).toEqual(next);
      expect([keys.open(), keys.openNext()]).toEqual([present, next]);
      await faultOf(() => keys.settle(new Uint8Array(32)), 'key');
      const stays = settled === 'present' ? present : next;
      keys.settle(stays);
      keys.settle(stays);
      expect([keys.open(), keys.openNext()]).toEqual([stays, undefined]);
      keys.destroy();
      expect(keys.exists()).toBe(false);
    }
  });

  it('takes back a secret that was brought from elsewhere', () => {
    const keys = make();
    const secret = Uint8Array.from({ length: 32 }, (_value, index) => index);
    keys.restore(secret);
    expect(keys.open()).toEqual(secret);
    keys.propose();
    keys.restore(secret);
    expect([keys.open(), keys.openNext()]).toEqual([secret, undefined]);
  });

  it('says what protects the key and what that is worth', () => {
    expect(make().protection.worth).not.toBe('');
  });
});

describe('the key file', () => {
  it('is readable by its own account alone, and nothing lies beside it', () => {
    createFileKeyStore(path()).create();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'etc/lintel'))).toEqual(['master.key']);
  });

  it('is another one on another gate', () => {
    createFileKeyStore(path()).create();
    createFileKeyStore(join(folder, 'other')).create();
    expect(createFileKeyStore(path()).open()).not.toEqual(createFileKeyStore(join(folder, 'other')).open());
  });

  it.each([0o640, 0o604, 0o660, 0o620])('is refused with mode %o', async (mode) => {
    createFileKeyStore(path()).create();
    chmodSync(path(), mode);
    const fault = await faultOf(() => createFileKeyStore(path()).open(), 'key');
    expect(fault.found).toContain('lets others in');
  });

  it('is refused as a symbolic link, also as one to a good key', async () => {
    createFileKeyStore(path()).create();
    const link = join(folder, 'link');
    symlinkSync(path(), link);
    expect((await faultOf(() => createFileKeyStore(link).open(), 'key')).found).toBe('a symbolic link');
    await faultOf(() => createFileKeyStore(link).create(), 'key');
  });

  it('is refused as a folder, at another length and of another kind', async () => {
    mkdirSync(path(), { recursive: true });
    await faultOf(() => createFileKeyStore(path()).open(), 'key');
    const other = join(folder, 'other');
    for (const content of [Buffer.alloc(0), Buffer.alloc(47), Buffer.alloc(49), Buffer.alloc(48)]) {
      writeFileSync(other, content, { mode: 0o600 });
      await faultOf(() => createFileKeyStore(other).open(), 'key');
    }
  });

  it('is refused with any byte changed', async () => {
    createFileKeyStore(path()).create();
    const good = readFileSync(path());
    for (let at = 0; at < good.length; at++) {
      const changed = Buffer.from(good);
      changed[at]! ^= 1;
      writeFileSync(path(), changed);
      await faultOf(() => createFileKeyStore(path()).open(), 'key');
    }
  });

  it('is refused where another account owns it, or cannot be made where nobody may write', async () => {
    createFileKeyStore(path()).create();
    const other = join(folder, 'other');
    copyFileSync(path(), other);
    chmodSync(other, 0o600);
    if (process.getuid?.() === 0) {
      chownSync(other, 12_345, 12_345);
      expect((await faultOf(() => createFileKeyStore(other).open(), 'key')).found).toBe('a file of account 12345');
    }
    await faultOf(() => createFileKeyStore('/dev/null/master.key').create(), 'key');
  });

  it('destroyed, is overwritten in its place and gone, and another is made', () => {
    const keys = createFileKeyStore(path());
    keys.destroy();
    keys.create();
    const secret = Buffer.from(keys.open());
    linkSync(path(), join(folder, 'same-bytes'));
    keys.destroy();
    expect(keys.exists()).toBe(false);
    expect(readFileSync(join(folder, 'same-bytes')).includes(secret)).toBe(false);
    keys.create();
    expect(Buffer.from(keys.open()).equals(secret)).toBe(false);
  });
});
