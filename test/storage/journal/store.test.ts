import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import { SEGMENT_ENTRIES } from '#storage/journal/segments.ts';
import { faultOf } from '../support/faults.ts';
import { TestFolder } from '../support/folder.ts';
import { person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';

const FRONT = 'front' as AccessPointId;
const DOOR = 'front door' as DoorId;
const FIRST = 1 as JournalId;
const pseudonymOf = (label: string): Pseudonym => person(label).cardholder.pseudonym;
const granted = (at: number, label: string): JournalEntry => ({
  at: wallTime(at),
  event: { kind: 'access-granted', accessPoint: FRONT, factors: ['card'] },
  subject: pseudonymOf(label),
});
const egress = (at: number): JournalEntry => ({ at: wallTime(at), event: { kind: 'egress', door: DOOR } });

async function filled(entries: readonly JournalEntry[]): Promise<TestFolder> {
  const folder = new TestFolder();
  using vault = folder.vault();
  enrolIn(vault, ['Ada', 'Bo'].map(person));
  vault.journal.append(entries);
  return folder;
}

describe('a search', () => {
  const entries = [granted(10, 'Ada'), egress(20), granted(30, 'Bo'), egress(5), granted(40, 'Ada')];

  it.each([
    ['time, both ends included', { from: wallTime(20), until: wallTime(30) }, [2, 3]],
    ['time, in its order, where the clock was put back', { until: wallTime(20) }, [4, 1, 2]],
    ['kind', { kind: 'egress' }, [4, 2]],
    ['access point', { accessPoint: FRONT }, [1, 3, 5]],
    ['door and time', { door: DOOR, from: wallTime(6) }, [2]],
    ['an access point that no door is', { accessPoint: 'front door' as AccessPointId }, []],
    ['person', { person: pseudonymOf('Ada') }, [1, 5]],
    ['person and time', { person: pseudonymOf('Ada'), from: wallTime(11) }, [5]],
    ['somebody who is not known', { person: 'ab'.repeat(16) as Pseudonym }, []],
  ] as const)('finds by %s', async (_, query, ids) => {
    await using folder = await filled(entries);
    const { journal } = await folder.open();
    expect((await journal.search(query, 10)).entries.map(({ id }) => id)).toEqual(ids);
  });

  it('goes on where a page ended, without losing or repeating an entry', async () => {
    await using folder = await filled(
      Array.from({ length: 60 }, (_, index) => granted(index % 7, index % 3 === 0 ? 'Bo' : 'Ada')),
    );
    const { journal } = await folder.open();
    for (const query of [{}, { person: pseudonymOf('Bo') }]) {
      const all = (await journal.search(query, 100)).entries.map(({ id }) => id);
      const paged: number[] = [];
      let next: Awaited<ReturnType<typeof journal.search>>['next'];
      do {
        const page = await journal.search(query, 7, next);
        paged.push(...page.entries.map(({ id }) => id));
        ({ next } = page);
      } while (next !== undefined);
      expect(paged).toEqual(all);
      expect(new Set(all).size).toBe('person' in query ? 20 : 60);
    }
  });
});

describe('retention', () => {
  it('removes whole segments, leaves their heads, and the rest verifies and goes on', async () => {
    const entries = Array.from({ length: SEGMENT_ENTRIES * 3 }, (_, index) => egress(index));
    await using folder = await filled([]);
    {
      using vault = folder.vault();
      for (let at = 0; at < entries.length; at += 256) vault.journal.append(entries.slice(at, at + 256));
    }
    const { journal } = await folder.open();
    const before = wallTime(SEGMENT_ENTRIES * 2 + 5);
    const told = await journal.expired(before);
    expect(await journal.removeBefore(before)).toEqual(told);
    expect(told).toEqual([
      { first: 1, last: SEGMENT_ENTRIES },
      { first: SEGMENT_ENTRIES + 1, last: SEGMENT_ENTRIES * 2 },
    ]);
    expect(await journal.removeBefore(before)).toEqual([]);
    expect((await journal.read(FIRST, 1))[0]?.id).toBe(SEGMENT_ENTRIES * 2 + 1);
    expect((await journal.search({ kind: 'segment-removed' }, 10)).entries).toHaveLength(2);
    expect(await journal.append(egress(9_999))).toBe(SEGMENT_ENTRIES * 3 + 3);
    expect(await journal.check({ indexes: true })).toMatchObject({ ok: true, first: SEGMENT_ENTRIES * 2 + 1 });
  });

  it('never removes an entry younger than asked for, nor the newest checkpoint', async () => {
    await using folder = await filled(Array.from({ length: 500 }, (_, index) => egress(index)));
    const { journal } = await folder.open();
    expect(await journal.expired(wallTime(1e12))).toEqual([]);
  });
});

describe('an export', () => {
  it.each(['jsonl', 'csv'] as const)(
    'as %s verifies offline, names nobody, and is an anchor for the journal',
    async (form) => {
      await using folder = await filled([
        granted(10, 'Ada'),
        egress(20),
        { at: wallTime(30), event: { kind: 'link-lost', part: '=1+1,"x"\n' } },
      ]);
      const path = join(folder.path, `export.${form}`);
      const storage = await folder.open();
      const { signature } = await storage.journal.export({ path, form });
      const key = [Buffer.from(signature.key, 'hex')];
      expect(await checkExport(path, key)).toMatchObject({ ok: true, entries: 3, says: [] });
      expect(readFileSync(path, 'utf8')).not.toContain(pseudonymOf('Ada'));
      await storage.journal.append(egress(40));
      rmSync(join(folder.path, 'anchor'));
      const check = await storage.journal.check({ indexes: true, exports: [path] });
      expect(check).toMatchObject({ coveredTo: 3, after: 1, findings: [{ kind: 'anchor' }] });
      writeFileSync(path, readFileSync(path, 'utf8').replace('egress', 'Egress'));
      expect((await checkExport(path, key)).ok).toBe(false);
    },
  );

  it('of a range holds that range, and one that is not there is refused', async () => {
    await using folder = await filled([egress(1), egress(2), egress(3), egress(4)]);
    const { journal } = await folder.open();
    const path = join(folder.path, 'some.jsonl');
    await journal.export({ path, form: 'jsonl', from: 2 as JournalId, to: 3 as JournalId });
    expect(await checkExport(path)).toMatchObject({ ok: true, entries: 2 });
    await faultOf(() => journal.export({ path, form: 'jsonl', from: 9 as JournalId }), 'command');
  });
});

describe('a start', () => {
  it('finds a journal that was cut short, records it and goes on; what was anchored stays told', async () => {
    await using folder = await filled(Array.from({ length: 10 }, (_, index) => egress(index)));
    {
      using database = folder.database('journal.db');
      database.exec('DELETE FROM entries WHERE id > 7; DELETE FROM checkpoints WHERE id > 7');
    }
    const { journal } = await folder.open();
    expect(folder.reports.find(({ part }) => part === 'journal')).toMatchObject({ level: 'failed' });
    const [, damaged] = await journal.read(7 as JournalId, 9);
    expect(damaged?.event).toMatchObject({ kind: 'journal-damaged', says: expect.stringContaining('entries 8 to 10') });
    expect(await journal.append(egress(Date.now()))).toBe(9);
    expect(await journal.check({ indexes: true })).toMatchObject({ ok: true, recordedDamage: [8] });
  });

  it('says nothing where nothing is wrong', async () => {
    await using folder = await filled([egress(1)]);
    for (let start = 0; start < 3; start++) {
      const storage = await folder.open();
      await storage.journal.append(egress(2 + start));
      await storage.close();
    }
    expect(folder.reports).toEqual([]);
  });
});

it('the signing key that is announced by the one before it takes over', async () => {
  await using folder = await filled([egress(1)]);
  const { createEd25519Signer } = await import('#storage/keys/curveKeys.ts');
  const next = createEd25519Signer(Buffer.alloc(32, 7));
  using vault = folder.vault();
  vault.journal.expectSigner(next);
  vault.journal.append([
    { at: wallTime(2), event: { kind: 'signing-key-changed', publicKey: Buffer.from(next.publicKey).toString('hex') } },
  ]);
  vault.journal.append([egress(3)]);
  vault.journal.checkpoint();
  const parts = vault.journal.check({ indexes: true });
  let step = parts.next();
  while (step.done !== true) step = parts.next();
  expect(step.value).toMatchObject({ ok: true, coveredTo: 3 });
});

it('the command line says how it is used where it is used otherwise', async () => {
  const script = join(import.meta.dirname, '../../../scripts/journal.ts');
  const failed = await promisify(execFile)(process.execPath, [script, 'burn']).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('journal verify WHERE') });
});
