import { Fault } from '#core/kernel/fault.ts';
import type { ConsentId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { ConsentsRemoved } from '#core/ports/stores.ts';
import { hasEnded } from '#core/privacy/consent.ts';
import { emptyWal, inTransaction, type Sqlite } from '../files/openDatabase.ts';
import type { PersonKeys } from '../vault/personKeys.ts';
import { Consents } from './consents.ts';
import { Templates } from './templates.ts';

/** Rows looked at by one call, so that journal entries never wait long. */
const ROWS_AT_ONCE = 500;

/**
 * Removes consents that had ended by then, of people who are still enrolled: with everybody else they go as a whole. One
 * that templates still stand on stays, and so does one that does not open, which the roster tells of.
 */
export function removeOldConsents(
  database: Sqlite,
  recordKeys: PersonKeys,
  { endedBy, behind }: { readonly endedBy: WallTime; readonly behind: number },
): ConsentsRemoved {
  const consents = new Consents(database);
  const templates = new Templates(database);
  const rows = consents.page(behind, ROWS_AT_ONCE);
  const old: ConsentId[] = [];
  for (const row of rows) {
    try {
      const { id, endsAt } = Consents.open(recordKeys.get(row.pseudonym), row);
      if (hasEnded(endsAt, endedBy) && !templates.standOn(id)) old.push(id);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
  inTransaction(database, () => {
    for (const id of old) consents.remove(id);
  });
  if (old.length > 0) emptyWal(database);
  const last = rows.at(-1);
  return last === undefined || rows.length < ROWS_AT_ONCE
    ? { removed: old.length }
    : { removed: old.length, next: last.position };
}
