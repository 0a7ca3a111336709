import type Database from 'better-sqlite3';
import { Fault } from '#core/kernel/fault.ts';

/** A migration is frozen once it has shipped: it imports nothing of ours and is never changed, only followed by another. */
export type Migration = (database: { exec(sql: string): unknown }) => void;

/**
 * Brings a database to the newest version, each step in a transaction of its own together with its number.
 * @throws Fault `storage` for a database that is newer than this program.
 */
export function migrate(database: Database.Database, path: string, migrations: readonly Migration[]): void {
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found > migrations.length) {
    throw new Fault('storage', {
      thing: path,
      found: `version ${found}`,
      expected: `at most version ${migrations.length}: the data is of a newer program, which has to be installed again`,
    });
  }
  for (const [index, step] of migrations.entries()) {
    if (index < found) continue;
    database.transaction(() => {
      step(database);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}
