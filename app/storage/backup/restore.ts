import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import { OWN_FOLDER } from '../files/atomicFile.ts';
import { FolderLock, LOCK_FILE } from '../files/folderLock.ts';
import { FolderMarker, folderIsSimulated, MARKER_FILE, type DatabaseFile } from '../files/folderMarker.ts';
import { changeKey, emptyWal, inTransaction, openDatabase, type Sqlite } from '../files/openDatabase.ts';
import { MIGRATIONS, PAGE_BYTES } from '../files/databases.ts';
import { JournalTables } from '../journal/journalTables.ts';
import { signHeadsAgain } from '../journal/segments.ts';
import { Cabinet } from '../keys/cabinet.ts';
import { readKeyring, type KeyringContent } from '../keys/keyringContent.ts';
import { signerInUse } from '../keys/signingKey.ts';
import { fingerprintOf } from '../vault/derivedKeys.ts';
import { unsealOwn, unsealRecovered } from './contentKey.ts';
import type { BackedUpFile, BackupHeader } from './header.ts';
import { openKeyringCopy } from './keyringCopy.ts';
import { NewFolder } from './newFolder.ts';
import { BackupFile, type BackupKeys } from './readBackup.ts';
import { checkDatabase, checkRestoredJournal, openRestored } from './restoredFiles.ts';
import { noteRestore } from './restoreNote.ts';
import { settlePeople, type RestoredBackup } from './settlePeople.ts';

export interface RestoreRequest {
  readonly backup: string;
  /** The data folder of this machine. No gate may run on it. */
  readonly folder: string;
  /** Its root secret, 32 bytes; the caller overwrites it. */
  readonly root: Uint8Array;
  /** Every epoch secret there is; the caller overwrites them. */
  readonly epochs: readonly Uint8Array[];
  /** How many people may be lost by it: those enrolled since, and those whose rows do not open any more. */
  readonly losing: number;
  /** For a backup of before a change of the backup key. */
  readonly recoverySecret?: Uint8Array;
  readonly at: WallTime;
  /** Everything but the last step: nothing takes the place of anything. */
  readonly rehearse?: boolean;
}

/**
 * Brings the people's records of a backup back to the machine that made it. What this machine has is the authority for
 * everything else: its keyring says who is erased, whose face is withdrawn and what is revoked; its journal goes on.
 * @throws Fault that says why not; nothing has changed then.
 */
export function restore(request: RestoreRequest): RestoredBackup {
  const { folder, at } = request;
  using open = new DisposableStack();
  open.use(new FolderLock(folder));
  const present = open.use(new Present(request));
  const backup = open.use(new BackupFile(request.backup));
  present.expectOwn(backup.header);
  const contentKey = present.contentKeyOf(backup.header);
  open.defer(() => void contentKey.fill(0));
  const scratch = open.use(new NewFolder(folder, at));
  const into = new Restoration({ present, scratch: scratch.path, header: backup.header });
  using keys = backup.extract(contentKey, into.extracted);
  const settled = into.build(keys);
  const journal = into.chooseJournal(keys);
  rmSync(into.extracted, { recursive: true });
  noteRestore(scratch.path, {
    kind: 'restored',
    backup: backup.header.id,
    onto: 'same-machine',
    journal,
    upTo: journal === 'kept' ? 0 : backup.header.journal.last,
  });
  const aside = request.rehearse === true ? undefined : scratch.takePlace(at);
  return { header: backup.header, ...settled, journal, aside };
}

/** What this machine has, and what it says of a backup. */
class Present implements Disposable {
  readonly folder: string;
  readonly cabinet: Cabinet;
  readonly master: Buffer;
  readonly request: RestoreRequest;

  constructor(request: RestoreRequest) {
    this.request = request;
    this.folder = request.folder;
    this.cabinet = new Cabinet(request.folder, request.root);
    this.master = this.cabinet.key('master');
  }

  /** @throws Fault `storage` for a backup of another terminal, or one that this terminal did not sign. */
  expectOwn({ terminal, signer, simulated }: BackupHeader): void {
    const own = fingerprintOf(this.master);
    const thing = `backup ${this.request.backup}`;
    if (terminal !== own) {
      const expected = `one of this terminal, ${own}; a new machine takes over another's with its recovery key`;
      throw new Fault('storage', { thing, found: `a backup of terminal ${terminal}`, expected });
    }
    const keys = [signerInUse(this.cabinet).publicKey, ...this.cabinet.retiredSigningKeys.map(({ key }) => key)];
    if (!keys.some((key) => Buffer.from(key).toString('hex') === signer))
      throw new Fault('storage', {
        thing,
        found: `the signature of ${signer}`,
        expected: 'that of a key of this terminal',
      });
    if (existsSync(join(this.folder, MARKER_FILE)) && folderIsSimulated(this.folder) !== simulated)
      throw new Fault('storage', { thing, found: `simulated ${simulated}`, expected: 'one of the same kind of gate' });
  }

  contentKeyOf(header: BackupHeader): Buffer {
    const { recoverySecret } = this.request;
    if (recoverySecret !== undefined) return unsealRecovered(header, recoverySecret);
    const backupKey = this.cabinet.key('backup');
    try {
      return unsealOwn(header, backupKey);
    } finally {
      backupKey.fill(0);
    }
  }

  /** Opens a database of this machine that was copied somewhere. */
  openCopy(folder: string, file: DatabaseFile): Sqlite {
    const keys = this.cabinet.fileKeys(file);
    try {
      const migrations = MIGRATIONS[file];
      return openDatabase({ folder, file, keys, migrations, pageBytes: PAGE_BYTES[file], mayMake: false });
    } finally {
      for (const key of keys) key.fill(0);
    }
  }

  /** Seals a database of the backup under the key that this machine opens it with. */
  takeOver(database: Sqlite, file: BackedUpFile, under: Uint8Array): void {
    const [key, ...others] = this.cabinet.fileKeys(file);
    if (!key.equals(under)) changeKey(database, key);
    for (const one of [key, ...others]) one.fill(0);
  }

  [Symbol.dispose](): void {
    this.master.fill(0);
    this.cabinet[Symbol.dispose]();
  }
}

interface RestorationParts {
  readonly present: Present;
  readonly scratch: string;
  readonly header: BackupHeader;
}

/** A new data folder out of the present one and a backup. */
class Restoration {
  readonly extracted: string;
  readonly #parts: RestorationParts;

  constructor(parts: RestorationParts) {
    this.#parts = parts;
    this.extracted = join(parts.scratch, 'extracted');
    mkdirSync(this.extracted, { mode: OWN_FOLDER });
    this.#copyPresent();
  }

  /** The people of the backup, as far as the present keyring lets them come back. */
  build(keys: BackupKeys): ReturnType<typeof settlePeople> {
    const { present, scratch, header } = this.#parts;
    const content = this.#presentKeyring();
    if (content.generation < header.generation) {
      const expected = `${header.generation} or more, as when the backup was made`;
      throw new Fault('key', { thing: 'keyring', found: `${content.generation} renewals`, expected });
    }
    using open = new DisposableStack();
    const { keyring } = open.use(openKeyringCopy(content, present.request.epochs));
    const database = (file: 'biometrics.db' | 'identities.db'): Sqlite => {
      renameSync(join(this.extracted, file), join(scratch, file));
      const opened = open.adopt(openRestored(scratch, file, keys.files[file]), (one) => one.close());
      checkDatabase(file, opened);
      present.takeOver(opened, file, keys.files[file]);
      return opened;
    };
    const people = { biometrics: database('biometrics.db'), identities: database('identities.db') };
    const settled = settlePeople(people, { keyring, revoked: content.revoked, losing: present.request.losing });
    for (const file of Object.values(people)) emptyWal(file);
    return settled;
  }

  /** The present journal is never rolled back: it stays wherever it still opens. */
  chooseJournal(keys: BackupKeys): 'kept' | 'from-backup' {
    const { present, scratch, header } = this.#parts;
    using journal = this.#presentJournal();
    if (journal !== undefined) {
      this.#expectContinued(journal);
      return 'kept';
    }
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(scratch, `journal.db${suffix}`), { force: true });
    renameSync(join(this.extracted, 'journal.db'), join(scratch, 'journal.db'));
    using database = disposable(openRestored(scratch, 'journal.db', keys.files['journal.db']));
    checkRestoredJournal({ database, header });
    present.takeOver(database, 'journal.db', keys.files['journal.db']);
    inTransaction(database, () => signHeadsAgain(new JournalTables(database), signerInUse(present.cabinet)));
    return 'from-backup';
  }

  /** Everything but the people's records, which are to come from the backup. */
  #copyPresent(): void {
    const { present, scratch } = this.#parts;
    const left: ReadonlySet<string> = new Set([LOCK_FILE, ...filesOf('biometrics.db'), ...filesOf('identities.db')]);
    for (const name of readdirSync(present.folder)) {
      const from = join(present.folder, name);
      if (!left.has(name) && lstatSync(from).isFile()) copyFileSync(from, join(scratch, name));
    }
    if (!existsSync(join(scratch, MARKER_FILE)))
      new FolderMarker(scratch, present.master, this.#parts.header.simulated).complete();
  }

  #presentKeyring(): KeyringContent {
    const { present, scratch } = this.#parts;
    try {
      using database = disposable(present.openCopy(scratch, 'keyring.db'));
      return readKeyring(database);
    } catch (error) {
      const expected =
        'the keyring of this machine, which says who may come back: without it restore as on another machine, with the ' +
        'recovery key and an escrow place, after this folder has been moved away';
      const found = error instanceof Fault ? error.message : String(error);
      throw new Fault('key', { thing: 'keyring.db', found, expected }, error);
    }
  }

  /** Undefined where there is none that opens. */
  #presentJournal(): (Sqlite & Disposable) | undefined {
    const { present, scratch } = this.#parts;
    if (!existsSync(join(scratch, 'journal.db'))) return undefined;
    let database: Sqlite | undefined;
    try {
      database = present.openCopy(scratch, 'journal.db');
      checkDatabase('journal.db', database);
      return disposable(database);
    } catch (error) {
      database?.close();
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  #expectContinued(database: Sqlite): void {
    const { journal, last, hash } = this.#parts.header.journal;
    const tables = new JournalTables(database);
    const { first, last: end } = tables.bounds();
    const found = tables.journal === journal ? tables.hashAt(last)?.toString('hex') : undefined;
    // What retention removed cannot be compared any more; the head that it left can.
    const removed = tables.journal === journal && last < first && last <= end;
    if (found === hash || (found === undefined && removed)) return;
    throw new Fault('journal', {
      thing: 'journal of this machine',
      found: `one that ends at entry ${end} and does not hold entry ${last} as it was when the backup was made`,
      expected:
        'the journal that the backup was made with, or a longer one: this one is another, was cut short or put back. ' +
        'It is not replaced unasked: move journal.db away to take the one in the backup',
    });
  }
}

const filesOf = (file: DatabaseFile): string[] => ['', '-wal', '-shm', '-journal'].map((suffix) => `${file}${suffix}`);

const disposable = (database: Sqlite): Sqlite & Disposable =>
  Object.assign(database, { [Symbol.dispose]: () => void database.close() });
