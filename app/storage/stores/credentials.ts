import type { KeyObject } from 'node:crypto';
import type { Credential } from '#core/access/credential.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { idBytes, idText } from '../files/randomId.ts';
import type { SealedAs } from '../vault/seal.ts';
import { CredentialRow } from './records.ts';
import { sealJson, unsealJson } from './sealedJson.ts';

const FORMAT = 1;

export interface SealedCredential {
  readonly position: number;
  readonly id: CredentialId;
  readonly pseudonym: Pseudonym;
  readonly format: number;
  readonly sealed: Buffer;
}

/** Cards and PINs in identities.db, each sealed with its holder's record key. Numbers are looked up in memory only. */
export class Credentials {
  readonly #database: Sqlite;
  readonly #insert: Statement;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO credentials (id, pseudonym, format, sealed) VALUES (?, ?, ?, ?)');
  }

  add(key: KeyObject, { id, pseudonym, ...content }: Credential): void {
    this.#insert.run(
      idBytes(id),
      idBytes(pseudonym),
      FORMAT,
      sealJson(key, sealedAs({ id, pseudonym }, FORMAT), content),
    );
  }

  has(id: CredentialId): boolean {
    return this.#database.prepare('SELECT 1 FROM credentials WHERE id = ?').get(idBytes(id)) !== undefined;
  }

  /** Removing what is not there is no error. */
  remove(id: CredentialId): void {
    this.#database.prepare('DELETE FROM credentials WHERE id = ?').run(idBytes(id));
  }

  removeOf(pseudonym: Pseudonym): void {
    this.#database.prepare('DELETE FROM credentials WHERE pseudonym = ?').run(idBytes(pseudonym));
  }

  /** At most `limit` rows behind `position`, in order of position. */
  page(position: number, limit: number): SealedCredential[] {
    return this.#database
      .prepare<[number, number], SealedCredential>(
        `SELECT rowid AS position, ${idText('id')}, ${idText('pseudonym')}, format, sealed FROM credentials
         WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      )
      .all(position, limit);
  }

  /** @throws Fault `storage` */
  static open(key: KeyObject | undefined, row: Omit<SealedCredential, 'position'>): Credential {
    const ids = { id: row.id, pseudonym: row.pseudonym };
    const content = unsealJson(key, {
      sealedAs: sealedAs(ids, row.format),
      sealed: row.sealed,
      place: { file: 'identities.db', table: 'credentials', row: ids.id },
      shape: CredentialRow,
    });
    return { ...ids, ...content };
  }
}

const sealedAs = (ids: { readonly id: CredentialId; readonly pseudonym: Pseudonym }, format: number): SealedAs => [
  'credential',
  ids.pseudonym,
  ids.id,
  format,
];
