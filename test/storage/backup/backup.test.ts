import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { DoorId, JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import type { Storage } from '#storage/openStorage.ts';
import { wholeRoster } from '../../fakes/wholeRoster.ts';
import { cardHolder, person, valuesOf } from '../support/people.ts';
import { AT, Site } from './support/machines.ts';

const EVER = wallTime(Number.MAX_SAFE_INTEGER);
const [ADA, BO, CY] = ['Ada', 'Bo', 'Cy'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];

const entry = (at: number): JournalEntry => ({
  at: wallTime(at),
  event: { kind: 'access-taken', door: 'front' as DoorId },
});

/** Everybody as a gate loads them: names, ids of credentials, and templates by their first number. */
async function known({ people }: Storage): Promise<{ names: string[]; credentials: string[]; faces: number[] }> {
  const roster = await wholeRoster(people);
  return {
    names: roster.cardholders.map(({ name }) => name).toSorted(),
    credentials: roster.credentials.map(({ id }) => id).toSorted(),
    faces: roster.templates.map((template) => valuesOf(template)[0] ?? NaN).toSorted((a, b) => a - b),
  };
}

const kinds = async ({ journal }: Storage): Promise<string[]> =>
  (await journal.read(1 as JournalId, 1_000)).map(({ event }) => event.kind);

describe('a backup that is made while entries are written', () => {
  it('holds the journal up to a moment, and everybody, on a machine that takes over', async () => {
    await using site = new Site();
    const gate = site.machine();
    const storage = await gate.start();
    for (const one of [ADA, BO, cardHolder('Cy')]) await storage.people.enrol(one);
    const before = await known(storage);
    for (let at = 1; at <= 20; at++) await storage.journal.append(entry(at));
    const gateAtWork = { writing: true };
    let written = 20;
    const writer = (async () => {
      while (gateAtWork.writing) written = await storage.journal.append(entry(++written));
    })();
    const made = await gate.backUp(storage);
    gateAtWork.writing = false;
    await writer;
    expect(made).toMatchObject({ verified: true, people: 3, says: '' });
    expect(made.lastEntry).toBeGreaterThanOrEqual(20);
    expect(written).toBeGreaterThan(made.lastEntry);
    await gate.stop();

    const other = site.machine('other');
    const restored = other.takeOver(made.file);
    expect(restored).toMatchObject({ people: 3, journal: 'from-backup', aside: undefined });
    const opened = await other.start();
    expect(await known(opened)).toEqual(before);
    const entries = await opened.journal.read(1 as JournalId, 100_000);
    expect(entries.map(({ id }) => id)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)?.event).toMatchObject({ kind: 'restored', onto: 'another-machine', upTo: made.lastEntry });
    expect(entries).toHaveLength(made.lastEntry + 1);
    expect(await opened.journal.check({ indexes: true })).toMatchObject({ ok: true, findings: [] });
    expect(other.reports.filter(({ level }) => level === 'failed')).toEqual([]);
  });
});

describe('what was done since the backup', () => {
  it.each(['the same machine', 'another machine'] as const)(
    'is done again before anything else, on %s',
    async (where) => {
      await using site = new Site();
      const gate = site.machine();
      const storage = await gate.start();
      for (const one of [ADA, BO, CY]) await storage.people.enrol(one);
      await storage.journal.append(entry(1));
      const { file } = await gate.backUp(storage);
      await storage.journal.append(entry(2));
      await storage.people.withdrawFace(BO.cardholder.pseudonym, AT);
      await storage.people.erase(ADA.cardholder.pseudonym, AT, LEGAL_MINIMUM);
      await storage.people.eraseDue(EVER);
      await storage.people.revokeCredential(CY.credentials[0]!.id, AT);
      const after = await known(storage);
      await gate.stop();
      const machine = where === 'the same machine' ? gate : site.machine('other');
      const { replayed, journal } = machine === gate ? gate.restore(file) : machine.takeOver(file);
      expect(replayed).toEqual({ erased: 1, templates: 1, revoked: 1 });
      expect(journal).toBe(machine === gate ? 'kept' : 'from-backup');
      const opened = await machine.start();
      expect(await known(opened)).toEqual(after);
      expect(after.names).not.toContain(ADA.cardholder.name);
      const taken = machine === gate ? ['access-taken', 'access-taken'] : ['access-taken'];
      expect(await kinds(opened)).toEqual([...taken, 'restored']);
      expect(await opened.journal.check({ indexes: true })).toMatchObject({ ok: true });
      await machine.stop();
      expect(machine.beside).toHaveLength(machine === gate ? 1 : 0);
    },
  );
});

describe('a target of backups', () => {
  it('holds as many as are to be kept, the newest, each under its own name', async () => {
    await using site = new Site();
    const gate = site.machine();
    const storage = await gate.start();
    await storage.people.enrol(ADA);
    for (let n = 0; n < 3; n++)
      await storage.backups.make({ folder: site.backups, at: wallTime(AT + n), verify: true, keep: 2 });
    const names = readdirSync(site.backups);
    expect(names).toHaveLength(2);
    expect(await storage.backups.newest(site.backups)).toBe(AT + 2);
  });
});
