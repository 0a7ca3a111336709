import type { KeyObject } from 'node:crypto';
import type { Cardholder } from '#core/access/credential.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { ID_BYTES, idBytes, idText } from '../files/randomId.ts';
import { IdPlaces } from '../vault/idPlaces.ts';
import type { SealedAs } from '../vault/seal.ts';
import { CardholderRow } from './records.ts';
import { sealJson, unsealJson } from './sealedJson.ts';

const FORMAT = 1;

export interface SealedCardholder {
  readonly position: number;
  readonly pseudonym: Pseudonym;
  readonly format: number;
  readonly sealed: Buffer;
}

/** Cardholders in identities.db, each sealed with that person's record key. A person is enrolled once this row stands. */
export class Cardholders {
  readonly #database: Sqlite;
  readonly #insert: Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO cardholders (pseudonym, format, sealed) VALUES (?, ?, ?)');
  }

  add(key: KeyObject, { pseudonym, ...content }: Cardholder): void {
    this.#insert.run(idBytes(pseudonym), FORMAT, sealJson(key, sealedAs(pseudonym, FORMAT), content));
  }

  has(pseudonym: Pseudonym): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM cardholders WHERE pseudonym = ?').get(idBytes(pseudonym)) !== undefined
    );
  }

  remove(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM cardholders WHERE pseudonym = ?').run(idBytes(pseudonym));
  }

  /** Everybody who has a row. */
  enrolled(): IdPlaces<Pseudonym> {
    // One blob, as the rows of a page: a value of each person would cost more than its bytes.
    const all = this.#database.prepare<[], Buffer>(`SELECT CAST(group_concat(pseudonym, '') AS BLOB) FROM cardholders`);
    const bytes = all.pluck().get() ?? Buffer.alloc(0);
    const people = new IdPlaces<Pseudonym>();
    for (let at = 0; at < bytes.length; at += ID_BYTES) people.add(bytes, at);
    return people;
  }

  pseudonyms(): Pseudonym[] {
    return this.#database
      .prepare<[], Pseudonym>(`SELECT ${idText('pseudonym')} FROM cardholders`)
      .pluck()
      .all();
  }

  /** At most `limit` rows behind `position`, in order of position. */
  page(position: number, limit: number): SealedCardholder[] {
    return this.#database
      .prepare<[number, number], SealedCardholder>(
        `SELECT rowid AS position, ${idText('pseudonym')}, format, sealed FROM cardholders WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      )
      .all(position, limit);
  }

  /** @throws Fault `storage` */
  static open(key: KeyObject | undefined, row: Omit<SealedCardholder, 'position'>): Cardholder {
    const { pseudonym } = row;
    const content = unsealJson(key, {
      sealedAs: sealedAs(pseudonym, row.format),
      sealed: row.sealed,
      place: { file: 'identities.db', table: 'cardholders', row: pseudonym },
      shape: CardholderRow,
    });
    return { pseudonym, ...content };
  }
}

const sealedAs = (pseudonym: Pseudonym, format: number): SealedAs => ['cardholder', pseudonym, format];
