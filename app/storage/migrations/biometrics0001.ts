/** biometrics.db, version 1: templates, and the consents that they stand on, of the same person. */
export function biometrics0001(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE consents (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 16),
      format INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      UNIQUE (pseudonym, id)
    ) STRICT;
    CREATE TABLE templates (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 16),
      consent BLOB NOT NULL,
      format INTEGER NOT NULL,
      model TEXT NOT NULL,
      sealed BLOB NOT NULL,
      FOREIGN KEY (pseudonym, consent) REFERENCES consents (pseudonym, id)
    ) STRICT;
    CREATE INDEX templates_by_consent ON templates (pseudonym, consent);
  `);
}
