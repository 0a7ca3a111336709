import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { DATABASE_FILES, FolderMarker } from '#storage/files/folderMarker.ts';
import { openMaster } from '#storage/openMaster.ts';
import { openStorage } from '#storage/openStorage.ts';
import { FakeKeyStore } from '../fakes/fakeKeyStore.ts';
import { epochOf } from './support/epochs.ts';
import { faultOf } from './support/faults.ts';
import { TestFolder } from './support/folder.ts';
import { person, secret } from './support/people.ts';
import { enrolIn, rosterOf } from './support/vaults.ts';

const HOLDER = join(import.meta.dirname, 'children/holdFolder.ts');

it('the first start makes the files and leaves no file that others could read', async () => {
  await using folder = new TestFolder();
  await (await folder.open()).close();
  expect(readdirSync(folder.path).toSorted()).toEqual(
    [...DATABASE_FILES, 'cabinet.json', 'folder.json', 'journal.reserve', 'lock'].toSorted(),
  );
  for (const file of [...DATABASE_FILES, 'cabinet.json', 'folder.json'])
    expect(statSync(join(folder.path, file)).mode & 0o077).toBe(0);
});

it('a wrong key stops the start, says what to do, and changes nothing', async () => {
  await using folder = new TestFolder();
  filled(folder);
  const before = folder.files();
  const fault = await faultOf(() => folder.open({ master: secret() }), 'key');
  expect(fault.message).toContain('bring back its key file, or move the data folder away');
  expect(folder.files()).toEqual(before);
  using vault = folder.vault();
  expect(rosterOf(vault).cardholders).toHaveLength(1);
});

it('a second thread that was started for the roster ends with the first one: the folder is refused, or closed unread', async () => {
  await using folder = new TestFolder();
  filled(folder);
  await faultOf(() => folder.open({ master: secret(), rowsForTwo: 0 }), 'key');
  await (await folder.open({ rowsForTwo: 0 })).close();
  const { people, close } = await folder.open({ rowsForTwo: 0 });
  for (let time = 1; time <= 2; time++) expect((await people.load()).cardholders).toHaveLength(1);
  await close();
});

it('a key of the wrong length stops the start', async () => {
  await using folder = new TestFolder();
  await faultOf(() => folder.open({ master: new Uint8Array(16) }), 'key');
});

it('a key is made at the very first start only', async () => {
  await using folder = new TestFolder();
  const keys = new FakeKeyStore();
  const made = openMaster(keys, folder.path);
  expect(openMaster(keys, folder.path)).toEqual(made);
});

it.each(['folder.json', 'keyring.db', 'journal.db'])(
  'a missing key beside %s makes no new one and no new data',
  async (file) => {
    await using folder = new TestFolder();
    writeFileSync(join(folder.path, file), 'data');
    const keys = new FakeKeyStore();
    const fault = await faultOf(() => openMaster(keys, folder.path), 'key');
    expect(fault.expected).toContain('bring it back from its backup');
    expect(keys.exists()).toBe(false);
    expect(readdirSync(folder.path)).toEqual([file]);
  },
);

it.each([true, false])('a folder made with simulated=%s is refused by a gate of the other kind', async (simulated) => {
  await using folder = new TestFolder();
  await (await folder.open({ simulated })).close();
  const fault = await faultOf(() => folder.open({ simulated: !simulated }), 'storage');
  expect(fault.message).toMatch(/of a simulated gate.*of a real gate|of a real gate.*of a simulated gate/);
  await (await folder.open({ simulated })).close();
});

it('a marker that somebody changed to the other kind is refused', async () => {
  await using folder = new TestFolder();
  filled(folder);
  const path = join(folder.path, 'folder.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"simulated":true', '"simulated":false'));
  const fault = await faultOf(() => folder.open({ simulated: false }), 'storage');
  expect(fault.found).toBe('changed by somebody else');
});

it('a marker of a newer program, a damaged one and a missing one are each refused', async () => {
  await using folder = new TestFolder();
  filled(folder);
  const path = join(folder.path, 'folder.json');
  const found = async (text: string): Promise<string> => {
    writeFileSync(path, text);
    return (await faultOf(() => folder.open(), 'storage')).message;
  };
  expect(await found('{"format":2}')).toContain('newer program');
  expect(await found('{"format":1')).toContain('a readable marker');
  expect(await found('{"format":1}')).toContain('a marker as this gate writes it');
  rmSync(path);
  expect((await faultOf(() => folder.open(), 'storage')).found).toBe('missing beside keyring.db');
});

it('a first start that was cut off while it made the files is finished by the next one', async () => {
  await using folder = new TestFolder();
  new FolderMarker(folder.path, folder.master, true).claim(folder.path);
  folder.vault()[Symbol.dispose]();
  rmSync(join(folder.path, 'journal.db'));
  await faultOf(() => folder.vault(), 'storage');
});

it.each(DATABASE_FILES)('%s missing from a folder that was whole is not made anew', async (file) => {
  await using folder = new TestFolder();
  filled(folder);
  rmSync(join(folder.path, file));
  const fault = await faultOf(() => folder.vault(), 'storage');
  expect(fault.thing).toBe(join(folder.path, file));
  expect(existsSync(join(folder.path, file))).toBe(false);
});

it.each(DATABASE_FILES)('%s of a newer program is refused', async (file) => {
  await using folder = new TestFolder();
  filled(folder);
  {
    using database = folder.database(file);
    database.pragma('user_version = 7');
  }
  const fault = await faultOf(() => folder.vault(), 'storage');
  expect(fault.thing).toBe(join(folder.path, file));
  expect(fault.message).toContain('version 7');
  expect(fault.message).toContain('newer program');
});

it.each(DATABASE_FILES)('%s with changed bytes, cut short or put in the place of another is refused', async (file) => {
  await using folder = new TestFolder();
  filled(folder);
  const path = join(folder.path, file);
  const whole = readFileSync(path);
  const other = readFileSync(join(folder.path, DATABASE_FILES.find((name) => name !== file) ?? file));
  const changed = Buffer.from(whole);
  changed[200]! ^= 1;
  for (const bytes of [changed, other]) {
    writeFileSync(path, bytes);
    await faultOf(() => folder.vault(), 'storage');
  }
});

it.each(DATABASE_FILES)('%s cut short is a fault, at the start or at the first look', async (file) => {
  await using folder = new TestFolder();
  filled(folder);
  truncateSync(join(folder.path, file), 4_096);
  await faultOf(async () => {
    const { people, journal } = await folder.open();
    await people.load();
    await people.consentsOf(person('Ada').cardholder.pseudonym);
    await journal.read(1 as JournalId, 10);
  });
});

it('a second start on the same data is refused by name, in this process and in another, and kill -9 frees the folder', async () => {
  await using folder = new TestFolder();
  const holder = spawn(process.execPath, [HOLDER, folder.path, hex(folder.master)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(String((await once(holder.stdout, 'data'))[0])).toBe('open\n');
  const fault = await faultOf(() => folder.open(), 'folder');
  expect(fault.thing).toBe(`data folder ${folder.path}`);
  expect(fault.found).toBe('another gate that runs on it');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  using _vault = folder.vault();
  await faultOf(() => folder.open(), 'folder');
});

it('of several starts at the same instant exactly one opens the folder', async () => {
  await using folder = new TestFolder();
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [HOLDER, folder.path, hex(folder.master)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const said = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
  for (const child of children) child.kill('SIGKILL');
  expect(said.filter((text) => text === 'open\n')).toHaveLength(1);
  expect(said.filter((text) => text === 'folder: another gate that runs on it\n')).toHaveLength(3);
});

it('a folder that cannot be made is a fault', async () => {
  const report = (): void => undefined;
  const fault = await faultOf(
    () =>
      openStorage({
        folder: '/dev/null/lintel',
        simulated: true,
        master: secret(),
        epoch: epochOf('/dev/null/lintel'),
        report,
      }),
    'storage',
  );
  expect(fault.thing).toBe('data folder /dev/null/lintel');
});

it('closing twice is no error, and after it every call is refused', async () => {
  await using folder = new TestFolder();
  const storage = await folder.open();
  await storage.close();
  await storage.close();
  await faultOf(() => storage.people.load(), 'storage');
});

function filled(folder: TestFolder): void {
  using vault = folder.vault();
  enrolIn(vault, [person('Ada')]);
  vault.journal.append([{ at: wallTime(1), event: { kind: 'terminal-started' } }]);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
