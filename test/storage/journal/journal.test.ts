import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import type { Sqlite } from '#storage/files/openDatabase.ts';
import type { Vault } from '#storage/thread/vault.ts';
import { FakeJournal } from '../../fakes/fakeJournal.ts';
import { journalContract } from '../contracts/journal.ts';
import { faultOf } from '../support/faults.ts';
import { TestFolder } from '../support/folder.ts';
import { cardHolder, person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';

const FIRST = 1 as JournalId;
const PEOPLE = ['Ada', 'Bo', 'Cy'];
const START: JournalEntry = { at: wallTime(1), event: { kind: 'terminal-started' } };
const entryOf = (label: string): JournalEntry => ({
  at: wallTime(1),
  event: { kind: 'enrolled' },
  subject: person(label).cardholder.pseudonym,
});

journalContract('memory', async () => ({
  journal: new FakeJournal(),
  enrolled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}));

journalContract('the data folder', async () => {
  const folder = new TestFolder();
  const { journal, people } = await folder.open();
  return {
    journal,
    enrolled: (someone) => people.enrol(someone),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

const anEntry: fc.Arbitrary<JournalEntry> = fc
  .record({
    at: fc.integer({ min: 0, max: 2 ** 45 }),
    part: fc.string(),
    who: fc.option(fc.constantFrom(...PEOPLE)),
  })
  .map(({ at, part, who }) => ({
    at: wallTime(at),
    event: { kind: 'link-lost', part },
    ...(who === null ? {} : { subject: person(who).cardholder.pseudonym }),
  }));

it('whatever is appended, and however often the gate starts again, every entry is there in order, whose it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(anEntry, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), async (runs) => {
      await using folder = new TestFolder();
      {
        using vault = folder.vault();
        enrolIn(vault, PEOPLE.map(person));
      }
      const expected: JournalEntry[] = [];
      for (const entries of runs) {
        using vault = folder.vault();
        vault.journal.append(entries);
        expected.push(...entries);
      }
      using vault = folder.vault();
      expect(vault.journal.read(FIRST, 100)).toEqual(
        expected.map((entry, index) => ({ ...entry, id: index + 1, simulated: true })),
      );
    }),
    { numRuns: 25 },
  );
});

it('entries that come together are all written, in the order in which they came', async () => {
  await using folder = new TestFolder();
  const { journal } = await folder.open();
  const entries = Array.from({ length: 3_000 }, (_, index): JournalEntry => ({ ...START, at: wallTime(index) }));
  expect(await Promise.all(entries.map((entry) => journal.append(entry)))).toEqual(
    entries.map((_, index) => index + 1),
  );
  expect((await journal.read(FIRST, 4_000)).map(({ at }) => at)).toEqual(entries.map(({ at }) => at));
});

it('an entry need not wait until the whole roster is read', async () => {
  await using folder = new TestFolder();
  const { people, journal } = await folder.open();
  await people.enrolMany(Array.from({ length: 2_000 }, (_, index) => cardHolder(String(index))));
  const order: string[] = [];
  const loaded = people.load().then(() => order.push('roster'));
  await journal.append(START).then(() => order.push('entry'));
  await loaded;
  expect(order).toEqual(['entry', 'roster']);
});

it('entries beyond the limit are refused at once, and those that wait are written', async () => {
  await using folder = new TestFolder();
  const { journal } = await folder.open();
  const outcomes = await Promise.allSettled(Array.from({ length: 10_005 }, () => journal.append(START)));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  await faultOf(() => (refused[0]?.status === 'rejected' ? Promise.reject(refused[0].reason) : undefined), 'journal');
  expect(await journal.append(START)).toBe(10_001);
});

it('closing writes what waits', async () => {
  await using folder = new TestFolder();
  const storage = await folder.open();
  const { journal } = storage;
  const waiting = Array.from({ length: 40 }, () => journal.append(START));
  await storage.close();
  expect(await Promise.all(waiting)).toHaveLength(40);
  await faultOf(() => journal.append(START), 'journal');
  using vault = folder.vault();
  expect(vault.journal.read(FIRST, 100)).toHaveLength(40);
});

/** Pages of journal.db when it is taken to be full: some hundred entries. */
const TIGHT = { maxPages: { 'journal.db': 24 } };

it('a full disk sends entries to the reserve, and when that is used up refuses them; with room again none is lost', async () => {
  await using folder = new TestFolder();
  const tight = await folder.open({ ...TIGHT, reserveBytes: 32 * 512 });
  const outcomes = [];
  for (let i = 0; i < 700; i++) outcomes.push(...(await Promise.allSettled([tight.journal.append(START)])));
  const written = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(written).toEqual(written.map((_, index) => index + 1));
  expect(refused.length).toBeGreaterThan(0);
  const fault = await faultOf(() => tight.journal.append(START), 'journal');
  expect(fault.message).toContain('no room');
  expect(folder.reports.at(-1)).toMatchObject({ part: 'journal reserve', level: 'failed' });
  const inDatabase = await tight.journal.read(FIRST, 1_000);
  expect(written.length - inDatabase.length).toBe(32);
  await tight.close();
  const roomy = await folder.open();
  expect(await roomy.journal.append(START)).toBe(written.length + 1);
  expect(await roomy.journal.read(FIRST, 1_000)).toHaveLength(written.length + 1);
  expect(await roomy.journal.check({ indexes: true })).toMatchObject({ ok: true, last: written.length + 1 });
});

it('an entry that cannot be sealed stands there without its subject, and its caller is told', async () => {
  await using folder = new TestFolder();
  const { journal } = await folder.open();
  const outcomes = await Promise.allSettled([
    journal.append(START),
    journal.append(entryOf('nobody')),
    journal.append(START),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await journal.read(FIRST, 10)).map(({ id, subject }) => [id, subject])).toEqual(
    [1, 2, 3].map((id) => [id, undefined]),
  );
});

describe('an entry whose row was tampered with', () => {
  const tampered = async (change: (database: Sqlite) => void, act: (vault: Vault) => unknown): Promise<void> => {
    await using folder = new TestFolder();
    {
      using vault = folder.vault();
      enrolIn(vault, PEOPLE.map(person));
      vault.journal.append([START, entryOf('Ada'), entryOf('Bo')]);
    }
    {
      using database = folder.database('journal.db');
      change(database);
    }
    using vault = folder.vault();
    await act(vault);
  };

  it.each([
    ['an event that was never recorded so', `UPDATE entries SET event = '{"kind":"coffee"}' WHERE id = 2`],
    ['an event that is not JSON', `UPDATE entries SET event = '{' WHERE id = 2`],
    ['another moment', 'UPDATE entries SET at = 2 WHERE id = 2'],
    ['a missing row', 'DELETE FROM entries WHERE id = 2'],
    ['a newer format', 'UPDATE entries SET version = 9 WHERE id = 2'],
    [
      'the subject of another entry',
      'UPDATE entries SET subject = (SELECT subject FROM entries WHERE id = 3) WHERE id = 2',
    ],
  ])('%s is refused by its number', async (_, sql) => {
    await tampered(
      (database) => database.exec(sql),
      async (vault) => {
        const fault = await faultOf(() => vault.journal.read(FIRST, 10), 'journal');
        expect(fault.thing).toBe('journal.db, table entries, row 2');
      },
    );
  });
});

it('the entry of a person whose key is gone stays, without its subject', async () => {
  await using folder = new TestFolder();
  {
    using vault = folder.vault();
    enrolIn(vault, PEOPLE.map(person));
    vault.journal.append(PEOPLE.map(entryOf));
  }
  {
    using vault = folder.vault();
    vault.people.erase([person('Bo').cardholder.pseudonym], wallTime(1), LEGAL_MINIMUM);
    expect(vault.people.eraseDue(wallTime(Number.MAX_SAFE_INTEGER))).toHaveLength(1);
  }
  using vault = folder.vault();
  const subjects = vault.journal.read(FIRST, 10).map(({ subject }) => subject);
  expect(subjects).toEqual([person('Ada').cardholder.pseudonym, undefined, person('Cy').cardholder.pseudonym]);
});
