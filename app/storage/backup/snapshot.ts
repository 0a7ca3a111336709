import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import { OWN_FILE, OWN_FOLDER } from '../files/atomicFile.ts';
import { emptyWal, type Sqlite } from '../files/openDatabase.ts';
import type { JournalFile } from '../journal/journalFile.ts';
import { JournalTables } from '../journal/journalTables.ts';
import type { Cabinet, RetiredKey } from '../keys/cabinet.ts';
import { encodeKeyring, readKeyring } from '../keys/keyringContent.ts';
import type { Keyring } from '../stores/keyring.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { BACKED_UP, type BackedUpFile, type JournalHead } from './header.ts';

/** In the data folder, for as long as a backup is made: copies of files under their own ciphers. Emptied at every start. */
export const WORK_FOLDER = 'backup-work';
const SNAPSHOT_FOLDER = 'snapshot';
/** Bytes copied between two chances for journal entries: a few milliseconds. */
const BYTES_AT_ONCE = 1024 * 1024;
/** What must stay free on the disk of the data, for the journal above all. */
const ROOM_BYTES_MIN = 64 * 1024 * 1024;
/** The copy, and what is restored from the backup to prove it: never both at once, but their ends may meet. */
const COPIES = 2;
const ID_BYTES = 16;
/** SQLite's own, in pages. */
const AUTOCHECKPOINT_PAGES = 1_000;

/** Everything of a snapshot that may be known. */
export interface SnapshotFacts {
  /** Of the backup that is made from it: 32 lower-case hex digits. */
  readonly id: string;
  readonly terminal: string;
  readonly simulated: boolean;
  readonly madeAt: WallTime;
  readonly generation: number;
  readonly journal: JournalHead;
  readonly backupKeyGeneration: number;
  readonly recoveryKey: Uint8Array | undefined;
  /** Public keys that signed the journal before the present one. */
  readonly formerKeys: readonly RetiredKey[];
  /** Each with its length in bytes, in the order of BACKED_UP. */
  readonly files: readonly { readonly name: BackedUpFile; readonly bytes: number }[];
}

export interface Snapshot {
  readonly facts: SnapshotFacts;
  /** Where the copies of the databases lie, under their own ciphers. */
  readonly folder: string;
  /** The keyring as it is sealed: what `encodeKeyring` makes. */
  readonly keyring: Uint8Array;
  /** SnapshotSecrets, one behind the other, for whoever reads them to overwrite. */
  readonly secrets: SharedArrayBuffer;
}

/** 32 bytes each. */
export interface SnapshotSecrets extends Disposable {
  readonly backup: Uint8Array;
  readonly signing: Uint8Array;
  readonly epoch: Uint8Array;
  readonly master: Uint8Array;
  readonly files: Readonly<Record<BackedUpFile, Uint8Array>>;
}

export interface SnapshotParts {
  readonly folder: string;
  readonly terminal: string;
  readonly simulated: boolean;
  readonly databases: Readonly<Record<BackedUpFile | 'keyring.db', Sqlite>>;
  readonly cabinet: Cabinet;
  readonly keyring: Keyring;
  readonly journal: JournalFile;
  readonly pinned: PinnedFiles;
}

/**
 * Copies the databases as they stand at one moment, a part at a time. Until the last part everything that is written goes
 * to their WALs, so the files themselves stand still; they are copied as they lie, each page under its cipher.
 * @throws Fault `storage` where the disk has no room for it.
 */
export function* takeSnapshot(parts: SnapshotParts, madeAt: WallTime): Generator<void, Snapshot> {
  const snapshot = yield* copyFrozen(parts, madeAt);
  // Whoever was enrolled since the last time is in this backup: the escrow places have to hold their keys too.
  parts.keyring.tellAgain();
  return snapshot;
}

function* copyFrozen(parts: SnapshotParts, madeAt: WallTime): Generator<void, Snapshot> {
  const { databases, pinned } = parts;
  const folder = join(parts.folder, WORK_FOLDER, SNAPSHOT_FOLDER);
  clearWork(parts.folder);
  parts.journal.checkpoint();
  using _frozen = freeze(BACKED_UP.map((file) => databases[file]));
  const handles = BACKED_UP.map((name) => ({ name, handle: pinned.handleOf(join(parts.folder, name)) }));
  const files = handles.map(({ name, handle }) => ({ name, handle, bytes: fstatSync(handle).size }));
  checkRoom(
    parts.folder,
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const facts = factsOf(parts, madeAt, files);
  const sealed = encodeKeyring(readKeyring(databases['keyring.db']));
  mkdirSync(folder, { recursive: true, mode: OWN_FOLDER });
  for (const { name, handle, bytes } of files) yield* copy(handle, bytes, join(folder, name));
  return { facts, folder, keyring: sealed, secrets: packSecrets(parts) };
}

/** Removes what a backup that was cut off left. */
export function clearWork(folder: string): void {
  rmSync(join(folder, WORK_FOLDER), { recursive: true, force: true });
}

function factsOf(
  { terminal, simulated, cabinet, keyring, journal, databases }: SnapshotParts,
  madeAt: WallTime,
  files: SnapshotFacts['files'],
): SnapshotFacts {
  return {
    id: randomBytes(ID_BYTES).toString('hex'),
    terminal,
    simulated,
    madeAt,
    generation: keyring.generation,
    journal: {
      journal: new JournalTables(databases['journal.db']).journal,
      last: journal.last,
      hash: journal.lastHash,
    },
    backupKeyGeneration: cabinet.generation('backup'),
    recoveryKey: cabinet.recoveryKey,
    formerKeys: cabinet.retiredSigningKeys,
    files: files.map(({ name, bytes }) => ({ name, bytes })),
  };
}

/** From here to its end nothing moves from the WALs into the files, which hold everything committed so far. */
function freeze(databases: readonly Sqlite[]): Disposable {
  for (const database of databases) {
    emptyWal(database);
    database.pragma('wal_autocheckpoint = 0');
  }
  return {
    [Symbol.dispose]: () => {
      for (const database of databases) database.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
    },
  };
}

function* copy(from: number, bytes: number, to: string): Generator<void, void> {
  const handle = openSync(to, 'wx', OWN_FILE);
  const buffer = Buffer.alloc(Math.min(BYTES_AT_ONCE, bytes));
  try {
    for (let at = 0; at < bytes;) {
      const read = readSync(from, buffer, 0, Math.min(buffer.length, bytes - at), at);
      for (let written = 0; written < read;)
        written += writeSync(handle, buffer, written, read - written, at + written);
      at += read;
      yield;
    }
  } finally {
    closeSync(handle);
  }
}

function checkRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = COPIES * bytes + ROOM_BYTES_MIN;
  if (bavail * bsize >= needed) return;
  throw new Fault('storage', {
    thing: `disk of ${folder}`,
    found: `${bavail * bsize} bytes free`,
    expected: `${needed}: a backup is copied and restored here before it counts`,
  });
}

/**
 * Files that stay open once they have been read: closing a file ends all the locks on it that this process has, those of
 * SQLite as well. To be disposed of behind the databases.
 */
export class PinnedFiles implements Disposable {
  readonly #handles = new Map<string, number>();

  handleOf(path: string): number {
    const known = this.#handles.get(path);
    if (known !== undefined && fstatSync(known).ino === statSync(path).ino) return known;
    const handle = openSync(path, 'r');
    this.#handles.set(path, handle);
    return handle;
  }

  [Symbol.dispose](): void {
    for (const handle of this.#handles.values()) closeSync(handle);
    this.#handles.clear();
  }
}

const SECRETS = 4 + BACKED_UP.length;

function packSecrets({ cabinet, keyring }: SnapshotParts): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(SECRETS * KEY_BYTES);
  const into = new Uint8Array(shared);
  const secrets = [
    cabinet.key('backup'),
    cabinet.key('signing'),
    keyring.presentEpoch(),
    cabinet.key('master'),
    ...BACKED_UP.map((file) => onlyKeyOf(cabinet, file)),
  ];
  for (const [index, secret] of secrets.entries()) {
    into.set(secret, index * KEY_BYTES);
    secret.fill(0);
  }
  return shared;
}

/** An open database lies under one key: whoever changes it finishes before anything else is done. */
function onlyKeyOf(cabinet: Cabinet, file: BackedUpFile): Buffer {
  const [key, ...others] = cabinet.fileKeys(file);
  for (const other of others) other.fill(0);
  return key;
}

/** Copies them, since OpenSSL takes no shared memory, and overwrites what was shared. */
export function unpackSecrets(shared: SharedArrayBuffer): SnapshotSecrets {
  const from = new Uint8Array(shared);
  const own = Buffer.from(from);
  from.fill(0);
  const secret = (index: number): Buffer => own.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
  return {
    backup: secret(0),
    signing: secret(1),
    epoch: secret(2),
    master: secret(3),
    files: { 'biometrics.db': secret(4), 'identities.db': secret(5), 'journal.db': secret(6) },
    [Symbol.dispose]: () => void own.fill(0),
  };
}
