import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { CABINET_FILE, openCabinet, type Cabinet } from '#storage/keys/cabinet.ts';
import { DATABASE_FILES, FolderMarker } from '#storage/files/folderMarker.ts';
import { faultOf } from '../support/faults.ts';
import { TestFolder } from '../support/folder.ts';
import { person, secret } from '../support/people.ts';
import { enrolIn, rosterOf } from '../support/vaults.ts';

const keysOf = (cabinet: Cabinet): string[] =>
  [
    ...(['master', 'signing', 'backup'] as const).map((purpose) => cabinet.key(purpose)),
    ...DATABASE_FILES.flatMap((file) => cabinet.fileKeys(file)),
  ].map((key) => key.toString('hex'));

describe('the key cabinet', () => {
  it('gives the same keys at every start, and different ones for every purpose', async () => {
    await using folder = new TestFolder();
    using first = openCabinet(folder.path, folder.master);
    using next = openCabinet(folder.path, folder.master);
    expect(keysOf(next)).toEqual(keysOf(first));
    expect(new Set(keysOf(first)).size).toBe(7);
  });

  it('holds no key in clear and says none', async () => {
    await using folder = new TestFolder();
    using cabinet = openCabinet(folder.path, folder.master);
    const text = readFileSync(join(folder.path, CABINET_FILE), 'utf8');
    for (const key of keysOf(cabinet)) {
      expect(text).not.toContain(key);
      expect(text).not.toContain(Buffer.from(key, 'hex').toString('base64'));
    }
    expect(JSON.stringify(cabinet)).toBe('"[key cabinet]"');
  });

  it('does not open under another root secret, and is not made anew', async () => {
    await using folder = new TestFolder();
    openCabinet(folder.path, folder.master)[Symbol.dispose]();
    const before = folder.files();
    const fault = await faultOf(() => openCabinet(folder.path, secret()), 'key');
    expect(fault.expected).toContain('bring back its key file');
    expect(folder.files()).toEqual(before);
  });

  it('opens for the new root alone once it has turned to it, with the same keys', async () => {
    await using folder = new TestFolder();
    const next = secret();
    using cabinet = openCabinet(folder.path, folder.master);
    const keys = keysOf(cabinet);
    cabinet.turnTo(next, wallTime(1));
    expect(keysOf(cabinet)).toEqual(keys);
    await faultOf(() => openCabinet(folder.path, folder.master), 'key');
    using again = openCabinet(folder.path, next);
    expect(keysOf(again)).toEqual(keys);
  });

  it('with a key put in the place of another one is refused, and so is a damaged or a newer one', async () => {
    await using folder = new TestFolder();
    openCabinet(folder.path, folder.master)[Symbol.dispose]();
    const path = join(folder.path, CABINET_FILE);
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replace('"master"', '"other"').replace('"signing"', '"master"').replace('"other"', '"signing"'),
    );
    await faultOf(() => openCabinet(folder.path, folder.master), 'key');
    for (const wrong of ['', '{}', text.replace('"format": 1', '"format": 2'), text.slice(0, -20)]) {
      writeFileSync(path, wrong);
      await faultOf(() => openCabinet(folder.path, folder.master), 'storage');
    }
  });

  it('with a signing key or a recovery key that somebody else put there is refused', async () => {
    await using folder = new TestFolder();
    openCabinet(folder.path, folder.master)[Symbol.dispose]();
    const path = join(folder.path, CABINET_FILE);
    const written: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    const key = Buffer.alloc(32, 7).toString('base64');
    for (const wrong of [{ recoveryKey: key }, { retiredSigningKeys: [{ key, upTo: 1e9 }] }, { madeAt: 0 }]) {
      writeFileSync(path, JSON.stringify({ ...written, ...wrong }));
      expect((await faultOf(() => openCabinet(folder.path, folder.master), 'storage')).found).toContain(
        'somebody else',
      );
    }
    writeFileSync(path, JSON.stringify(written));
    openCabinet(folder.path, folder.master)[Symbol.dispose]();
  });

  it('that is lost beside data is not made anew under keys that open nothing', async () => {
    await using folder = new TestFolder();
    folder.vault()[Symbol.dispose]();
    rmSync(join(folder.path, CABINET_FILE));
    const before = folder.files();
    const fault = await faultOf(() => folder.vault(), 'key');
    expect(fault.thing).toContain('folder.json');
    expect(folder.files()).toEqual(before);
  });

  it('of a folder that is older than cabinets takes over the keys that its files have', async () => {
    await using folder = new TestFolder();
    new FolderMarker(folder.path, folder.master, true).claim(folder.path);
    using cabinet = openCabinet(folder.path, folder.master);
    expect(cabinet.key('master')).toEqual(Buffer.from(folder.master));
  });
});

describe('a key of a file', () => {
  it.each(DATABASE_FILES)(
    '%s is changed while everything stays readable; the old key opens it no more',
    async (file) => {
      await using folder = new TestFolder();
      {
        using vault = folder.vault();
        enrolIn(vault, [person('Ada')]);
        using cabinet = openCabinet(folder.path, folder.master);
        const before = cabinet.fileKeys(file)[0].toString('hex');
        vault.keys.changeFile(file);
        expect(vault.keys.standing.changes).toContainEqual({ key: file, changes: 1, at: expect.any(Number) });
        enrolIn(vault, [person('Bo')]);
        using after = openCabinet(folder.path, folder.master);
        expect(after.fileKeys(file).map((key) => key.toString('hex'))).not.toContain(before);
      }
      using vault = folder.vault();
      expect(rosterOf(vault).cardholders).toHaveLength(2);
      expect(rosterOf(vault).templates).toHaveLength(2);
    },
  );
});
