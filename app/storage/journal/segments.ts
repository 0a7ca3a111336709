import { assert } from '#core/kernel/assert.ts';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { EntryRange } from '#core/journal/search.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { JournalTables } from './journalTables.ts';
import type { Due } from './subjectsRemoval.ts';
import { hex, signHead, signSubjectsRemoved, unhex } from './signing.ts';

/** A segment ends at the first checkpoint that gives it as many entries. */
export const SEGMENT_ENTRIES = 1_024;
/** Segments removed by one call, so that entries to be written never wait long. */
const SEGMENTS_AT_ONCE = 4;

export type Segment = EntryRange;

/** The oldest segments all of whose entries are due; never the one with the newest checkpoint. */
export function expiredSegments(tables: JournalTables, { before, now }: Due, entries: number): Segment[] {
  const { database } = tables;
  const ends = database
    .prepare<[number, number], number>(
      'SELECT id FROM checkpoints WHERE id >= ? AND id < (SELECT max(id) FROM checkpoints) ORDER BY id LIMIT ?',
    )
    .pluck();
  const newest = database
    .prepare<[number, number, number], number>('SELECT max(at) FROM entries WHERE id BETWEEN ? AND ? AND at <= ?')
    .pluck();
  const segments: Segment[] = [];
  let { first } = tables.bounds();
  while (segments.length < SEGMENTS_AT_ONCE) {
    const [last] = ends.all(first + entries - 1, 1);
    if (last === undefined) break;
    const newestAt = newest.get(first, last, now);
    if (typeof newestAt !== 'number' || newestAt >= before) break;
    segments.push({ first: first as JournalId, last: last as JournalId });
    first = last + 1;
  }
  return segments;
}

export const segmentRemoved = ({ first, last }: Segment, at: WallTime): JournalEntry => ({
  at,
  event: { kind: 'segment-removed', first, last },
});

export interface Removal {
  readonly tables: JournalTables;
  readonly signer: Signer;
  readonly segment: Segment;
  readonly at: WallTime;
}

/** Within the caller's transaction. */
export function removeSegment({ tables, signer, segment: { first, last }, at }: Removal): void {
  const { database, journal } = tables;
  const hash = tables.hashAt(last);
  assert(hash !== undefined, 'a segment ends at an entry');
  const head = signHead(signer, { journal, first, last, hash: hex(hash), removedAt: at });
  database
    .prepare('INSERT INTO segments (first, last, hash, removed_at, key, signature) VALUES (?, ?, ?, ?, ?, ?)')
    .run(first, last, hash, at, unhex(head.key), unhex(head.signature));
  database.prepare('DELETE FROM entries WHERE id BETWEEN ? AND ?').run(first, last);
  database.prepare('DELETE FROM checkpoints WHERE id BETWEEN ? AND ?').run(first, last);
}

/** Every head is said again by another key, and how far subjects are gone, within the caller's transaction. */
export function signHeadsAgain(tables: JournalTables, signer: Signer): void {
  const update = tables.database.prepare('UPDATE segments SET key = ?, signature = ? WHERE first = ?');
  for (const { key: _key, signature: _signature, ...about } of tables.heads()) {
    const { key, signature } = signHead(signer, about);
    update.run(unhex(key), unhex(signature), about.first);
  }
  const statement = tables.subjectsRemoved();
  if (statement === undefined) return;
  const { key: _key, signature: _signature, ...about } = statement;
  tables.putSubjectsRemoved(signSubjectsRemoved(signer, about));
}
