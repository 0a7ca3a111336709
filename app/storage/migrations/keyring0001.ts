/** keyring.db, version 1: two keys a person, each sealed under the keyring's key. A key that is destroyed is NULL. */
export function keyring0001(database: { exec(sql: string): unknown }): void {
  database.exec(`
    CREATE TABLE person_keys (
      pseudonym BLOB NOT NULL PRIMARY KEY CHECK (length(pseudonym) = 16),
      format INTEGER NOT NULL,
      biometric BLOB,
      record BLOB
    ) STRICT;
  `);
}
