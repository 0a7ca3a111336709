import * as z from 'zod/mini';
import type { KeyObject } from 'node:crypto';
import type { JournalEvent, RecordedEntry } from '#core/journal/entry.ts';
import type { JournalFound, JournalQuery, SearchPosition } from '#core/journal/search.ts';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { PersonKeys } from '../vault/personKeys.ts';
import { damagedRow, type RowPlace } from '../vault/seal.ts';
import { EntryHasher, subjectFits } from './canonical.ts';
import { EventRow } from './eventRow.ts';
import { ENTRY_COLUMNS, type EntryRow, type JournalTables } from './journalTables.ts';
import { SubjectFinder } from './subjects.ts';
import { mayHaveLostSubject } from './subjectsRemoval.ts';

/** Subjects kept in memory, so that a look at the newest entries need not try everybody's key. */
const SUBJECTS_REMEMBERED_MAX = 10_000;
/** Rows that one page of a search looks at where most do not fit, so that entries to be written never wait long. */
const ROWS_SEARCHED_AT_ONCE = 4_000;

export interface SearchRequest {
  readonly query: JournalQuery;
  readonly behind: SearchPosition | undefined;
  readonly limit: number;
}

/** Entries as they are given out: each is held against its hash first. */
export class JournalReader {
  readonly #tables: JournalTables;
  readonly #keys: PersonKeys;
  readonly #hasher = new EntryHasher();
  readonly #subjects = new Map<number, Pseudonym>();

  constructor(tables: JournalTables, keys: PersonKeys) {
    this.#tables = tables;
    this.#keys = keys;
  }

  /** @throws Fault `journal` for a row that is missing, damaged or in another one's place. */
  read(from: JournalId, limit: number): RecordedEntry[] {
    const first = Math.max(from, this.#tables.bounds().first);
    const rows = this.#tables.page(first, limit);
    for (const [index, row] of rows.entries()) {
      if (row.id !== first + index) throw damagedRow(placeOf(first + index), 'no such row', 'journal');
    }
    return this.#recorded(rows, this.#subjectsOf(rows));
  }

  search({ query, behind, limit }: SearchRequest): JournalFound {
    const { person } = query;
    const key = person === undefined ? undefined : this.#keys.get(person);
    if (person !== undefined && key === undefined) return { entries: [] };
    const rowsWanted = needsLook(query) ? ROWS_SEARCHED_AT_ONCE : Math.min(limit, ROWS_SEARCHED_AT_ONCE);
    const rows = this.#rows(query, behind, rowsWanted);
    let fitting = rows.filter((row) => hasPlace(row, query));
    if (person !== undefined && key !== undefined) fitting = this.#rowsOf(person, key, fitting);
    const given = fitting.slice(0, limit);
    const subjects = this.#subjectsWanted(query, given);
    const entries = this.#recorded(given, subjects);
    const end = fitting.length > given.length ? given.at(-1) : rows.at(-1);
    const done = end === undefined || (end === rows.at(-1) && rows.length < rowsWanted);
    return done ? { entries } : { entries, next: { at: wallTime(end.at), id: end.id as JournalId } };
  }

  remember(id: number, subject: Pseudonym): void {
    this.#subjects.set(id, subject);
    for (const oldest of this.#subjects.keys()) {
      if (this.#subjects.size <= SUBJECTS_REMEMBERED_MAX) return;
      this.#subjects.delete(oldest);
    }
  }

  /** Rows in order of time and number, by the index that fits best. */
  #rows(
    { from, until, kind, accessPoint, door }: JournalQuery,
    behind: SearchPosition | undefined,
    limit: number,
  ): EntryRow[] {
    const wanted: string[] = [];
    const given: (string | number)[] = [];
    const add = (condition: string, ...values: (string | number)[]): void => {
      wanted.push(condition);
      given.push(...values);
    };
    const place = accessPoint ?? door;
    if (place !== undefined) add('place = ?', place);
    if (kind !== undefined) add('kind = ?', kind);
    if (behind !== undefined) add('(at, id) > (?, ?)', behind.at, behind.id);
    if (from !== undefined && (behind === undefined || from > behind.at)) add('at >= ?', Math.ceil(from));
    if (until !== undefined) add('at <= ?', Math.floor(until));
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
    const sql = `SELECT ${ENTRY_COLUMNS} FROM entries ${where} ORDER BY at, id LIMIT ?`;
    return this.#tables.database.prepare<(string | number)[], EntryRow>(sql).all(...given, limit);
  }

  #rowsOf(person: Pseudonym, key: KeyObject, rows: readonly EntryRow[]): EntryRow[] {
    const sealed = rows.flatMap((row) => (row.subject === null ? [] : [{ ...row, sealed: row.subject }]));
    const found = new Set(this.#opened(new SubjectFinder(sealed), person, key));
    return rows.filter(({ id }) => found.has(id));
  }

  #recorded(rows: readonly EntryRow[], subjects: readonly (Pseudonym | undefined)[]): RecordedEntry[] {
    return rows.map((row, index) => {
      const event = parseEvent(row);
      this.#checkHash(row);
      const subject = subjects[index];
      return {
        id: row.id as JournalId,
        at: wallTime(row.at),
        event,
        simulated: row.simulated === 1,
        ...(subject === undefined ? {} : { subject }),
      };
    });
  }

  #checkHash(row: EntryRow): void {
    const previous = this.#tables.hashAt(row.id - 1);
    if (previous === undefined) throw damagedRow(placeOf(row.id - 1), 'no such row', 'journal');
    if (this.#hasher.hash(row, previous)?.equals(row.hash) === true && this.#subjectStands(row)) return;
    throw damagedRow(placeOf(row.id), 'an entry that its hash does not fit', 'journal');
  }

  #subjectStands(row: EntryRow): boolean {
    if (row.subject !== null || row.subjectHash === null) return subjectFits(row);
    return mayHaveLostSubject(row, this.#tables.subjectsRemoved()?.last ?? 0);
  }

  #subjectsWanted({ subjects, person }: JournalQuery, rows: readonly EntryRow[]): (Pseudonym | undefined)[] {
    if (subjects === undefined || subjects === false) return rows.map(() => person);
    return subjects === true ? this.#subjectsOf(rows) : this.#subjectsOf(rows, this.#keysOf(subjects));
  }

  *#keysOf(people: readonly Pseudonym[]): Generator<readonly [Pseudonym, KeyObject]> {
    for (const pseudonym of people) {
      const key = this.#keys.get(pseudonym);
      if (key !== undefined) yield [pseudonym, key];
    }
  }

  #subjectsOf(
    rows: readonly EntryRow[],
    keys: Iterable<readonly [Pseudonym, KeyObject]> = this.#keys,
  ): (Pseudonym | undefined)[] {
    const unknown = rows.filter(({ id, subject }) => subject !== null && !this.#subjects.has(id));
    const finder = new SubjectFinder(unknown.map((row) => ({ ...row, sealed: row.subject ?? Buffer.alloc(0) })));
    for (const [pseudonym, key] of unknown.length === 0 ? [] : keys) this.#opened(finder, pseudonym, key);
    return rows.map(({ id, subject: sealed }) => {
      const subject = sealed === null ? undefined : this.#subjects.get(id);
      // Somebody whose key was destroyed meanwhile is not given out from memory either.
      return subject === undefined || this.#keys.get(subject) === undefined ? undefined : subject;
    });
  }

  #opened(finder: SubjectFinder, pseudonym: Pseudonym, key: KeyObject): number[] {
    return finder.ofPerson(pseudonym, key).map(({ id, opens }) => {
      if (!opens) throw damagedRow(placeOf(id), 'a subject that does not belong to this entry', 'journal');
      this.remember(id, pseudonym);
      return id;
    });
  }
}

/** What the database cannot tell, so that more rows are looked at than are given out. */
const needsLook = ({ person, accessPoint, door }: JournalQuery): boolean =>
  person !== undefined || (accessPoint !== undefined && door !== undefined);

/** `place` holds access points and doors alike, and the two may have one name. */
function hasPlace(row: EntryRow, { accessPoint, door }: JournalQuery): boolean {
  if (accessPoint === undefined && door === undefined) return true;
  const event = parseEvent(row);
  if (accessPoint !== undefined && !('accessPoint' in event && event.accessPoint === accessPoint)) return false;
  return door === undefined || ('door' in event && event.door === door);
}

const placeOf = (id: number): RowPlace => ({ file: 'journal.db', table: 'entries', row: String(id) });

function parseEvent(row: EntryRow): JournalEvent {
  const place = placeOf(row.id);
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
