import type { Pseudonym } from '#core/kernel/ids.ts';
import { emptyWal, inTransaction, type Sqlite } from '../files/openDatabase.ts';
import { idBytes, idText } from '../files/randomId.ts';
import type { KeyringContent } from '../keys/keyringContent.ts';
import type { Keyring } from '../stores/keyring.ts';

export interface RestoredPeople {
  readonly biometrics: Sqlite;
  readonly identities: Sqlite;
}

/** What a backup held and must not come back. */
export interface Replayed {
  /** People without keys. */
  readonly erased: number;
  /** Templates of people whose consent has ended or who are restricted. */
  readonly templates: number;
  readonly revoked: number;
}

/**
 * Does again, on files out of a backup, what was done since: the keyring says who is erased, whose face is withdrawn, and
 * which credentials are revoked. Before anything else is done with these files.
 */
export function replay(people: RestoredPeople, keyring: Keyring, revoked: KeyringContent['revoked']): Replayed {
  const standing = keyring.special();
  const erased = new Set(standing.filter((entry) => entry.standing === 'erased').map(({ pseudonym }) => pseudonym));
  const known = new Set(keyring.pseudonyms().filter((pseudonym) => !erased.has(pseudonym)));
  const gone = pseudonymsIn(people).filter((pseudonym) => !known.has(pseudonym));
  removePeople(people, gone);
  const ended = standing.filter(({ faceEndedAt, standing: now }) => faceEndedAt !== undefined || now !== 'held');
  const templates = removeTemplates(
    people,
    ended.map(({ pseudonym }) => pseudonym),
  );
  const removed = inTransaction(people.identities, () => {
    const remove = people.identities.prepare('DELETE FROM credentials WHERE id = ?');
    return revoked.reduce((count, { credential }) => count + remove.run(credential).changes, 0);
  });
  for (const file of [people.biometrics, people.identities]) emptyWal(file);
  return { erased: gone.length, templates, revoked: removed };
}

/** Everybody who has any row. */
function pseudonymsIn({ biometrics, identities }: RestoredPeople): Pseudonym[] {
  const found = new Set<Pseudonym>();
  for (const file of [biometrics, identities]) {
    for (const table of tablesOfPeople(file)) {
      const rows = file
        .prepare<[], Pseudonym>(`SELECT DISTINCT ${idText('pseudonym')} FROM ${table}`)
        .pluck()
        .all();
      for (const pseudonym of rows) found.add(pseudonym);
    }
  }
  return [...found];
}

/** Every row of these people, whatever tables there are. */
export function removePeople({ biometrics, identities }: RestoredPeople, people: readonly Pseudonym[]): void {
  if (people.length === 0) return;
  for (const file of [biometrics, identities]) {
    inTransaction(file, () => {
      // Rows that stand on each other go together: what order they go in does not matter then.
      file.pragma('defer_foreign_keys = ON');
      for (const table of tablesOfPeople(file)) {
        const remove = file.prepare(`DELETE FROM ${table} WHERE pseudonym = ?`);
        for (const pseudonym of people) remove.run(idBytes(pseudonym));
      }
    });
    emptyWal(file);
  }
}

/** How many there were. */
export function removeTemplates({ biometrics }: RestoredPeople, people: readonly Pseudonym[]): number {
  const remove = biometrics.prepare('DELETE FROM templates WHERE pseudonym = ?');
  return inTransaction(biometrics, () =>
    people.reduce((count, pseudonym) => count + remove.run(idBytes(pseudonym)).changes, 0),
  );
}

const tablesOfPeople = (file: Sqlite): string[] =>
  file
    .prepare<[], string>(
      `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND c.name = 'pseudonym' ORDER BY m.name`,
    )
    .pluck()
    .all();
