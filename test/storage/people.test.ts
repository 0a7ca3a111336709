import { expect, it, vi } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import type { DatabaseFile } from '#storage/files/folderMarker.ts';
import { TEMPLATE_BYTES } from '#storage/stores/templates.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { loadRoster } from '#terminal/loadedRoster.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakePeopleStore } from '../fakes/fakePeopleStore.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { peopleStoreContract } from './contracts/peopleStore.ts';
import { faultOf } from './support/faults.ts';
import { TestFolder } from './support/folder.ts';
import { cardHolder, featuresOf, person, valuesOf } from './support/people.ts';
import { enrolIn, rosterOf } from './support/vaults.ts';

peopleStoreContract('memory', async () => ({
  people: new FakePeopleStore(),
  [Symbol.asyncDispose]: async () => undefined,
}));

peopleStoreContract('the data folder', async () => {
  const folder = new TestFolder();
  const { people } = await folder.open();
  return { people, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

it('everybody is there again after a restart', async () => {
  await using folder = new TestFolder();
  const first = await folder.open();
  await first.people.enrol(person('Ada'));
  await first.close();
  const roster = await wholeRoster((await folder.open()).people);
  expect([roster.cardholders.length, roster.credentials.length, roster.templates.length]).toEqual([1, 2, 1]);
  expect(folder.reports).toEqual([]);
});

it('a crowd is enrolled in batches and read in parts', async () => {
  await using folder = new TestFolder();
  const { people } = await folder.open();
  const crowd = Array.from({ length: 1_203 }, (_, index) => cardHolder(String(index)));
  await people.enrolMany([...crowd, person('Ada')]);
  const roster = await wholeRoster(people);
  expect(roster.cardholders).toEqual([...crowd, person('Ada')].map(({ cardholder }) => cardholder));
  expect(roster.templates).toHaveLength(1);
});

it.each([
  ['one thread', 1_000],
  ['two threads', 0],
])(
  'the memory of templates is given back part by part, overwritten, also where one is refused: %s',
  async (_, rowsForTwo) => {
    await using folder = new TestFolder();
    const count = 1_203;
    enrolled(
      folder,
      Array.from({ length: count }, (__, index) => `person ${index}`),
    );
    const { people } = await folder.open({ rowsForTwo });
    const transfer = vi.spyOn(ArrayBuffer.prototype, 'transfer');
    const given: number[] = [];
    transfer.mockImplementation(function take(this: ArrayBuffer) {
      expect(new Uint8Array(this).findLast((value) => value !== 0)).toBeUndefined();
      given.push(this.byteLength);
      return this;
    });
    const sizeOf = (bytes: readonly number[]): number => bytes.reduce((sum, one) => sum + one, 0);
    try {
      const before: number[] = [];
      await people.load(() => before.push(sizeOf(given)));
      expect(sizeOf(given)).toBe(count * TEMPLATE_BYTES);
      // Each part is gone before the next comes.
      expect(before.slice(0, 3)).toEqual([0, given[0], given[0]! + given[1]!]);
      given.length = 0;
      const refuse = (): never => {
        throw new Error('no memory left for templates');
      };
      await expect(people.load(refuse)).rejects.toThrow('no memory left');
      expect(sizeOf(given)).toBe(count * TEMPLATE_BYTES);
    } finally {
      transfer.mockRestore();
    }
  },
);

it.each([
  ['biometrics.db', 'templates'],
  ['identities.db', 'cardholders'],
  ['identities.db', 'credentials'],
] as const)(
  'rows of two people swapped in %s, table %s, open no door to either; everybody else comes in, whichever thread reads',
  async (file, table) => {
    await using folder = new TestFolder();
    enrolled(folder, ['Ada', 'Bo', 'Cy']);
    swapRows(folder, file, table);
    for (const rowsForTwo of [1_000, 0]) {
      folder.reports.length = 0;
      const storage = await folder.open({ rowsForTwo });
      const { cardholders, credentials, templates } = await wholeRoster(storage.people);
      const { people } = storage;
      const clock = new FakeClock();
      const health = new HealthBoard();
      const gate = await loadRoster({ people, clock, health, templateFormat: templates[0]!.record.format });
      await storage.close();
      expect([gate.directory.people, gate.gallery.people, gate.records.length]).toEqual([1, 1, 1]);
      expect(gate.gallery.has(person('Cy').cardholder.pseudonym)).toBe(true);
      expect(cardholders).toEqual([person('Cy').cardholder]);
      expect(credentials).toEqual(person('Cy').credentials);
      expect(templates.map(({ record }) => record)).toEqual(person('Cy').face.templates.map(({ record }) => record));
      expect(folder.reports).toEqual(Array(2).fill(expect.objectContaining({ part: 'people', level: 'failed' })));
      expect(folder.reports[0]?.says).toContain(`2 of the people left out`);
      expect(folder.reports[0]?.says).toContain(`${file}, table ${table}, row `);
    }
  },
);

it('a large roster is read by two threads, and is the same', async () => {
  await using folder = new TestFolder();
  // Several pages of each table: both threads have their share.
  enrolled(
    folder,
    Array.from({ length: 1_700 }, (_, index) => `person ${index}`),
  );
  const { people } = await folder.open({ rowsForTwo: 0 });
  const roster = await wholeRoster(people);
  const byId = <One extends { readonly pseudonym: string }>(all: readonly One[]): Set<string> =>
    new Set(all.map(({ pseudonym }) => pseudonym));
  expect([roster.cardholders, roster.credentials, roster.templates].map(({ length }) => length)).toEqual([
    1_700, 3_400, 1_700,
  ]);
  expect(byId(roster.cardholders)).toEqual(byId(roster.templates.map(({ record }) => record)));
  for (const template of roster.templates.slice(-3)) {
    const label = roster.cardholders.find(({ pseudonym }) => pseudonym === template.record.pseudonym)?.name;
    expect(valuesOf(template)).toEqual(featuresOf((label ?? '').replace(/^.*(person \d+)$/, '$1')));
  }
  expect(folder.reports).toEqual([]);
});

it('a damaged block of keys opens no door to anybody in it, and loses nobody', async () => {
  await using folder = new TestFolder();
  enrolled(folder, ['Ada', 'Bo', 'Cy']);
  const damage = (): void => {
    using keyring = folder.database('keyring.db');
    // Twice is undone.
    const sealed = keyring.prepare<[], Buffer>('SELECT sealed FROM key_blocks WHERE block = 1').pluck().get()!;
    sealed[100]! ^= 1;
    keyring.prepare('UPDATE key_blocks SET sealed = ? WHERE block = 1').run(sealed);
  };
  damage();
  {
    using vault = folder.vault();
    expect(rosterOf(vault).cardholders).toEqual([]);
    expect(folder.reports[0]?.says).toContain('3 of the people left out');
    expect(folder.reports[0]?.says).toContain('keyring.db, table key_blocks, row 1');
    const fault = await faultOf(
      () => vault.people.withdrawFace(person('Ada').cardholder.pseudonym, wallTime(1)),
      'storage',
    );
    expect(fault.found).toBe('nobody, or somebody in a block that does not open');
    // Whoever comes now is not put beside keys that nobody can read.
    enrolIn(vault, [person('Di')]);
    expect(rosterOf(vault).cardholders).toEqual([person('Di').cardholder]);
  }
  damage();
  using vault = folder.vault();
  expect(rosterOf(vault).cardholders).toHaveLength(4);
});

it('two blocks of keys swapped open nothing', async () => {
  await using folder = new TestFolder();
  enrolled(
    folder,
    Array.from({ length: 300 }, (_, index) => `one of many ${index}`),
  );
  {
    using keyring = folder.database('keyring.db');
    for (const [from, to] of [
      [1, 9],
      [2, 1],
      [9, 2],
    ])
      keyring.prepare('UPDATE key_blocks SET block = ? WHERE block = ?').run(to, from);
  }
  using vault = folder.vault();
  expect(rosterOf(vault).cardholders).toEqual([]);
});

it('a consent moved to another person is refused by name', async () => {
  await using folder = new TestFolder();
  enrolled(folder, ['Ada', 'Bo']);
  swapRows(folder, 'biometrics.db', 'consents');
  using vault = folder.vault();
  const fault = await faultOf(() => vault.people.consentsOf(person('Ada').cardholder.pseudonym), 'storage');
  expect(fault.thing).toBe(`biometrics.db, table consents, row ${person('Ada').face.consent.id}`);
});

it('the file itself refuses a template without the consent of the same person', async () => {
  await using folder = new TestFolder();
  enrolled(folder, ['Ada', 'Bo']);
  using biometrics = folder.database('biometrics.db');
  const idOf = (label: string): Buffer => Buffer.from(person(label).face.consent.id, 'hex');
  expect(() => biometrics.prepare('DELETE FROM consents WHERE id = ?').run(idOf('Ada'))).toThrow(/FOREIGN KEY/);
  const move = biometrics.prepare('UPDATE templates SET consent = ? WHERE consent = ?');
  expect(() => move.run(idOf('Bo'), idOf('Ada'))).toThrow(/FOREIGN KEY/);
});

it.each(['keyring.db', 'biometrics.db', 'identities.db'] as const)(
  'a disk that is full when %s grows keeps nothing of the enrolment, says so, and the gate goes on',
  async (full) => {
    await using folder = new TestFolder();
    enrolled(folder, ['Ada']);
    const tight = await folder.open({ maxPages: { [full]: pagesOf(folder, full) } });
    const crowd = Array.from({ length: 200 }, (_, index) => person(`late ${index}`));
    const fault = await faultOf(() => tight.people.enrolMany(crowd), 'storage');
    expect(fault.found).toContain('no room left on the disk');
    expect((await tight.people.load()).cardholders).toEqual([person('Ada').cardholder]);
    await tight.close();
    const roomy = await folder.open();
    await roomy.people.enrolMany(crowd);
    expect((await roomy.people.load()).cardholders).toHaveLength(201);
    expect(folder.reports).toEqual([]);
  },
);

it('calls beyond the limit are refused at once and the others are answered', async () => {
  await using folder = new TestFolder();
  const { people } = await folder.open();
  const { pseudonym } = person('Ada').cardholder;
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => people.consentsOf(pseudonym)));
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(100 - 64);
});

function enrolled(folder: TestFolder, labels: readonly string[]): void {
  using vault = folder.vault();
  enrolIn(vault, labels.map(person));
}

function swapRows(folder: TestFolder, file: DatabaseFile, table: string): void {
  using database = folder.database(file);
  const pseudonyms = ['Ada', 'Bo'].map((label) => Buffer.from(person(label).cardholder.pseudonym, 'hex'));
  const rowOf = database.prepare<[Buffer], { rowid: number; sealed: Buffer }>(
    `SELECT rowid, sealed FROM ${table} WHERE pseudonym = ? ORDER BY rowid LIMIT 1`,
  );
  const [one, other] = pseudonyms.map((pseudonym) => rowOf.get(pseudonym));
  const put = database.prepare(`UPDATE ${table} SET sealed = ? WHERE rowid = ?`);
  put.run(other?.sealed, one?.rowid);
  put.run(one?.sealed, other?.rowid);
}

function pagesOf(folder: TestFolder, file: DatabaseFile): number {
  using database = folder.database(file);
  return Number(database.pragma('page_count', { simple: true })) + 1;
}
