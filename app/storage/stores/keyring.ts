import { randomBytes, type KeyObject } from 'node:crypto';
import type { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { idBytes, idText } from '../files/randomId.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { PersonKeys } from '../vault/personKeys.ts';
import { damagedRow, seal, unseal, type SealedAs } from '../vault/seal.ts';

const FORMAT = 1;

/** Two keys a person: the biometric one dies with the consent, the record one with the last legal minimum. */
export interface FreshKeys extends Disposable {
  readonly biometric: KeyObject;
  readonly record: KeyObject;
  readonly recordBytes: Uint8Array;
}

interface KeyRow {
  readonly pseudonym: Pseudonym;
  readonly format: number;
  readonly sealed: Buffer;
}

type KeyKind = 'biometric' | 'record';

/** Whose keys lie sealed in keyring.db. The record keys are in memory, for the journal; the biometric ones only while templates are read. */
export class Keyring implements Disposable {
  readonly recordKeys = new PersonKeys();
  readonly #database: Sqlite;
  readonly #insert: Statement;
  readonly #key: KeyObject;

  constructor(database: Sqlite, key: Uint8Array) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO person_keys (pseudonym, format, biometric, record) VALUES (?, ?, ?, ?)',
    );
    this.#key = keyObject(key);
  }

  /** Reads every record key into memory. A row that does not open is told to `damaged`, and its person has no key. */
  unlock(damaged: (pseudonym: Pseudonym, fault: Fault) => void): void {
    this.#readAll('record', this.recordKeys, damaged);
  }

  /** Every biometric key, for reading all templates at once; the caller disposes of them. */
  biometricKeys(damaged: (pseudonym: Pseudonym, fault: Fault) => void): PersonKeys {
    const keys = new PersonKeys();
    this.#readAll('biometric', keys, damaged);
    return keys;
  }

  /** Makes and seals the keys of a new person. They count only once the others' rows are committed: see `admit`. */
  make(pseudonym: Pseudonym): FreshKeys {
    const biometric = randomBytes(KEY_BYTES);
    const record = randomBytes(KEY_BYTES);
    this.#insert.run(
      idBytes(pseudonym),
      FORMAT,
      seal(this.#key, sealedAs(pseudonym, 'biometric', FORMAT), biometric),
      seal(this.#key, sealedAs(pseudonym, 'record', FORMAT), record),
    );
    const keys = { biometric: keyObject(biometric), record: keyObject(record), recordBytes: record };
    biometric.fill(0);
    return { ...keys, [Symbol.dispose]: () => void record.fill(0) };
  }

  admit(pseudonym: Pseudonym, keys: FreshKeys): void {
    this.recordKeys.add(pseudonym, keys.recordBytes);
  }

  /** People who have keys, whether or not anything else is known of them. */
  pseudonyms(): Pseudonym[] {
    return this.#database
      .prepare<[], Pseudonym>(`SELECT ${idText('pseudonym')} FROM person_keys`)
      .pluck()
      .all();
  }

  destroy(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM person_keys WHERE pseudonym = ?').run(idBytes(pseudonym));
  }

  [Symbol.dispose](): void {
    this.recordKeys[Symbol.dispose]();
  }

  #readAll(kind: KeyKind, into: PersonKeys, damaged: (pseudonym: Pseudonym, fault: Fault) => void): void {
    const sql = `SELECT ${idText('pseudonym')}, format, ${kind} AS sealed FROM person_keys WHERE ${kind} IS NOT NULL`;
    for (const { pseudonym, ...row } of this.#database.prepare<[], KeyRow>(sql).iterate()) {
      const key = unseal(this.#key, sealedAs(pseudonym, kind, row.format), row.sealed);
      if (key?.length === KEY_BYTES) into.add(pseudonym, key);
      else
        damaged(
          pseudonym,
          damagedRow({ file: 'keyring.db', table: 'person_keys', row: pseudonym }, `a ${kind} key that does not open`),
        );
      key?.fill(0);
    }
  }
}

const sealedAs = (pseudonym: Pseudonym, kind: KeyKind, format: number): SealedAs => [
  'person key',
  kind,
  pseudonym,
  format,
];
