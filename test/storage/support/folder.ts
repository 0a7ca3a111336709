import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthReport } from '#core/ports/health.ts';
import type { DatabaseFile } from '#storage/files/folderMarker.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { openStorage, type Storage, type StorageOptions } from '#storage/openStorage.ts';
import { MIGRATIONS, Vault } from '#storage/thread/vault.ts';
import { epochOf } from './epochs.ts';
import { secret } from './people.ts';

/** A data folder of a test with its master secret; what is opened through it is closed with it. */
export class TestFolder implements AsyncDisposable {
  readonly path: string;
  readonly master = secret();
  readonly reports: HealthReport[] = [];
  readonly #open = new Set<Storage>();

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'lintel-storage-'));
  }

  async open(differs: Partial<StorageOptions> = {}): Promise<Storage> {
    const report = (line: HealthReport): void => void this.reports.push(line);
    const storage = await openStorage({
      folder: this.path,
      simulated: true,
      master: this.master,
      epoch: epochOf(this.path),
      report,
      ...differs,
    });
    this.#open.add(storage);
    return storage;
  }

  /** The same without a thread of its own: quicker to open, and it can be killed at a chosen step. */
  vault(): Vault {
    const report = (line: HealthReport): void => void this.reports.push(line);
    return new Vault({
      folder: this.path,
      simulated: true,
      master: this.master,
      epoch: epochOf(this.path),
      maxPages: {},
      report,
    });
  }

  /** The bare database, here or in a copy of the folder, as somebody who holds the file key would open it. */
  database(file: DatabaseFile, folder = this.path): Sqlite & Disposable {
    using cabinet = openCabinet(folder, this.master);
    const options = {
      folder,
      file,
      keys: cabinet.fileKeys(file),
      migrations: MIGRATIONS[file],
      pageBytes: 4_096,
      mayMake: false,
    };
    const database = openDatabase(options);
    return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
  }

  /** Every file, with its bytes. */
  files(): { readonly name: string; readonly bytes: Buffer }[] {
    return readdirSync(this.path).map((name) => ({ name, bytes: readFileSync(join(this.path, name)) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const storage of this.#open) await storage.close();
    rmSync(this.path, { recursive: true, force: true });
    rmSync(epochOf(this.path).path, { force: true });
  }
}
