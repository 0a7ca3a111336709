/**
 * keyring.db, version 2: people's keys lie in blocks, each sealed under a key of its own, and the keys of all blocks in
 * one list, sealed under the epoch secret. `person_keys` of version 1 is emptied into the blocks at the first start.
 */
export function keyring0002(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE key_blocks (
      block INTEGER NOT NULL PRIMARY KEY,
      format INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
    CREATE TABLE key_list (
      one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
      format INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
  `);
}
