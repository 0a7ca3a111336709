/** identities.db, version 1: cardholders and their credentials. Nothing stands in clear but random ids. */
export function identities0001(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE cardholders (
      pseudonym BLOB NOT NULL PRIMARY KEY CHECK (length(pseudonym) = 16),
      format INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
    CREATE TABLE credentials (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      pseudonym BLOB NOT NULL REFERENCES cardholders (pseudonym),
      format INTEGER NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
    CREATE INDEX credentials_by_pseudonym ON credentials (pseudonym);
  `);
}
