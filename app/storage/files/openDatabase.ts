import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { deriveKey } from '../vault/derivedKeys.ts';
import { OWN_FILE } from './atomicFile.ts';
import type { DatabaseFile } from './folderMarker.ts';
import { migrate, type Migration } from './migrate.ts';
import { diskFault } from './diskFault.ts';

export type Sqlite = Database.Database;
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = Database.Statement<Parameters, Row>;

export interface DatabaseOptions {
  readonly folder: string;
  readonly file: DatabaseFile;
  readonly master: Uint8Array;
  readonly migrations: readonly Migration[];
  /** Bytes of a page, for a new file. */
  readonly pageBytes: number;
  /** May the file be made where there is none? */
  readonly mayMake: boolean;
  /** The file is taken to be full beyond it. */
  readonly maxPages?: number | undefined;
}

/** Kibibytes of pages that one database keeps in memory. */
const CACHE_KIB = 2_000;

/**
 * Opens one encrypted file. The cipher is AEGIS-256 with a fresh 256-bit nonce and a 256-bit tag for every page, bound
 * to the page's number: each page that is read, from the file or its WAL, is authenticated and a changed one is
 * SQLITE_CORRUPT. Not covered are the first 24 bytes of page 1 (a salt that a raw key does not use, and page size and
 * versions, which SQLite checks); rows carry their own AES-256-GCM. chacha20 and sqlcipher are authenticated as well and
 * were measured about three times slower at reading 10,000 templates; aes256cbc and rc4 are not authenticated.
 * @throws Fault `storage`
 */
export function openDatabase(options: DatabaseOptions): Sqlite {
  const path = join(options.folder, options.file);
  makeOrExpect(path, options);
  const database = new Database(path, { timeout: 0 });
  try {
    unlock(database, options);
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('secure_delete = ON');
    database.pragma('foreign_keys = ON');
    database.pragma('temp_store = MEMORY');
    database.pragma('trusted_schema = OFF');
    database.pragma(`cache_size = -${CACHE_KIB}`);
    if (options.maxPages !== undefined) database.pragma(`max_page_count = ${options.maxPages}`);
    migrate(database, path, options.migrations);
    return database;
  } catch (error) {
    database.close();
    throw diskFault('storage', path, error);
  }
}

function makeOrExpect(path: string, { mayMake }: DatabaseOptions): void {
  if (existsSync(path)) return;
  if (!mayMake) {
    const expected = 'the file that belongs to the others of this folder: restore it from a backup';
    throw new Fault('storage', { thing: path, found: 'no such file', expected });
  }
  closeSync(openSync(path, 'wx', OWN_FILE));
}

interface Encrypting {
  key(key: Buffer): number;
}

const encrypts = (database: object): database is Encrypting => 'key' in database && typeof database.key === 'function';

function unlock(database: Sqlite, { file, master, pageBytes }: DatabaseOptions): void {
  assert(encrypts(database), 'better-sqlite3 is the build that encrypts: see package.json');
  database.pragma("cipher = 'aegis'");
  database.pragma("algorithm = 'aegis-256'");
  database.pragma(`page_size = ${pageBytes}`);
  const key = deriveKey(master, `file ${file}`);
  // As bytes and not in a PRAGMA's text: a string cannot be overwritten.
  const raw = Buffer.concat([Buffer.from('raw:'), key]);
  database.key(raw);
  raw.fill(0);
  key.fill(0);
}

/** All of `act` or nothing of it. */
export function inTransaction<Result>(database: Sqlite, act: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite rolls back by itself where the disk is full; a second time would be an error of its own. */
export function rollBack(database: Sqlite): void {
  if (database.inTransaction) database.exec('ROLLBACK');
}

/** Takes what was overwritten out of the WAL too. */
export function emptyWal(database: Sqlite): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
}
