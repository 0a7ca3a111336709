import { messageOf } from '#core/kernel/fault.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { ChangeableKey, KeyChange } from '#core/ports/keyRoom.ts';
import type { LockedMemory, MemoryLock } from '#platform/lockedMemory.ts';
import { diskFault } from '../files/diskFault.ts';
import type { DatabaseFile } from '../files/folderMarker.ts';
import { changeKey, emptyWal, type Sqlite } from '../files/openDatabase.ts';
import type { JournalFile } from '../journal/journalFile.ts';
import { hex } from '../journal/signing.ts';
import type { Cabinet } from '../keys/cabinet.ts';
import type { RootSecret } from '../keys/rootSecret.ts';
import { proposeSigner } from '../keys/signingKey.ts';
import { FaceKeys, type FaceFiles } from '../stores/faceKeys.ts';
import type { Keyring } from '../stores/keyring.ts';

export interface KeyChangeParts {
  readonly cabinet: Cabinet;
  readonly keyring: Keyring;
  readonly root: RootSecret;
  readonly journal: JournalFile;
  readonly files: Readonly<Record<DatabaseFile, Sqlite>>;
  readonly memory: Pick<LockedMemory, 'state'>;
  readonly report: (line: HealthReport) => void;
}

/** What is left to do for whoever asked for a change. */
export interface KeyChanged {
  /** A signing key, lower-case hex, that takes over with the entry `signing-key-changed` that names it. */
  readonly announce?: string;
}

/** Everything that is known of the keys, without any of them. */
export interface KeyStanding {
  readonly changes: readonly KeyChange[];
  /** Changes that the journal does not tell of yet. */
  readonly unrecorded: readonly ChangeableKey[];
  readonly recoveryKey: boolean;
  /** Whether the memory that they lie in is kept off the disk. */
  readonly memory: MemoryLock;
}

/** Changes the keys of a vault that is open, each by itself. */
export class KeyChanges {
  readonly #parts: KeyChangeParts;

  constructor(parts: KeyChangeParts) {
    this.#parts = parts;
  }

  get standing(): KeyStanding {
    const { cabinet, memory } = this.#parts;
    const { changes, unrecorded, recoveryKey } = cabinet;
    return { changes, unrecorded, recoveryKey: recoveryKey !== undefined, memory: memory.state('Keys') };
  }

  /** A part at a time, where it can be done in parts. @throws Fault `key` or `storage`; the old key is in use then. */
  *change(key: ChangeableKey): Generator<void, KeyChanged> {
    const { cabinet, keyring, root, journal } = this.#parts;
    if (key === 'root') root.change();
    else if (key === 'epoch') keyring.renew();
    else if (key === 'people') yield* this.#changeFaces();
    else if (key === 'backup') this.#changeBackup();
    else if (key !== 'signing') this.changeFile(key);
    else {
      const next = proposeSigner(cabinet);
      journal.expectSigner(next);
      return { announce: hex(next.publicKey) };
    }
    if (key === 'epoch' || key === 'people') cabinet.noteChange(key, now());
    return {};
  }

  /**
   * Seals a file under a new key. Cut off at any moment, the next start opens the file with whichever key fits and goes on.
   * Nothing else is done meanwhile: it takes as long as writing the file.
   */
  changeFile(file: DatabaseFile): void {
    try {
      changeFileKey(this.#parts.cabinet, file, this.#parts.files[file]);
    } catch (error) {
      throw diskFault('storage', `change of the key of ${file}`, error);
    }
  }

  noteRecorded(key: ChangeableKey): void {
    this.#parts.cabinet.noteRecorded(key);
  }

  /** Escrow places and the copy of the root secret are sealed to this key from now on. */
  setRecoveryKey(key: Uint8Array): void {
    this.#parts.root.setRecoveryKey(key);
    this.#parts.keyring.tellAgain();
  }

  /** Every template under a new key of its person; the old keys open nothing any more when the epoch secret is renewed. */
  *#changeFaces(): Generator<void, void> {
    const { keyring, files, report } = this.#parts;
    const [biometrics, blocks] = [files['biometrics.db'], files['keyring.db']];
    const damaged = yield* new FaceKeys(keyring, { keyring: blocks, biometrics }).changeAll();
    keyring.renew();
    for (const database of [biometrics, blocks]) emptyWal(database);
    if (damaged === 0) return;
    const says = `${damaged} templates open under no key of their people, as before: enrol these people again`;
    report({ part: 'people', level: 'failed', says });
  }

  #changeBackup(): void {
    const { cabinet } = this.#parts;
    cabinet.propose('backup').fill(0);
    cabinet.promote('backup', now());
  }
}

function changeFileKey(cabinet: Cabinet, file: DatabaseFile, database: Sqlite): void {
  const next = cabinet.propose(`file ${file}`);
  changeKey(database, next);
  next.fill(0);
  cabinet.promote(`file ${file}`, now());
}

interface HalfChanged {
  readonly file: DatabaseFile;
  readonly database: Sqlite;
  readonly report: (line: HealthReport) => void;
}

/**
 * A change that was cut off: sealing once more under the next key is right whichever of the two the file opened with.
 * Where there is no room for that now, the file goes on under the one that it opened with.
 */
export function finishFileChange(cabinet: Cabinet, { file, database, report }: HalfChanged): void {
  try {
    changeFileKey(cabinet, file, database);
  } catch (error) {
    const says = `the change of the key of ${file}, which was cut off, could not be finished: ${messageOf(error)}`;
    report({ part: `key of ${file}`, level: 'warning', says });
  }
}

/** What a change of the biometric keys left when it was cut off; before anything reads templates. */
export const finishFaceChange = (keyring: Keyring, files: FaceFiles): void =>
  void new FaceKeys(keyring, files).finish();

const now = (): WallTime => wallTime(Date.now());
