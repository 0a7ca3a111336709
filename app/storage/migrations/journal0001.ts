/**
 * journal.db, version 1: see app/storage/journal/FORMAT.md. `event` holds nothing of a person; `subject` is sealed with
 * that person's record key, and may go before its entry, which holds its hash. `kind` and `place` are read out of `event`, for searching.
 */
export function journal0001(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE journal (
      one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
      id BLOB NOT NULL CHECK (length(id) = 16)
    ) STRICT;
    CREATE TABLE entries (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
      version INTEGER NOT NULL,
      at INTEGER NOT NULL,
      simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
      event TEXT NOT NULL,
      subject BLOB,
      subject_hash BLOB CHECK (subject_hash IS NULL OR length(subject_hash) = 32),
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      kind TEXT GENERATED ALWAYS AS (iif(json_valid(event), event ->> '$.kind', NULL)) VIRTUAL,
      place TEXT GENERATED ALWAYS AS (
        iif(json_valid(event), coalesce(event ->> '$.accessPoint', event ->> '$.door'), NULL)
      ) VIRTUAL
    ) STRICT;
    CREATE INDEX entries_by_at ON entries (at);
    CREATE INDEX entries_by_kind ON entries (kind, at);
    CREATE INDEX entries_by_place ON entries (place, at) WHERE place IS NOT NULL;
    CREATE TABLE checkpoints (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
      at INTEGER NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      key BLOB NOT NULL CHECK (length(key) = 32),
      signature BLOB NOT NULL CHECK (length(signature) = 64)
    ) STRICT;
    CREATE TABLE segments (
      first INTEGER NOT NULL PRIMARY KEY CHECK (first > 0),
      last INTEGER NOT NULL UNIQUE CHECK (last >= first),
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      removed_at INTEGER NOT NULL,
      key BLOB NOT NULL CHECK (length(key) = 32),
      signature BLOB NOT NULL CHECK (length(signature) = 64)
    ) STRICT;
    CREATE TABLE subjects_removed (
      one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
      last INTEGER NOT NULL CHECK (last > 0),
      removed_at INTEGER NOT NULL,
      key BLOB NOT NULL CHECK (length(key) = 32),
      signature BLOB NOT NULL CHECK (length(signature) = 64)
    ) STRICT;
  `);
}
