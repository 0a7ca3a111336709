import Database from 'better-sqlite3';
import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { OWN_FILE } from './atomicFile.ts';
import type { DatabaseFile } from './folderMarker.ts';
import { migrate, type Migration } from './migrate.ts';
import { diskFault, sqliteCode } from './diskFault.ts';

export type Sqlite = Database.Database;
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = Database.Statement<Parameters, Row>;

export interface DatabaseOptions {
  readonly folder: string;
  readonly file: DatabaseFile;
  /**
   * What the file may be sealed under, 32 bytes each, in the order in which they are tried; a new file is sealed under the
   * first. More than one while a key is changed. The caller overwrites them.
   */
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
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
  const [key, ...others] = options.keys;
  try {
    return openUnder(key, path, options);
  } catch (error) {
    // What a change of key left half done lies behind the key that was in use: it is tried first.
    if (sqliteCode(error) === 'SQLITE_NOTADB')
      for (const other of others) return openedUnder(other, path, options) ?? refuse(path, error);
    return refuse(path, error);
  }
}

const refuse = (path: string, error: unknown): never => {
  throw diskFault('storage', path, error);
};

function openedUnder(key: Uint8Array, path: string, options: DatabaseOptions): Sqlite | undefined {
  try {
    return openUnder(key, path, options);
  } catch (error) {
    if (sqliteCode(error) === 'SQLITE_NOTADB') return undefined;
    return refuse(path, error);
  }
}

function openUnder(key: Uint8Array, path: string, options: DatabaseOptions): Sqlite {
  const database = new Database(path, { timeout: 0 });
  try {
    unlock(database, key, options.pageBytes);
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
    throw error;
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
  rekey(key: Buffer): number;
}

const encrypts = (database: object): database is Encrypting => 'key' in database && typeof database.key === 'function';

function unlock(database: Sqlite, key: Uint8Array, pageBytes: number): void {
  assert(encrypts(database), 'better-sqlite3 is the build that encrypts: see package.json');
  database.pragma("cipher = 'aegis'");
  database.pragma("algorithm = 'aegis-256'");
  database.pragma(`page_size = ${pageBytes}`);
  // As bytes and not in a PRAGMA's text: a string cannot be overwritten.
  const raw = rawKey(key);
  database.key(raw);
  raw.fill(0);
}

/**
 * Seals every page anew under another key, in its place: all of them or none, also where it is cut off. Takes as long as
 * writing the file. The old pages go into a rollback journal whose room was taken beforehand: a disk that is full shows
 * before anything is changed. It must not show later, because the cipher would roll back under the wrong key.
 * @throws what the file system throws where there is no room for as much again
 */
export function changeKey(database: Sqlite, key: Uint8Array): void {
  assert(encrypts(database), 'better-sqlite3 is the build that encrypts: see package.json');
  const journal = `${database.name}-journal`;
  emptyWal(database);
  // The cipher changes its key within a rollback journal only.
  database.pragma('journal_mode = DELETE');
  try {
    writeZeros(journal, rollbackBytes(database));
    database.pragma('journal_mode = PERSIST');
    const raw = rawKey(key);
    try {
      database.rekey(raw);
    } finally {
      raw.fill(0);
    }
    writeZeros(journal, statSync(journal).size);
  } finally {
    database.pragma('journal_mode = WAL');
  }
}

/** What SQLite writes before each page, and, rounded up, the headers between them. */
const RECORD_BYTES = 8;
const HEADERS_SHARE = 1.05;
const HEADERS_BYTES_MIN = 1024 * 1024;

function rollbackBytes(database: Sqlite): number {
  const [pages, bytes] = ['page_count', 'page_size'].map((name) => Number(database.pragma(name, { simple: true })));
  return Math.ceil((pages ?? 0) * ((bytes ?? 0) + RECORD_BYTES) * HEADERS_SHARE) + HEADERS_BYTES_MIN;
}

const ZEROS_AT_ONCE = 2 * 1024 * 1024;

/** Over whatever lies there, and on the disk; without the room for it the file is emptied: SQLite has it open. */
function writeZeros(path: string, bytes: number): void {
  const zeros = Buffer.alloc(Math.min(bytes, ZEROS_AT_ONCE));
  const handle = openSync(path, constants.O_WRONLY | constants.O_CREAT, OWN_FILE);
  try {
    for (let at = 0; at < bytes;) at += writeSync(handle, zeros, 0, Math.min(zeros.length, bytes - at), at);
    fsyncSync(handle);
  } catch (error) {
    ftruncateSync(handle);
    throw error;
  } finally {
    closeSync(handle);
  }
}

const rawKey = (key: Uint8Array): Buffer => Buffer.concat([Buffer.from('raw:'), key]);

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
