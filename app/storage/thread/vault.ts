import { mkdirSync } from 'node:fs';
import type { HealthReport } from '#core/ports/health.ts';
import { OWN_FOLDER, syncFolder } from '../files/atomicFile.ts';
import { FolderLock } from '../files/folderLock.ts';
import { FolderMarker, type DatabaseFile } from '../files/folderMarker.ts';
import { emptyWal, openDatabase, type Sqlite } from '../files/openDatabase.ts';
import type { Migration } from '../files/migrate.ts';
import { diskFault } from '../files/diskFault.ts';
import { createEpochStore, type EpochPlace } from '../keys/epochPlace.ts';
import { biometrics0001 } from '../migrations/biometrics0001.ts';
import { identities0001 } from '../migrations/identities0001.ts';
import { journal0001 } from '../migrations/journal0001.ts';
import { keyring0001 } from '../migrations/keyring0001.ts';
import { keyring0002 } from '../migrations/keyring0002.ts';
import { JournalFile } from '../journal/journalFile.ts';
import { Keyring } from '../stores/keyring.ts';
import { People } from '../stores/people.ts';
import { deriveKey } from '../vault/derivedKeys.ts';

export interface VaultOptions {
  readonly folder: string;
  readonly simulated: boolean;
  readonly master: Uint8Array;
  /** Where the epoch secret lies: outside the folder, and outside every backup. */
  readonly epoch: EpochPlace;
  readonly maxPages: Partial<Record<DatabaseFile, number>>;
  readonly report: (line: HealthReport) => void;
}

export const MIGRATIONS: Record<DatabaseFile, readonly Migration[]> = {
  'keyring.db': [keyring0001, keyring0002],
  'biometrics.db': [biometrics0001],
  'identities.db': [identities0001],
  'journal.db': [journal0001],
};

/** Three rows of a template fit into 8 KiB and only one into SQLite's usual 4 KiB. */
const PAGE_BYTES: Record<DatabaseFile, number> = {
  'keyring.db': 4_096,
  'biometrics.db': 8_192,
  'identities.db': 4_096,
  'journal.db': 4_096,
};

/** The whole data folder, open. For one thread. */
export class Vault implements Disposable {
  readonly people: People;
  readonly journal: JournalFile;
  readonly #files: readonly Sqlite[];
  readonly #open: DisposableStack;

  /** @throws Fault `key` or `storage` where the folder cannot be opened; no data is changed then. */
  constructor(options: VaultOptions) {
    using open = new DisposableStack();
    const parts = named(`data folder ${options.folder}`, () => openAll(options, open));
    this.people = parts.people;
    this.journal = parts.journal;
    this.#files = parts.files;
    this.#open = open.move();
  }

  /** Empties the WALs, closes the files, overwrites the keys, lets go of the folder. */
  [Symbol.dispose](): void {
    try {
      for (const file of this.#files) emptyWal(file);
    } finally {
      this.#open.dispose();
    }
  }
}

interface VaultParts {
  readonly people: People;
  readonly journal: JournalFile;
  readonly files: readonly Sqlite[];
}

/** Opens everything in its order, the lock first, and leaves to `open` what is to be closed. */
function openAll(options: VaultOptions, open: DisposableStack): VaultParts {
  mkdirSync(options.folder, { recursive: true, mode: OWN_FOLDER });
  open.use(new FolderLock(options.folder));
  const marker = new FolderMarker(options.folder, options.master, options.simulated);
  const mayMake = marker.claim(options.folder);
  const database = (file: DatabaseFile): Sqlite => {
    const { folder, master } = options;
    const migrations = MIGRATIONS[file];
    const opened = openDatabase({
      folder,
      file,
      master,
      migrations,
      pageBytes: PAGE_BYTES[file],
      mayMake,
      maxPages: options.maxPages[file],
    });
    open.defer(() => void opened.close());
    return opened;
  };
  const files = {
    keyring: database('keyring.db'),
    biometrics: database('biometrics.db'),
    identities: database('identities.db'),
  };
  const journal = database('journal.db');
  if (mayMake) {
    syncFolder(options.folder);
    marker.complete();
  }
  const version1Key = deriveKey(options.master, 'keyring');
  const epochs = createEpochStore(options.epoch);
  const keyring = open.use(new Keyring({ database: files.keyring, epochs, version1Key }));
  version1Key.fill(0);
  return {
    people: new People(files, keyring, options.report),
    journal: new JournalFile(journal, options.simulated, keyring.recordKeys),
    files: [...Object.values(files), journal],
  };
}

/** Does `act`; what SQLite throws becomes a fault that says where. */
export function named<Result>(thing: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw diskFault('storage', thing, error);
  }
}
