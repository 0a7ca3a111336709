import { randomBytes } from 'node:crypto';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { idText } from '../files/randomId.ts';
import type { Sqlite } from '../files/openDatabase.ts';
import type { BlockFile, BlockKeys } from '../keys/blockFile.ts';
import { KeyBlock, PEOPLE_IN_A_BLOCK } from '../keys/keyBlock.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { unseal } from '../vault/seal.ts';

interface KeysOfVersion1 {
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
function personKeysOfVersion1(database: Sqlite, key: Uint8Array): KeysOfVersion1[] {
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

/** Empties the rows of version 1 into blocks, within the caller's transaction; the keys of the blocks go into `keys`. */
export function moveIntoBlocks(
  { database, version1Key }: { readonly database: Sqlite; readonly version1Key: Uint8Array },
  file: BlockFile,
  keys: BlockKeys,
): void {
  const people = personKeysOfVersion1(database, version1Key);
  for (let number = 1; people.length > 0; number++) {
    using block = new KeyBlock();
    for (const person of people.splice(0, PEOPLE_IN_A_BLOCK)) {
      block.add(person.pseudonym, person);
      for (const key of [person.biometric, person.record]) key?.fill(0);
    }
    const key = randomBytes(KEY_BYTES);
    file.write(number, key, block);
    keys.set(number, key);
  }
  database.exec('DELETE FROM person_keys');
}
