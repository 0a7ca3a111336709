import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalCheck } from '#core/journal/check.ts';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { AccessPointId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { checkExport } from '#storage/journal/checkExport.ts';
import type { JournalFile } from '#storage/journal/journalFile.ts';
import { faultOf } from '../support/faults.ts';
import { TestFolder } from '../support/folder.ts';
import { person } from '../support/people.ts';
import { enrolIn } from '../support/vaults.ts';

const FIRST = 1 as JournalId;
const ADA = person('Ada').cardholder.pseudonym;

const granted = (at: number, subject: Pseudonym = ADA): JournalEntry => ({
  at: wallTime(at),
  event: { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['card'] },
  subject,
});

function checkOf(journal: JournalFile): JournalCheck {
  const parts = journal.check({ indexes: true });
  for (;;) {
    const next = parts.next();
    if (next.done === true) return next.value;
  }
}

/** Four access events of Ada and her enrolment; the first two access events no longer say whose they are. */
async function withSubjectsGone(act: (folder: TestFolder) => Promise<void> | void): Promise<void> {
  await using folder = new TestFolder();
  {
    using vault = folder.vault();
    enrolIn(vault, [person('Ada')]);
    vault.journal.append([granted(1), granted(2), { at: wallTime(3), event: { kind: 'enrolled' }, subject: ADA }]);
    vault.journal.append([granted(40), granted(50)]);
    expect(vault.journal.removeSubjects(wallTime(10))).toEqual({ upTo: 3, subjects: 2 });
  }
  await act(folder);
}

describe('an access event whose subject is gone', () => {
  it('still verifies after a restart, and everything else says whose it is', async () => {
    await withSubjectsGone((folder) => {
      using vault = folder.vault();
      expect(checkOf(vault.journal)).toMatchObject({ ok: true, entries: 5 });
      expect(vault.journal.read(FIRST, 9).map(({ subject }) => subject)).toEqual([undefined, undefined, ADA, ADA, ADA]);
      expect(folder.reports.filter(({ level }) => level === 'failed')).toEqual([]);
    });
  });

  it('is exported as such, and the export verifies without us', async () => {
    await withSubjectsGone(async (folder) => {
      for (const form of ['jsonl', 'csv'] as const) {
        const path = join(folder.path, `export.${form}`);
        using vault = folder.vault();
        for (const _ of vault.journal.export({ path, form })) continue;
        expect(await checkExport(path)).toMatchObject({ ok: true, entries: 5 });
      }
    });
  });

  it('leaves nothing of the sealed subject in the file', async () => {
    await using folder = new TestFolder();
    {
      using vault = folder.vault();
      enrolIn(vault, [person('Ada')]);
      vault.journal.append([granted(1), granted(2)]);
    }
    const subjects = (): (Buffer | null)[] => {
      using database = folder.database('journal.db');
      return database.prepare<[], Buffer | null>('SELECT subject FROM entries ORDER BY id').pluck().all();
    };
    const inClear = (): Buffer => {
      using database = folder.database('journal.db');
      return database.serialize();
    };
    const [sealed] = subjects();
    expect(sealed).toHaveLength(44);
    expect(inClear().includes(sealed!), 'the search would have found it').toBe(true);
    {
      using vault = folder.vault();
      vault.journal.removeSubjects(wallTime(2));
    }
    expect(subjects()[0]).toBeNull();
    expect(inClear().includes(sealed!)).toBe(false);
  });

  it('made under a clock that was years ahead holds up nobody behind it', async () => {
    await using folder = new TestFolder();
    using vault = folder.vault();
    enrolIn(vault, [person('Ada')]);
    vault.journal.append([granted(1), granted(9e14), granted(2), granted(1e12)]);
    expect(vault.journal.removeSubjects(wallTime(10))).toEqual({ upTo: 3, subjects: 3 });
  });
});

describe('a subject that somebody else took away', () => {
  const taken: readonly (readonly [what: string, sql: string, at: number])[] = [
    ['of an access event behind the statement', 'UPDATE entries SET subject = NULL WHERE id = 4', 4],
    ['of another entry', 'UPDATE entries SET subject = NULL WHERE id = 3', 3],
    ['with a statement that reaches further', 'UPDATE subjects_removed SET last = 5', 1],
    ['and the statement dropped', 'DELETE FROM subjects_removed', 1],
    ['and put another in its place', 'UPDATE entries SET subject = randomblob(44) WHERE id = 5', 5],
  ];

  it.each(taken)('%s is found in its place, and not read', async (_, sql, at) => {
    await withSubjectsGone(async (folder) => {
      {
        using database = folder.database('journal.db');
        database.exec(sql);
      }
      using vault = folder.vault();
      const { ok, findings } = checkOf(vault.journal);
      expect([ok, findings.some(({ from, to }) => from <= at && at <= to)]).toEqual([false, true]);
      if (sql.includes('SET last')) return;
      await faultOf(() => vault.journal.read(FIRST, 9), 'journal');
    });
  });
});

it('an entry is hashed as its format says, byte by byte', async () => {
  await withSubjectsGone((folder) => {
    using database = folder.database('journal.db');
    const rows = database
      .prepare<
        [],
        { id: number; at: number; event: string; subject_hash: Buffer | null; hash: Buffer; subject: Buffer | null }
      >('SELECT id, at, event, subject, subject_hash, hash FROM entries ORDER BY id')
      .all();
    const journal = database.prepare<[], Buffer>('SELECT id FROM journal').pluck().get()!;
    let previous = sha256(Buffer.from('lintel journal 1'), journal);
    for (const { id, at, event, subject, subject_hash: hashed, hash } of rows) {
      if (subject !== null) expect(hashed).toEqual(sha256(subject));
      const [eightId, eightAt, length] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(4)];
      eightId.writeBigInt64BE(BigInt(id));
      eightAt.writeBigInt64BE(BigInt(at));
      const text = Buffer.from(event, 'utf8');
      length.writeUInt32BE(text.length);
      const head = [Buffer.from([1]), eightId, eightAt, Buffer.from([1]), length, text];
      const about = hashed === null ? [Buffer.from([0])] : [Buffer.from([1]), hashed];
      previous = sha256(...head, ...about, previous);
      expect(hash).toEqual(previous);
    }
    expect(rows).toHaveLength(5);
  });
});

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
