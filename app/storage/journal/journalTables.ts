import { randomBytes } from 'node:crypto';
import type { Checkpoint, SegmentHead, SubjectsRemoved } from '#core/journal/checkpoint.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { genesisOf, type ChainedRow } from './canonical.ts';
import { hex, unhex } from './signing.ts';

const JOURNAL_ID_BYTES = 16;

/** Entries written in one transaction. */
export const JOURNAL_BATCH_MAX = 500;

export interface EntryRow extends ChainedRow {
  /** Sealed; null for an entry without one, and for one whose subject is gone. */
  readonly subject: Buffer | null;
  readonly subjectHash: Buffer | null;
  readonly hash: Buffer;
}

export const ENTRY_COLUMNS = 'id, version, at, simulated, event, subject, subject_hash AS subjectHash, hash';
const INSERTED_COLUMNS = 'id, version, at, simulated, event, subject, subject_hash, hash';

interface CheckpointRow {
  readonly id: number;
  readonly at: number;
  readonly hash: Buffer;
  readonly key: Buffer;
  readonly signature: Buffer;
}

interface SegmentRow {
  readonly first: number;
  readonly last: number;
  readonly hash: Buffer;
  readonly removed_at: number;
  readonly key: Buffer;
  readonly signature: Buffer;
}

/** The rows of journal.db: nothing is judged here. */
export class JournalTables {
  readonly database: Sqlite;
  /** The journal's own name, lower-case hex of 16 random bytes. */
  readonly journal: string;
  readonly genesis: Buffer;
  readonly #insert: Statement;
  readonly #insertCheckpoint: Statement;
  readonly #page: Statement<[number, number], EntryRow>;
  readonly #hashAt: Statement<[number], Buffer>;
  readonly #segmentHash: Statement<[number], Buffer>;

  /** @throws Fault `journal` where the journal's name is gone from among its entries. */
  constructor(database: Sqlite) {
    this.database = database;
    const id = nameOf(database);
    this.journal = hex(id);
    this.genesis = genesisOf(id);
    this.#insert = database.prepare(`INSERT INTO entries (${INSERTED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertCheckpoint = database.prepare(
      'INSERT INTO checkpoints (id, at, hash, key, signature) VALUES (?, ?, ?, ?, ?)',
    );
    this.#page = database.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE id >= ? ORDER BY id LIMIT ?`);
    this.#hashAt = database.prepare<[number], Buffer>('SELECT hash FROM entries WHERE id = ?').pluck();
    this.#segmentHash = database.prepare<[number], Buffer>('SELECT hash FROM segments WHERE last = ?').pluck();
  }

  addEntry(row: EntryRow): void {
    const { id, version, at, simulated, event, subject, subjectHash, hash } = row;
    this.#insert.run(id, version, at, simulated, event, subject, subjectHash, hash);
  }

  addCheckpoint({ id, at, hash, key, signature }: Checkpoint): void {
    this.#insertCheckpoint.run(id, at, unhex(hash), unhex(key), unhex(signature));
  }

  /** Numbers of the first and last entry; where there is none, the first is the one to come. */
  bounds(): { readonly first: number; readonly last: number } {
    const one = (sql: string): number => Number(this.database.prepare(sql).pluck().get());
    const removed = one('SELECT coalesce(max(last), 0) FROM segments');
    const last = Math.max(removed, one('SELECT coalesce(max(id), 0) FROM entries'));
    return { first: removed + 1, last };
  }

  page(from: number, limit: number): EntryRow[] {
    return this.#page.all(from, limit);
  }

  /** The hash that entry `id` + 1 goes on from; undefined where that entry is neither there nor under a head. */
  hashAt(id: number): Buffer | undefined {
    return id === 0 ? this.genesis : (this.#hashAt.get(id) ?? this.#segmentHash.get(id));
  }

  lastCheckpoint(): Checkpoint | undefined {
    return this.#checkpoints('ORDER BY id DESC LIMIT 1')[0];
  }

  lastCheckpointUpTo(id: number): Checkpoint | undefined {
    return this.#checkpoints('WHERE id <= ? ORDER BY id DESC LIMIT 1', id)[0];
  }

  /** In order, from number `from` on. */
  checkpointsFrom(from: number, limit: number): Checkpoint[] {
    return this.#checkpoints('WHERE id >= ? ORDER BY id LIMIT ?', from, limit);
  }

  /** The entry that announces this signing key (lower-case hex); undefined while none does. */
  announcementOf(publicKey: string): JournalId | undefined {
    const found = this.database
      .prepare<[string], number>(
        "SELECT id FROM entries WHERE kind = 'signing-key-changed' AND event ->> '$.publicKey' = ?",
      )
      .pluck()
      .get(publicKey);
    return found as JournalId | undefined;
  }

  heads(): SegmentHead[] {
    const rows = this.database
      .prepare<[], SegmentRow>('SELECT first, last, hash, removed_at, key, signature FROM segments ORDER BY first')
      .all();
    return rows.map(({ first, last, hash, removed_at, key, signature }) => ({
      journal: this.journal,
      first: first as JournalId,
      last: last as JournalId,
      hash: hex(hash),
      removedAt: wallTime(removed_at),
      key: hex(key),
      signature: hex(signature),
    }));
  }

  /** Up to where access events have lost their subjects; undefined while none has. */
  subjectsRemoved(): SubjectsRemoved | undefined {
    const row = this.database
      .prepare<[], Omit<SegmentRow, 'first' | 'hash'>>('SELECT last, removed_at, key, signature FROM subjects_removed')
      .get();
    if (row === undefined) return undefined;
    return {
      journal: this.journal,
      last: row.last as JournalId,
      removedAt: wallTime(row.removed_at),
      key: hex(row.key),
      signature: hex(row.signature),
    };
  }

  putSubjectsRemoved({ last, removedAt, key, signature }: SubjectsRemoved): void {
    this.database
      .prepare('INSERT OR REPLACE INTO subjects_removed (one, last, removed_at, key, signature) VALUES (1, ?, ?, ?, ?)')
      .run(last, removedAt, unhex(key), unhex(signature));
  }

  #checkpoints(which: string, ...given: number[]): Checkpoint[] {
    const rows = this.database
      .prepare<number[], CheckpointRow>(`SELECT id, at, hash, key, signature FROM checkpoints ${which}`)
      .all(...given);
    return rows.map(({ id, at, hash, key, signature }) => ({
      journal: this.journal,
      id: id as JournalId,
      at: wallTime(at),
      hash: hex(hash),
      key: hex(key),
      signature: hex(signature),
    }));
  }
}

/** Made with the journal itself, at its first start. */
function nameOf(database: Sqlite): Buffer {
  const found = database.prepare<[], Buffer>('SELECT id FROM journal').pluck().get();
  if (found !== undefined) return found;
  if (database.prepare('SELECT 1 FROM entries LIMIT 1').get() !== undefined) {
    const expected = 'the journal as this gate wrote it: restore it from a backup';
    throw new Fault('journal', { thing: 'journal.db, table journal', found: 'no name for these entries', expected });
  }
  const made = randomBytes(JOURNAL_ID_BYTES);
  database.prepare('INSERT INTO journal (one, id) VALUES (1, ?)').run(made);
  return made;
}
