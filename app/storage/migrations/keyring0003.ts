/**
 * keyring.db, version 3: credentials that were revoked, by their random ids, and when. They stand here and not with the
 * other records, which come back from a backup: a restore asks this list first.
 */
export function keyring0003(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE revoked (
      credential BLOB NOT NULL PRIMARY KEY CHECK (length(credential) = 16),
      at INTEGER NOT NULL
    ) STRICT;
  `);
}
