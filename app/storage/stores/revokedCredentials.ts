import type { CredentialId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Sqlite } from '../files/openDatabase.ts';
import { idBytes, idText } from '../files/randomId.ts';

/** A card or PIN that must open nothing, whatever a backup says. */
export interface RevokedCredential {
  readonly credential: CredentialId;
  readonly at: WallTime;
}

/** Random ids in keyring.db, which say nothing about anybody; their records may still lie in backups. */
export class RevokedCredentials {
  readonly #database: Sqlite;

  constructor(database: Sqlite) {
    this.#database = database;
  }

  /** Remembers it for good. Once more is no error, and the first moment stands. */
  add({ credential, at }: RevokedCredential): void {
    this.#database
      .prepare('INSERT OR IGNORE INTO revoked (credential, at) VALUES (?, ?)')
      .run(idBytes(credential), Math.round(at));
  }

  has(credential: CredentialId): boolean {
    return this.#database.prepare('SELECT 1 FROM revoked WHERE credential = ?').get(idBytes(credential)) !== undefined;
  }

  all(): RevokedCredential[] {
    return this.#database
      .prepare<[], { credential: CredentialId; at: number }>(`SELECT ${idText('credential')}, at FROM revoked`)
      .all()
      .map(({ credential, at }) => ({ credential, at: wallTime(at) }));
  }
}
