import { randomBytes, type KeyObject } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { idBytes, pseudonymOf } from '../files/randomId.ts';
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
  readonly pseudonym: Buffer;
  readonly format: number;
  readonly biometric: Buffer | null;
  readonly record: Buffer | null;
}

type KeyKind = 'biometric' | 'record';

/** Whose keys lie sealed in keyring.db. The record keys are in memory, for the journal; the biometric ones are not. */
export class Keyring implements Disposable {
  readonly recordKeys = new PersonKeys();
  readonly #database: Sqlite;
  readonly #insert: Statement;
  readonly #biometricOf: Statement<[Buffer], KeyRow>;
  readonly #key: KeyObject;

  constructor(database: Sqlite, key: Uint8Array) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO person_keys (pseudonym, format, biometric, record) VALUES (?, ?, ?, ?)');
    this.#biometricOf = database.prepare(
      'SELECT pseudonym, format, biometric, NULL AS record FROM person_keys WHERE pseudonym = ?',
    );
    this.#key = keyObject(key);
  }

  /** Reads every record key into memory. A row that does not open is told to `damaged`, and its person has no key. */
  unlock(damaged: (pseudonym: Pseudonym, fault: Fault) => void): void {
    const rows = this.#database.prepare<[], KeyRow>('SELECT pseudonym, format, NULL AS biometric, record FROM person_keys');
    for (const row of rows.iterate()) {
      const pseudonym = pseudonymOf(row.pseudonym);
      try {
        const key = this.#open(pseudonym, 'record', row);
        if (key === undefined) continue;
        this.recordKeys.add(pseudonym, key);
        key.fill(0);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        damaged(pseudonym, error);
      }
    }
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

  /**
   * The biometric key of one person; undefined where there is none any more.
   * @throws Fault `storage` for a row that does not open.
   */
  biometricKey(pseudonym: Pseudonym): KeyObject | undefined {
    const row = this.#biometricOf.get(idBytes(pseudonym));
    const bytes = row === undefined ? undefined : this.#open(pseudonym, 'biometric', row);
    if (bytes === undefined) return undefined;
    const key = keyObject(bytes);
    bytes.fill(0);
    return key;
  }

  /** People who have keys, whether or not anything else is known of them. */
  pseudonyms(): Pseudonym[] {
    return this.#database.prepare<[], Buffer>('SELECT pseudonym FROM person_keys').pluck().all().map(pseudonymOf);
  }

  destroy(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM person_keys WHERE pseudonym = ?').run(idBytes(pseudonym));
  }

  [Symbol.dispose](): void {
    this.recordKeys[Symbol.dispose]();
  }

  #open(pseudonym: Pseudonym, kind: KeyKind, row: KeyRow): Buffer | undefined {
    const sealed = row[kind];
    if (sealed === null) return undefined;
    const key = unseal(this.#key, sealedAs(pseudonym, kind, row.format), sealed);
    if (key?.length === KEY_BYTES) return key;
    throw damagedRow({ file: 'keyring.db', table: 'person_keys', row: pseudonym }, `a ${kind} key that does not open`);
  }
}

const sealedAs = (pseudonym: Pseudonym, kind: KeyKind, format: number): SealedAs => ['person key', kind, pseudonym, format];
