import type { Pseudonym } from '#core/kernel/ids.ts';
import { idText } from '../files/randomId.ts';
import type { Sqlite } from '../files/openDatabase.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { unseal } from '../vault/seal.ts';

export interface KeysOfVersion1 {
  readonly pseudonym: Pseudonym;
  readonly biometric: Buffer | undefined;
  readonly record: Buffer | undefined;
}

interface Row {
  readonly pseudonym: Pseudonym;
  readonly format: number;
  readonly biometric: Buffer | null;
  readonly record: Buffer | null;
}

/**
 * The keys that version 1 of the keyring held, each sealed by itself, for the caller to overwrite. A key that does not
 * open is left out: what it sealed could not be read before either.
 */
export function personKeysOfVersion1(database: Sqlite, key: Uint8Array): KeysOfVersion1[] {
  const sealing = keyObject(key);
  const rows = database
    .prepare<[], Row>(`SELECT ${idText('pseudonym')}, format, biometric, record FROM person_keys ORDER BY rowid`)
    .all();
  const opened = ({ pseudonym, format, ...sealed }: Row, kind: 'biometric' | 'record'): Buffer | undefined => {
    const row = sealed[kind];
    const content = row === null ? undefined : unseal(sealing, ['person key', kind, pseudonym, format], row);
    return content?.length === KEY_BYTES ? content : undefined;
  };
  return rows.map((row) => ({
    pseudonym: row.pseudonym,
    biometric: opened(row, 'biometric'),
    record: opened(row, 'record'),
  }));
}

export function forgetVersion1(database: Sqlite): void {
  database.exec('DELETE FROM person_keys');
}
