import { join } from 'node:path';
import { monotonic, wallTime, type WallTime } from '#core/kernel/units.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import { EPOCH_SECRETS_MAX } from '#core/ports/epochStore.ts';
import type { RootPlace } from '#core/config/terminalConfig.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { ErasureReport } from '#core/privacy/erasureReport.ts';
import type { EscrowState } from '#core/privacy/receipt.ts';
import { makeFolder, syncFolder } from '../files/atomicFile.ts';
import { LockedMemory } from '#platform/lockedMemory.ts';
import { FolderLock } from '../files/folderLock.ts';
import { FolderMarker, type DatabaseFile } from '../files/folderMarker.ts';
import { emptyWal, openDatabase, type Sqlite } from '../files/openDatabase.ts';
import { MIGRATIONS, PAGE_BYTES } from '../files/databases.ts';
import { diskFault } from '../files/diskFault.ts';
import { openCabinet, type Cabinet } from '../keys/cabinet.ts';
import { createEpochStore, type EpochPlace } from '../keys/epochPlace.ts';
import { clearWork, PinnedFiles, takeSnapshot, type Snapshot } from '../backup/snapshot.ts';
import { ANCHOR_FILE, AnchorFile } from '../journal/anchorFile.ts';
import { COUNTED_ANCHOR_FILE, CountedAnchor } from '../journal/countedAnchor.ts';
import { createTpmCounter } from '../keys/tpmCounter.ts';
import { JournalFile } from '../journal/journalFile.ts';
import { JournalTables } from '../journal/journalTables.ts';
import { hex } from '../journal/signing.ts';
import { finishSigningChange, followSigningChange, signerInUse, signerToCome } from '../keys/signingKey.ts';
import { createReceipts, type ReceiptDesk } from '../keys/receipts.ts';
import { Escrow } from '../keys/escrow.ts';
import { RootSecret } from '../keys/rootSecret.ts';
import { finishFaceChange, finishFileChange, KeyChanges } from './keyChanges.ts';
import { readKeyring } from '../keys/keyringContent.ts';
import { Keyring } from '../stores/keyring.ts';
import { People } from '../stores/people.ts';
import { deriveKey, fingerprintOf } from '../vault/derivedKeys.ts';
import type { PersonKeys } from '../vault/personKeys.ts';

export { MIGRATIONS } from '../files/databases.ts';

export interface VaultOptions {
  readonly folder: string;
  readonly simulated: boolean;
  readonly master: Uint8Array;
  /** Where the epoch secret lies: outside the folder, and outside every backup. */
  readonly epoch: EpochPlace;
  /** Where `master` lies; without it neither that nor its copy for the recovery key can be renewed. */
  readonly root?: RootPlace;
  /** Folders outside the terminal where a copy of the epoch secret lies, sealed to the recovery key. */
  readonly escrowPlaces?: readonly string[];
  readonly maxPages: Partial<Record<DatabaseFile, number>>;
  readonly report: (line: HealthReport) => void;
}

/** The whole data folder, open. For one thread. */
export class Vault implements Disposable {
  readonly people: People;
  readonly receipts: ReceiptDesk;
  readonly journal: JournalFile;
  readonly keys: KeyChanges;
  /** Names the terminal on receipts, escrow places and backups, and says nothing else. */
  readonly terminal: string;
  /** What seals the journal's reserve: 32 bytes, for the caller to overwrite. */
  readonly reserveKey: Uint8Array;
  /** Copies what a backup holds, a part at a time so that entries can be written between the parts. */
  readonly snapshot: (madeAt: WallTime) => Generator<void, Snapshot>;
  readonly #files: Readonly<Record<DatabaseFile, Sqlite>>;
  readonly #cabinet: Cabinet;
  readonly #keyring: Keyring;
  readonly #open: DisposableStack;

  /** @throws Fault `key` or `storage` where the folder cannot be opened; no data is changed then. */
  constructor(options: VaultOptions) {
    using open = new DisposableStack();
    const parts = named(`data folder ${options.folder}`, () => openAll(options, open));
    this.people = parts.people;
    this.receipts = parts.receipts;
    this.#keyring = parts.keyring;
    this.journal = parts.journal;
    this.keys = parts.keys;
    this.reserveKey = parts.reserveKey;
    this.snapshot = parts.snapshot;
    this.#files = parts.files;
    this.#cabinet = parts.cabinet;
    this.terminal = parts.terminal;
    this.#open = open.move();
  }

  /** Escrow places that could not be replaced are tried again; those that stay pending are reported. */
  retryEscrow(): void {
    this.#keyring.tellAgain();
  }

  /** What a report tells of this folder, and what signs it. */
  standing(): VaultStanding {
    const { last, lastHash: hash, lastAt } = this.journal;
    const signer = signerInUse(this.#cabinet);
    return {
      terminal: this.terminal,
      people: this.#keyring.pseudonyms().length,
      generation: this.#keyring.generation,
      journal: { last, hash, ...(lastAt === undefined ? {} : { lastAt }) },
      keys: this.#cabinet.fingerprints(signer.publicKey),
      signer,
    };
  }

  /** Signs and anchors the end of the journal, empties the WALs, closes the files, overwrites the keys, lets go of the folder. */
  [Symbol.dispose](): void {
    try {
      this.journal.checkpoint();
      for (const file of Object.values(this.#files)) emptyWal(file);
    } finally {
      this.#open.dispose();
    }
  }
}

export interface VaultStanding extends Pick<ErasureReport, 'terminal' | 'people' | 'generation' | 'keys'> {
  readonly journal: { readonly last: number; readonly hash: string; readonly lastAt?: WallTime };
  readonly signer: Signer;
}

interface VaultParts {
  readonly keys: KeyChanges;
  readonly terminal: string;
  readonly keyring: Keyring;
  readonly receipts: ReceiptDesk;
  readonly cabinet: Cabinet;
  readonly people: People;
  readonly journal: JournalFile;
  readonly reserveKey: Uint8Array;
  readonly snapshot: Vault['snapshot'];
  readonly files: Readonly<Record<DatabaseFile, Sqlite>>;
}

/** Opens everything in its order, the lock first, and leaves to `open` what is to be closed. */
function openAll({ master: root, ...rest }: VaultOptions, open: DisposableStack): VaultParts {
  makeFolder(rest.folder);
  open.use(new FolderLock(rest.folder));
  clearWork(rest.folder);
  const pinned = open.use(new PinnedFiles());
  const memory = new LockedMemory();
  const cabinet = open.use(openCabinet(rest.folder, root, memory));
  const rootSecret = new RootSecret({ place: rest.root, cabinet, report: rest.report });
  rootSecret.settle(root);
  const options = { ...rest, master: cabinet.key('master') };
  open.defer(() => void options.master.fill(0));
  const marker = new FolderMarker(options.folder, options.master, options.simulated);
  const mayMake = marker.claim(options.folder);
  const databases = openDatabases(options, { cabinet, mayMake, open });
  const files = {
    keyring: databases['keyring.db'],
    biometrics: databases['biometrics.db'],
    identities: databases['identities.db'],
  };
  if (mayMake) {
    syncFolder(options.folder);
    marker.complete();
  }
  const version1Key = deriveKey(options.master, 'keyring');
  const epochs = createEpochStore(options.epoch);
  const terminal = fingerprintOf(options.master);
  const places = options.escrowPlaces ?? [];
  const escrow = new Escrow({ places, terminal, recoveryKey: () => cabinet.recoveryKey });
  const renewed = (epoch: Uint8Array): void =>
    tellEscrow(
      escrow.replace(epoch, () => readKeyring(files.keyring)),
      options.report,
    );
  const keyring = open.use(new Keyring({ database: files.keyring, epochs, version1Key, renewed, memory }));
  version1Key.fill(0);
  finishFaceChange(keyring, files);
  const receipts = createReceipts({
    terminal,
    signingKey: () => cabinet.key('signing'),
    formerKeys: () => cabinet.retiredSigningKeys.map(({ key }) => key),
    escrow: (generation) => escrow.statesOf(generation),
  });
  const people = new People(files, keyring, options.report);
  const journalFile = openJournal(options, {
    database: databases['journal.db'],
    keys: keyring.recordKeys,
    cabinet,
  });
  const { folder, simulated } = options;
  const held = { folder, terminal, simulated, databases, cabinet, keyring, journal: journalFile, pinned };
  const parts = { cabinet, keyring, root: rootSecret, journal: journalFile, files: databases, memory };
  return {
    keys: new KeyChanges({ ...parts, report: options.report }),
    terminal,
    cabinet,
    keyring,
    receipts,
    people,
    journal: journalFile,
    snapshot: (madeAt) => takeSnapshot(held, madeAt),
    reserveKey: deriveKey(options.master, 'journal reserve 1'),
    files: databases,
  };
}

interface OpenParts {
  readonly cabinet: Cabinet;
  readonly mayMake: boolean;
  /** Closes them. */
  readonly open: DisposableStack;
}

function openDatabases(
  { folder, maxPages, report }: VaultOptions,
  { cabinet, mayMake, open }: OpenParts,
): Record<DatabaseFile, Sqlite> {
  const opened = (file: DatabaseFile): Sqlite => {
    const keys = cabinet.fileKeys(file);
    const own = { migrations: MIGRATIONS[file], pageBytes: PAGE_BYTES[file], maxPages: maxPages[file] };
    const database = openDatabase({ folder, file, keys, mayMake, ...own });
    for (const key of keys) key.fill(0);
    open.defer(() => void database.close());
    if (keys.length > 1) finishFileChange(cabinet, { file, database, report });
    return database;
  };
  return {
    'keyring.db': opened('keyring.db'),
    'biometrics.db': opened('biometrics.db'),
    'identities.db': opened('identities.db'),
    'journal.db': opened('journal.db'),
  };
}

interface JournalParts {
  readonly database: Sqlite;
  readonly keys: PersonKeys;
  /** Holds the key that signs checkpoints, and the public keys of those before it. */
  readonly cabinet: Cabinet;
}

function openJournal(options: VaultOptions, { database, keys, cabinet }: JournalParts): JournalFile {
  const { simulated, report } = options;
  finishSigningChange(cabinet, (key) => new JournalTables(database).announcementOf(hex(key)));
  const nextSigner = signerToCome(cabinet);
  return new JournalFile({
    database,
    simulated,
    keys,
    signer: signerInUse(cabinet),
    formerKeys: cabinet.retiredSigningKeys,
    ...(nextSigner === undefined ? {} : { nextSigner }),
    signerChanged: (old) => followSigningChange(cabinet, old, report),
    anchors: anchorsOf(options),
    report,
    wall: () => wallTime(Date.now()),
  });
}

/** Where there is a TPM that holds the epoch secret, its counter shows a whole disk that was put back. */
function anchorsOf({ folder, master, epoch }: VaultOptions): AnchorStore[] {
  const plain = new AnchorFile(join(folder, ANCHOR_FILE));
  if (epoch.kind !== 'tpm') return [plain];
  const key = deriveKey(master, 'journal anchor count');
  const counter = createTpmCounter({ tcti: epoch.tcti, index: epoch.index + EPOCH_SECRETS_MAX });
  const path = join(folder, COUNTED_ANCHOR_FILE);
  const counted = new CountedAnchor({ path, counter, key, monotonic: () => monotonic(performance.now()) });
  key.fill(0);
  return [plain, counted];
}

function tellEscrow(states: readonly EscrowState[], report: (line: HealthReport) => void): void {
  if (states.length === 0) return;
  const pending = states.filter(({ state }) => state === 'pending').map(({ place }) => place);
  const says =
    pending.length === 0
      ? `${states.length} places hold the present keyring`
      : `the keyring could not be replaced in ${pending.join(', ')}: deletions stay pending for it`;
  report({ part: 'escrow', level: pending.length === 0 ? 'ok' : 'warning', says });
}

/** Does `act`; what SQLite throws becomes a fault that says where. */
export function named<Result>(thing: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw diskFault('storage', thing, error);
  }
}
