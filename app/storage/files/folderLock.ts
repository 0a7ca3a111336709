import Database from 'better-sqlite3';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import { sqliteCode, diskFault } from './diskFault.ts';

export const LOCK_FILE = 'lock';
/** Two starts at the same instant can get in each other's way for a moment; whoever waits this long has lost. */
const LOCK_WAIT_MS_MAX = 500;

/**
 * Holds the data folder for this process. It is SQLite's lock on an empty file, which the kernel takes away with the
 * process, also after kill -9. Beware: a program that opens and closes this file itself, within this process, ends the lock.
 */
export class FolderLock implements Disposable {
  readonly #file: Database.Database;

  /** @throws Fault `folder` where another start holds it; Fault `storage` where it cannot be told. */
  constructor(folder: string) {
    this.#file = new Database(join(folder, LOCK_FILE), { timeout: LOCK_WAIT_MS_MAX });
    try {
      this.#file.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#file.close();
      if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true)
        throw diskFault('storage', join(folder, LOCK_FILE), error);
      throw new Fault('folder', {
        thing: `data folder ${folder}`,
        found: 'another gate that runs on it',
        expected: 'one start at a time: stop the other one first',
      });
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
