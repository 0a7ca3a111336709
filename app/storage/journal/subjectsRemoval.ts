import type { JournalEntry, JournalEventKind } from '#core/journal/entry.ts';
import type { SubjectsGone } from '#core/journal/search.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { EntryRow, JournalTables } from './journalTables.ts';
import { signSubjectsRemoved } from './signing.ts';

/** Of these only place, time and reason stay when their span is over. */
const ACCESS_EVENTS: readonly JournalEventKind[] = ['access-granted', 'access-denied'];
/** Entries that one call looks at, so that entries to be written never wait long. */
const ENTRIES_AT_ONCE = 1_000;

/** May the subject of this entry be gone by a statement that reaches so far? */
export const mayHaveLostSubject = ({ id, event }: Pick<EntryRow, 'id' | 'event'>, removedTo: number): boolean =>
  id <= removedTo && isAccessEvent(event);

/** By how the gate writes it: `kind` comes first. */
const isAccessEvent = (event: string): boolean => ACCESS_EVENTS.some((kind) => event.startsWith(`{"kind":"${kind}"`));

/** Entries made before `before` are due. An entry from behind `now` was made under a clock that was wrong: it holds up nobody. */
export interface Due {
  readonly before: WallTime;
  readonly now: WallTime;
}

interface Found extends SubjectsGone {
  readonly ids: readonly number[];
}

/**
 * The next access events whose subjects are to go: those before the first that is not due, in order of number.
 * Undefined where that is none.
 */
export function expiredSubjects(tables: JournalTables, { before, now }: Due, limit: number): Found | undefined {
  const from = Math.max((tables.subjectsRemoved()?.last ?? 0) + 1, tables.bounds().first);
  const ids: number[] = [];
  let upTo = from - 1;
  for (const { id, at, event, subject } of tables.page(from, limit)) {
    const access = isAccessEvent(event);
    if (access && at >= before && at <= now) break;
    if (access && subject !== null) ids.push(id);
    upTo = id;
  }
  // Whole pages without a subject are passed, so that the next call begins behind them.
  if (ids.length === 0 && upTo < from - 1 + limit) return undefined;
  return { upTo: upTo as JournalId, subjects: ids.length, ids };
}

/** Within the caller's transaction. Undefined where nothing is due. */
export function removeSubjects(tables: JournalTables, signer: Signer, due: Due): SubjectsGone | undefined {
  const found = expiredSubjects(tables, due, ENTRIES_AT_ONCE);
  if (found === undefined) return undefined;
  const { ids, ...gone } = found;
  const update = tables.database.prepare('UPDATE entries SET subject = NULL WHERE id = ?');
  for (const id of ids) update.run(id);
  const about = { journal: tables.journal, last: gone.upTo, removedAt: due.now };
  tables.putSubjectsRemoved(signSubjectsRemoved(signer, about));
  return gone;
}

export const subjectsRemoved = ({ upTo }: SubjectsGone, at: WallTime): JournalEntry => ({
  at,
  event: { kind: 'subjects-removed', upTo },
});
