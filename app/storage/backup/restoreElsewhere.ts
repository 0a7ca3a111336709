import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { EpochStore } from '#core/ports/epochStore.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { OWN_FOLDER } from '../files/atomicFile.ts';
import { MIGRATIONS, PAGE_BYTES } from '../files/databases.ts';
import { folderHoldsData, FolderMarker } from '../files/folderMarker.ts';
import { emptyWal, inTransaction, openDatabase, type Sqlite } from '../files/openDatabase.ts';
import { ANCHOR_FILE, AnchorFile } from '../journal/anchorFile.ts';
import { JournalTables } from '../journal/journalTables.ts';
import { signHeadsAgain } from '../journal/segments.ts';
import { Cabinet, CABINET_FILE, type RetiredKey } from '../keys/cabinet.ts';
import { escrowFile, openEscrow, type OpenEscrow } from '../keys/escrow.ts';
import { writeKeyring } from '../keys/keyringContent.ts';
import { signerInUse } from '../keys/signingKey.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import { unsealRecovered } from './contentKey.ts';
import type { BackedUpFile, BackupHeader } from './header.ts';
import { openKeyringCopy } from './keyringCopy.ts';
import { NewFolder } from './newFolder.ts';
import { BackupFile, type BackupKeys } from './readBackup.ts';
import { checkDatabase, checkRestoredJournal, formerKeysOf, openRestored } from './restoredFiles.ts';
import { noteRestore } from './restoreNote.ts';
import { settlePeople, type RestoredBackup, type SettledPeople } from './settlePeople.ts';

export interface ElsewhereRequest {
  readonly backup: string;
  /** Where the data folder is to lie; nothing of a gate may lie there. */
  readonly folder: string;
  /** Where the root secret of this machine lies or is to lie: it is made where there is none. */
  readonly keys: KeyStore;
  readonly epochs: EpochStore;
  /** 32 bytes; the caller overwrites it. */
  readonly recoverySecret: Uint8Array;
  /** An escrow place of the terminal. */
  readonly escrow: string;
  /** Public signing keys of the terminal, as receipts and exports name them; without any, the backup is taken at its word. */
  readonly signers: readonly Uint8Array[];
  readonly losing: number;
  readonly at: WallTime;
  /** Nothing is made of what came out of the backup: neither a folder nor a key. */
  readonly rehearse?: boolean;
}

/**
 * Brings a terminal back on a machine that has nothing of it: the records and the journal out of a backup, the keyring
 * out of an escrow place, a new root secret, a new signing key. It is the same terminal: receipts and places name it so.
 * @throws Fault that says why not; nothing has changed then.
 */
export function restoreElsewhere(request: ElsewhereRequest): RestoredBackup {
  const { folder, at, recoverySecret } = request;
  using open = new DisposableStack();
  expectNothing(request);
  const backup = open.use(new BackupFile(request.backup));
  const { header } = backup;
  expectSigner(request, header);
  const contentKey = unsealRecovered(header, recoverySecret);
  open.defer(() => void contentKey.fill(0));
  const escrow = escrowOf(request, header);
  open.defer(() => void escrow.epoch.fill(0));
  expectOwnEpoch(request.epochs, escrow.epoch);
  mkdirSync(dirname(folder), { recursive: true, mode: OWN_FOLDER });
  const scratch = open.use(new NewFolder(folder, at));
  using keys = backup.extract(contentKey, scratch.path);
  const settled = settle(scratch.path, { keys, escrow, header, losing: request.losing });
  if (request.rehearse === true) return { header, ...settled, journal: 'from-backup', aside: undefined };
  takeOver(scratch.path, { keys, escrow, header, request });
  noteRestore(scratch.path, {
    kind: 'restored',
    backup: header.id,
    onto: 'another-machine',
    journal: 'from-backup',
    upTo: header.journal.last,
  });
  // Beside what lies there already, which is the same where an earlier attempt was cut off here.
  request.epochs.hold([escrow.epoch]);
  return { header, ...settled, journal: 'from-backup', aside: scratch.takePlace(at) };
}

function expectNothing({ folder }: ElsewhereRequest): void {
  if (!folderHoldsData(folder) && !existsSync(join(folder, CABINET_FILE))) return;
  throw new Fault('storage', {
    thing: `data folder ${folder}`,
    found: 'the data of a gate',
    expected: 'none: a machine that works restores with its own keys; or move this folder away',
  });
}

function expectSigner({ backup, signers }: ElsewhereRequest, { signer }: BackupHeader): void {
  if (signers.length === 0 || signers.some((key) => Buffer.from(key).toString('hex') === signer)) return;
  const expected = 'that of a key of the terminal, as you named them';
  throw new Fault('storage', { thing: `backup ${backup}`, found: `the signature of ${signer}`, expected });
}

/** An escrow that is older than the backup knows less of what was deleted, and not everybody. */
function escrowOf({ escrow, recoverySecret }: ElsewhereRequest, { terminal, generation }: BackupHeader): OpenEscrow {
  const path = join(escrow, escrowFile(terminal));
  const opened = openEscrow(path, recoverySecret);
  if (opened.terminal === terminal && opened.generation >= generation) return opened;
  opened.epoch.fill(0);
  throw new Fault('key', {
    thing: path,
    found: `the keyring of terminal ${opened.terminal}, renewed ${opened.generation} times`,
    expected: `that of terminal ${terminal}, renewed ${generation} times or more: an escrow place that was not left behind`,
  });
}

/** What lies there would be overwritten, and with it the last way to open some other keyring. */
function expectOwnEpoch(epochs: EpochStore, own: Buffer): void {
  const secrets = epochs.read();
  const foreign = secrets.some((secret) => !own.equals(secret));
  for (const secret of secrets) secret.fill(0);
  if (!foreign) return;
  const expected = 'none, or the one of this terminal: move it away with the data folder that it belongs to';
  throw new Fault('key', { thing: 'epoch secret', found: 'one of another keyring', expected });
}

interface Recovered {
  readonly keys: BackupKeys;
  readonly escrow: OpenEscrow;
  readonly header: BackupHeader;
}

/** Who comes back, as the keyring of the escrow place knows it. */
function settle(
  folder: string,
  { keys, escrow, header, losing }: Recovered & { readonly losing: number },
): SettledPeople {
  using open = new DisposableStack();
  const { keyring } = open.use(openKeyringCopy(escrow.keyring, [escrow.epoch]));
  const database = (file: BackedUpFile): Sqlite => {
    const opened = open.adopt(openRestored(folder, file, keys.files[file]), (one) => one.close());
    checkDatabase(file, opened);
    return opened;
  };
  checkRestoredJournal({ database: database('journal.db'), header });
  const people = { biometrics: database('biometrics.db'), identities: database('identities.db') };
  return settlePeople(people, { keyring, revoked: escrow.keyring.revoked, losing });
}

/** Makes a data folder of this machine out of the files. */
function takeOver(
  folder: string,
  { keys, escrow, header, request }: Recovered & { readonly request: ElsewhereRequest },
): void {
  const keyringKey = randomBytes(KEY_BYTES);
  const old: RetiredKey = { key: Buffer.from(header.signer, 'hex'), upTo: header.journal.last as JournalId };
  const from = {
    master: keys.master,
    files: { ...keys.files, 'keyring.db': keyringKey },
    retiredSigningKeys: [...formerKeysOf(header), old],
    recoveryKey: Buffer.from(header.recovery?.reader ?? '', 'hex'),
  };
  const root = rootOf(request.keys);
  try {
    Cabinet.takeOver(folder, root, { from, at: request.at });
    using cabinet = new Cabinet(folder, root);
    makeKeyring(folder, keyringKey, escrow);
    signJournal(folder, keys.files['journal.db'], cabinet);
  } finally {
    for (const secret of [root, keyringKey]) secret.fill(0);
  }
  new FolderMarker(folder, keys.master, header.simulated).complete();
}

function rootOf(keys: KeyStore): Uint8Array {
  if (!keys.exists()) keys.create();
  return keys.open();
}

function makeKeyring(folder: string, key: Uint8Array, { keyring }: OpenEscrow): void {
  const file = 'keyring.db';
  const options = { folder, file, migrations: MIGRATIONS[file], pageBytes: PAGE_BYTES[file], mayMake: true } as const;
  const database = openDatabase({ ...options, keys: [key] });
  try {
    writeKeyring(database, keyring);
    emptyWal(database);
  } finally {
    database.close();
  }
}

/** Heads are said again by the key in use, and the end of the journal is anchored here too. */
function signJournal(folder: string, key: Uint8Array, cabinet: Cabinet): void {
  const database = openRestored(folder, 'journal.db', key);
  try {
    const tables = new JournalTables(database);
    inTransaction(database, () => signHeadsAgain(tables, signerInUse(cabinet)));
    const checkpoint = tables.lastCheckpoint();
    if (checkpoint !== undefined) new AnchorFile(join(folder, ANCHOR_FILE)).write(checkpoint);
    emptyWal(database);
  } finally {
    database.close();
  }
}
