import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANCHOR_FILE } from '#storage/journal/anchorFile.ts';
import { EntryHasher, subjectHashOf } from '#storage/journal/canonical.ts';
import type { EntryRow } from '#storage/journal/journalTables.ts';
import { hex, signCheckpoint, signHead, signSubjectsRemoved, unhex } from '#storage/journal/signing.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import type { Sqlite } from '#storage/files/openDatabase.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { ANCHORED_TO, LAST, REMOVED_TO, ROLLED_BACK_TO, type JournalOnTrial } from './journalOnTrial.ts';

export type Random = (below: number) => number;

/** What was done, and the first entry of which a reader gets something else than what was recorded. */
export interface Attack {
  readonly says: string;
  readonly from: number;
  /** Does the adversary's change show only against an anchor that lies elsewhere? */
  readonly needsExport?: boolean;
  /** Entries are all as they were; only what proves them was touched. */
  readonly entriesIntact?: boolean;
}

export type AttackKind =
  | 'change'
  | 'remove'
  | 'insert'
  | 'reorder'
  | 'truncate'
  | 'roll back'
  | 'forge retention'
  | 'take subjects away'
  | 'touch the anchor'
  | 'flip a bit';

/** How far the adversary covers the tracks. */
type Cover = 'nothing' | 'own hash' | 'all hashes' | 'and drops checkpoints' | 'and signs them with another key';
const COVERS: readonly Cover[] = [
  'nothing',
  'own hash',
  'all hashes',
  'and drops checkpoints',
  'and signs them with another key',
];

const ENTRY = 'id, version, at, simulated, event, subject, subject_hash AS subjectHash, hash';
const INSERTED = 'id, version, at, simulated, event, subject, subject_hash, hash';
const FORGED = '{"kind":"egress","door":"back door"}';

const anyEntry = (random: Random): number => REMOVED_TO + 1 + random(LAST - REMOVED_TO);
const either = <Value>(random: Random, ...values: readonly Value[]): Value => values[random(values.length)]!;

export const ATTACKS: Record<AttackKind, (trial: JournalOnTrial, random: Random) => Attack> = {
  change: (trial, random) => {
    const id = anyEntry(random);
    const cover = either(random, ...COVERS);
    const column = either(random, 'at', 'event', 'simulated', 'subject', 'subject and its hash', 'hash');
    // A hash alone that is made to fit again is no change.
    const covered = column === 'hash' ? 'nothing' : cover;
    trial.tamper((database) => {
      if (column === 'subject and its hash') changeSubject(database, id);
      else database.exec(CHANGES[column].replace('?', String(id)));
      coverUp(database, id, covered);
    });
    return { says: `${column} of entry ${id} changed, ${covered}`, from: id };
  },
  remove: (trial, random) => {
    const id = anyEntry(random);
    const count = Math.min(1 + random(5), LAST - id + 1);
    const cover = either(random, ...COVERS);
    trial.tamper((database) => {
      database.prepare('DELETE FROM entries WHERE id BETWEEN ? AND ?').run(id, id + count - 1);
      if (cover === 'nothing') return;
      renumber(database, id + count, -count);
      coverUp(database, id, cover);
    });
    return { says: `${count} entries from ${id} removed, ${cover}`, from: id };
  },
  insert: (trial, random) => {
    const id = anyEntry(random);
    const cover = either(random, ...COVERS);
    trial.tamper((database) => {
      renumber(database, id, 1);
      database
        .prepare(`INSERT INTO entries (${INSERTED}) VALUES (?, 1, 1500000, 1, ?, NULL, NULL, ?)`)
        .run(id, FORGED, randomBytes(32));
      coverUp(database, id, cover);
    });
    return { says: `an entry put in as number ${id}, ${cover}`, from: id };
  },
  reorder: (trial, random) => {
    const id = Math.min(anyEntry(random), LAST - 1);
    const other = Math.min(LAST, id + 1 + random(10));
    const cover = either(random, ...COVERS);
    trial.tamper((database) => {
      const rows = database
        .prepare<[number, number], EntryRow>(`SELECT ${ENTRY} FROM entries WHERE id IN (?, ?) ORDER BY id`)
        .all(id, other);
      for (const [index, row] of rows.entries()) put(database, { ...row, id: index === 0 ? other : id });
      coverUp(database, id, cover);
    });
    return { says: `entries ${id} and ${other} exchanged, ${cover}`, from: id };
  },
  truncate: (trial, random) => {
    const id = anyEntry(random);
    const checkpoints = random(2) === 0;
    trial.tamper((database) => {
      database.prepare('DELETE FROM entries WHERE id >= ?').run(id);
      if (checkpoints) database.prepare('DELETE FROM checkpoints WHERE id >= ?').run(id);
    });
    return { says: `cut off from entry ${id} on${checkpoints ? ', checkpoints as well' : ''}`, from: id };
  },
  'roll back': (trial, random) => {
    trial.rollBack('journal.db');
    if (random(2) === 0) return { says: 'an older journal.db', from: ROLLED_BACK_TO + 1 };
    trial.rollBack(ANCHOR_FILE);
    return { says: 'an older journal.db with its anchor', from: ROLLED_BACK_TO + 1, needsExport: true };
  },
  'forge retention': (trial, random) => {
    const to = either(random, 80, 120, REMOVED_TO + 1 + random(100));
    const other = createEd25519Signer(randomBytes(32));
    trial.tamper((database) => {
      const { journal, hash } = stateAt(database, to);
      const about = {
        journal,
        first: (REMOVED_TO + 1) as JournalId,
        last: to as JournalId,
        hash: hex(hash),
        removedAt: wallTime(1),
      };
      const head = signHead(other, about);
      // The key that is trusted, with a signature that it made for something else where there is one.
      const old = database
        .prepare<[], { key: Buffer; signature: Buffer }>('SELECT key, signature FROM checkpoints ORDER BY id LIMIT 1')
        .get();
      const borrowed =
        random(2) === 0 && old !== undefined ? old : { key: unhex(head.key), signature: unhex(head.signature) };
      database
        .prepare('INSERT INTO segments VALUES (?, ?, ?, 1, ?, ?)')
        .run(about.first, to, hash, borrowed.key, borrowed.signature);
      database.prepare('DELETE FROM entries WHERE id <= ?').run(to);
      database.prepare('DELETE FROM checkpoints WHERE id <= ?').run(to);
    });
    return { says: `entries to ${to} removed as if by retention`, from: REMOVED_TO + 1 };
  },
  'take subjects away': (trial, random) => {
    const named = trial.original.filter(({ subject }) => subject !== undefined);
    const { id } = named[random(named.length)]!;
    const how = STATEMENTS[random(STATEMENTS.length)]!;
    trial.tamper((database) => {
      database.prepare('UPDATE entries SET subject = NULL WHERE id = ?').run(id);
      explainSubjects(trial, database, how);
    });
    return { says: `the subject of entry ${id} taken away, the statement ${how}`, from: id };
  },
  'touch the anchor': (trial, random) => {
    const path = join(trial.folder, ANCHOR_FILE);
    if (random(8) === 0) {
      rmSync(path);
      return { says: 'the anchor taken away', from: 0, entriesIntact: true };
    }
    const bytes = readFileSync(path);
    const at = random(bytes.length - 1);
    bytes[at]! ^= 1 << random(8);
    writeFileSync(path, bytes);
    return { says: `a bit of byte ${at} of the anchor flipped`, from: 0, entriesIntact: true };
  },
  'flip a bit': (trial, random) => {
    const path = join(trial.folder, 'journal.db');
    const bytes = readFileSync(path);
    const at = random(bytes.length);
    bytes[at]! ^= 1 << random(8);
    writeFileSync(path, bytes);
    return { says: `a bit of byte ${at} of journal.db flipped`, from: 0 };
  },
};

const CHANGES = {
  at: 'UPDATE entries SET at = at + 1 WHERE id = ?',
  event: `UPDATE entries SET event = '${FORGED}' WHERE id = ?`,
  simulated: 'UPDATE entries SET simulated = 1 - simulated WHERE id = ?',
  subject: `UPDATE entries SET subject = iif(subject IS NULL, randomblob(44), NULL) WHERE id = ?`,
  hash: 'UPDATE entries SET hash = randomblob(32) WHERE id = ?',
} as const;

/** What becomes of the signed statement that tells which subjects retention took away. */
const STATEMENTS = ['left', 'dropped', 'of an earlier time', 'by another key', 'with a borrowed signature'] as const;

function explainSubjects(trial: JournalOnTrial, database: Sqlite, how: (typeof STATEMENTS)[number]): void {
  if (how === 'left') return;
  database.exec('DELETE FROM subjects_removed');
  if (how === 'dropped') return;
  const insert = database.prepare('INSERT INTO subjects_removed VALUES (1, ?, ?, ?, ?)');
  const { last, removedAt, key, signature } = trial.earlierStatement;
  if (how === 'of an earlier time') insert.run(last, removedAt, unhex(key), unhex(signature));
  if (how === 'with a borrowed signature') insert.run(LAST, removedAt, unhex(key), unhex(signature));
  if (how !== 'by another key') return;
  const { journal } = stateAt(database, LAST);
  const other = createEd25519Signer(randomBytes(32));
  const forged = signSubjectsRemoved(other, { journal, last: LAST as JournalId, removedAt });
  insert.run(LAST, removedAt, unhex(forged.key), unhex(forged.signature));
}

/** As somebody who knows the format: the hash fits the subject, or stands for one that is gone. */
function changeSubject(database: Sqlite, id: number): void {
  const subject = randomBytes(44);
  const update = database.prepare('UPDATE entries SET subject = ?, subject_hash = ? WHERE id = ?');
  update.run(id % 2 === 0 ? subject : null, subjectHashOf(subject), id);
}

function renumber(database: Sqlite, from: number, by: number): void {
  const rows = database.prepare<[number], EntryRow>(`SELECT ${ENTRY} FROM entries WHERE id >= ? ORDER BY id`).all(from);
  database.prepare('DELETE FROM entries WHERE id >= ?').run(from);
  for (const row of rows) put(database, { ...row, id: row.id + by });
}

function put(database: Sqlite, { id, version, at, simulated, event, subject, subjectHash, hash }: EntryRow): void {
  database
    .prepare(`INSERT OR REPLACE INTO entries (${INSERTED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(id, version, at, simulated, event, subject, subjectHash, hash);
}

function stateAt(database: Sqlite, id: number): { journal: string; hash: Buffer } {
  const journal = database.prepare<[], Buffer>('SELECT id FROM journal').pluck().get();
  const hash =
    database.prepare<[number], Buffer>('SELECT hash FROM entries WHERE id = ?').pluck().get(id) ??
    database.prepare<[number], Buffer>('SELECT hash FROM segments WHERE last = ?').pluck().get(id);
  if (journal === undefined || hash === undefined) throw new Error(`no entry ${id} to go on from`);
  return { journal: hex(journal), hash };
}

function coverUp(database: Sqlite, from: number, cover: Cover): void {
  if (cover === 'nothing') return;
  rehash(database, from, cover === 'own hash' ? from : Number.MAX_SAFE_INTEGER);
  if (cover === 'and drops checkpoints') database.prepare('DELETE FROM checkpoints WHERE id >= ?').run(from);
  if (cover === 'and signs them with another key') signAgain(database, createEd25519Signer(randomBytes(32)), from);
}

function rehash(database: Sqlite, from: number, to: number): void {
  const hasher = new EntryHasher();
  let previous = stateAt(database, from - 1).hash;
  const rows = database
    .prepare<[number, number], EntryRow>(`SELECT ${ENTRY} FROM entries WHERE id BETWEEN ? AND ? ORDER BY id`)
    .all(from, to);
  for (const row of rows) {
    const hash = hasher.hash(row, previous);
    if (hash === undefined) throw new Error(`entry ${row.id} has no bytes`);
    database.prepare('UPDATE entries SET hash = ? WHERE id = ?').run(hash, row.id);
    previous = hash;
  }
}

/** Signs every checkpoint from there on anew, by whichever key the adversary has. Gives back the last one. */
function signAgain(database: Sqlite, signer: Signer, from: number): ReturnType<typeof signCheckpoint> | undefined {
  const ids = database
    .prepare<[number, number], JournalId>(
      'SELECT id FROM checkpoints WHERE id BETWEEN ? AND (SELECT max(id) FROM entries) AND id <= ?',
    )
    .pluck();
  let last: ReturnType<typeof signCheckpoint> | undefined;
  for (const id of ids.all(from, ANCHORED_TO)) {
    const { journal, hash } = stateAt(database, id);
    last = signCheckpoint(signer, { journal, id, hash: hex(hash), at: wallTime(1) });
    database
      .prepare('UPDATE checkpoints SET hash = ?, key = ?, signature = ?, at = 1 WHERE id = ?')
      .run(hash, unhex(last.key), unhex(last.signature), id);
  }
  return last;
}

/** What only the holder of the signing key can do: a change that nobody finds. It shows that it is the key that matters. */
export function changeAsTheSigner(trial: JournalOnTrial, id: number): void {
  trial.tamper((database) => {
    database.exec(CHANGES.event.replace('?', String(id)));
    rehash(database, id, Number.MAX_SAFE_INTEGER);
    const last = signAgain(database, trial.signer, id);
    writeFileSync(join(trial.folder, ANCHOR_FILE), JSON.stringify({ format: 1, ...last }));
  });
}
