import * as z from 'zod/mini';
import type { KeyObject } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { JournalEntry, JournalEvent, RecordedEntry } from '#core/journal/entry.ts';
import { inTransaction, type Sqlite, type Statement } from '../files/openDatabase.ts';
import type { PersonKeys } from '../vault/personKeys.ts';
import { damagedRow, type RowPlace } from '../vault/seal.ts';
import { EventRow } from './eventRow.ts';
import { SubjectFinder, sealSubject } from './subjects.ts';

/** Version of a row's form: JSON of the event, subject as `subjects.ts` has it. */
const FORMAT = 1;
/** Bytes of one event as JSON. */
export const JOURNAL_EVENT_BYTES_MAX = 4_096;
/** Subjects kept in memory, so that a look at the newest entries need not try everybody's key. */
const SUBJECTS_REMEMBERED_MAX = 10_000;

interface EntryRow {
  readonly id: number;
  readonly format: number;
  readonly at: number;
  readonly simulated: number;
  readonly event: string;
  readonly subject: Buffer | null;
}

export type Appended = { readonly id: JournalId } | { readonly fault: Fault };

/** journal.db. Entries are numbered 1, 2, 3, … without gaps; they are written by this one writer alone. */
export class JournalFile {
  readonly #database: Sqlite;
  readonly #simulated: boolean;
  readonly #keys: PersonKeys;
  readonly #insert: Statement;
  readonly #page: Statement<[number, number], EntryRow>;
  readonly #subjects = new Map<number, Pseudonym>();
  #last: number;

  constructor(database: Sqlite, simulated: boolean, keys: PersonKeys) {
    this.#database = database;
    this.#simulated = simulated;
    this.#keys = keys;
    this.#insert = database.prepare(
      'INSERT INTO entries (id, format, at, simulated, event, subject) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#page = database.prepare(
      'SELECT id, format, at, simulated, event, subject FROM entries WHERE id >= ? ORDER BY id LIMIT ?',
    );
    this.#last = Number(database.prepare('SELECT coalesce(max(id), 0) FROM entries').pluck().get());
  }

  /**
   * Writes all of them in one transaction, which is on the disk when this returns. An entry that cannot be sealed is
   * refused by itself; what SQLite throws concerns them all, and none was written.
   */
  append(entries: readonly JournalEntry[]): Appended[] {
    const first = this.#last;
    let last = first;
    const outcomes = inTransaction(this.#database, () =>
      entries.map((entry): Appended => {
        const row = this.#sealed(entry, last + 1);
        if (row instanceof Fault) return { fault: row };
        this.#insert.run(row.id, row.format, row.at, row.simulated, row.event, row.subject);
        last += 1;
        return { id: row.id as JournalId };
      }),
    );
    this.#last = last;
    for (const [index, outcome] of outcomes.entries()) {
      const subject = entries[index]?.subject;
      if ('id' in outcome && subject !== undefined) this.#remember(outcome.id, subject);
    }
    return outcomes;
  }

  /** @throws Fault `journal` for a row that is missing, damaged or in another one's place. */
  read(from: JournalId, limit: number): RecordedEntry[] {
    const rows = this.#page.all(Math.max(1, from), limit);
    const subjects = this.#subjectsOf(rows);
    return rows.map((row, index) => {
      const expected = Math.max(1, from) + index;
      if (row.id !== expected) throw damagedRow(placeOf(expected), 'no such row', 'journal');
      const subject = subjects[index];
      return {
        id: row.id as JournalId,
        at: wallTime(row.at),
        event: parseEvent(row),
        simulated: row.simulated === 1,
        ...(subject === undefined ? {} : { subject }),
      };
    });
  }

  #sealed({ at, event, subject }: JournalEntry, id: number): EntryRow | Fault {
    const key = subject === undefined ? undefined : this.#keys.get(subject);
    if (subject !== undefined && key === undefined)
      return refused('a subject without a record key', 'somebody enrolled');
    const text = JSON.stringify(event);
    if (Buffer.byteLength(text) > JOURNAL_EVENT_BYTES_MAX) {
      return refused(`an event of ${Buffer.byteLength(text)} bytes`, `at most ${JOURNAL_EVENT_BYTES_MAX}`);
    }
    const row = {
      id,
      format: FORMAT,
      at: Math.round(at),
      simulated: this.#simulated ? 1 : 0,
      event: text,
      subject: null,
    };
    return subject === undefined || key === undefined ? row : { ...row, subject: sealSubject(key, subject, row) };
  }

  #subjectsOf(rows: readonly EntryRow[]): (Pseudonym | undefined)[] {
    const unknown = rows.filter(({ id, subject }) => subject !== null && !this.#subjects.has(id));
    const finder = new SubjectFinder(unknown.map((row) => ({ ...row, sealed: row.subject ?? Buffer.alloc(0) })));
    for (const [pseudonym, key] of this.#keysIfAny(unknown)) {
      for (const { id, opens } of finder.ofPerson(pseudonym, key)) {
        if (!opens) throw damagedRow(placeOf(id), 'a subject that does not belong to this entry', 'journal');
        this.#remember(id, pseudonym);
      }
    }
    return rows.map(({ id }) => this.#subjects.get(id));
  }

  #keysIfAny(unknown: readonly EntryRow[]): Iterable<readonly [Pseudonym, KeyObject]> {
    return unknown.length === 0 ? [] : this.#keys;
  }

  #remember(id: number, subject: Pseudonym): void {
    this.#subjects.set(id, subject);
    for (const oldest of this.#subjects.keys()) {
      if (this.#subjects.size <= SUBJECTS_REMEMBERED_MAX) return;
      this.#subjects.delete(oldest);
    }
  }
}

const placeOf = (id: number): RowPlace => ({ file: 'journal.db', table: 'entries', row: String(id) });

const refused = (found: string, expected: string): Fault =>
  new Fault('journal', { thing: 'journal entry', found, expected });

function parseEvent(row: EntryRow): JournalEvent {
  const place = placeOf(row.id);
  if (row.format !== FORMAT) throw damagedRow(place, `format ${row.format}`, 'journal');
  let found: unknown;
  try {
    found = JSON.parse(row.event);
  } catch {
    throw damagedRow(place, 'an event that is not JSON', 'journal');
  }
  const parsed = EventRow.safeParse(found);
  if (!parsed.success)
    throw damagedRow(place, `an event of another shape (${z.prettifyError(parsed.error)})`, 'journal');
  return parsed.data;
}
