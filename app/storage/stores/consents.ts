import type { KeyObject } from 'node:crypto';
import type { ConsentId, Pseudonym } from '#core/kernel/ids.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { idBytes, idText } from '../files/randomId.ts';
import type { SealedAs } from '../vault/seal.ts';
import { ConsentRow } from './records.ts';
import { sealJson, unsealJson } from './sealedJson.ts';

const FORMAT = 1;

interface SealedConsent {
  readonly id: ConsentId;
  readonly format: number;
  readonly sealed: Buffer;
}

/** Consents in biometrics.db, by pseudonym; what was agreed to is sealed with the person's record key. */
export class Consents {
  readonly #database: Sqlite;
  readonly #insert: Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO consents (id, pseudonym, format, sealed) VALUES (?, ?, ?, ?)');
  }

  add(key: KeyObject, { id, pseudonym, ...content }: Consent): void {
    this.#insert.run(
      idBytes(id),
      idBytes(pseudonym),
      FORMAT,
      sealJson(key, sealedAs({ id, pseudonym }, FORMAT), content),
    );
  }

  /** Newest first. @throws Fault `storage` for a row that does not open. */
  of(key: KeyObject | undefined, pseudonym: Pseudonym): Consent[] {
    const rows = this.#database
      .prepare<[Buffer], SealedConsent>(`SELECT ${idText('id')}, format, sealed FROM consents WHERE pseudonym = ?`)
      .all(idBytes(pseudonym));
    return rows.map((row) => open(key, pseudonym, row)).toSorted((a, b) => b.givenAt - a.givenAt);
  }

  /** At most `limit` rows behind `position`, in order of position. */
  page(
    position: number,
    limit: number,
  ): (SealedConsent & { readonly position: number; readonly pseudonym: Pseudonym })[] {
    return this.#database
      .prepare<[number, number], SealedConsent & { position: number; pseudonym: Pseudonym }>(
        `SELECT rowid AS position, ${idText('id')}, ${idText('pseudonym')}, format, sealed FROM consents
         WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      )
      .all(position, limit);
  }

  remove(id: ConsentId): void {
    this.#database.prepare('DELETE FROM consents WHERE id = ?').run(idBytes(id));
  }

  /** @throws Fault `storage` for a row that does not open. */
  static open(key: KeyObject | undefined, row: SealedConsent & { readonly pseudonym: Pseudonym }): Consent {
    return open(key, row.pseudonym, row);
  }

  /** Was ever a consent given? */
  has(pseudonym: Pseudonym): boolean {
    return this.#database.prepare('SELECT 1 FROM consents WHERE pseudonym = ?').get(idBytes(pseudonym)) !== undefined;
  }

  removeOf(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM consents WHERE pseudonym = ?').run(idBytes(pseudonym));
  }
}

function open(key: KeyObject | undefined, pseudonym: Pseudonym, row: SealedConsent): Consent {
  const ids = { id: row.id, pseudonym };
  const content = unsealJson(key, {
    sealedAs: sealedAs(ids, row.format),
    sealed: row.sealed,
    place: { file: 'biometrics.db', table: 'consents', row: ids.id },
    shape: ConsentRow,
  });
  return { ...ids, ...content };
}

const sealedAs = (ids: { readonly id: ConsentId; readonly pseudonym: Pseudonym }, format: number): SealedAs => [
  'consent',
  ids.pseudonym,
  ids.id,
  format,
];
