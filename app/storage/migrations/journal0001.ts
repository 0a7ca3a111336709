/** journal.db, version 1. `event` holds nothing of a person; `subject` is sealed with that person's record key. */
export function journal0001(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE entries (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
      format INTEGER NOT NULL,
      at INTEGER NOT NULL,
      simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
      event TEXT NOT NULL,
      subject BLOB
    ) STRICT;
  `);
}
