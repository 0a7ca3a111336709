import { mkdirSync, rmSync } from 'node:fs';
import { Fault } from '#core/kernel/fault.ts';
import { OWN_FOLDER } from '../files/atomicFile.ts';
import { decodeKeyring } from '../keys/keyringContent.ts';
import { openKeyringCopy } from './keyringCopy.ts';
import { checkPeople } from './peopleCheck.ts';
import { BackupFile } from './readBackup.ts';
import { replay } from './replay.ts';
import { checkDatabase, checkRestoredJournal, openRestored } from './restoredFiles.ts';
import { unsealOwn } from './contentKey.ts';

export interface Verification {
  /** Restored into it; it is made, and removed at the end. */
  readonly scratch: string;
  /** 32 bytes each; the caller overwrites them. */
  readonly backupKey: Uint8Array;
  readonly epoch: Uint8Array;
  /** What `encodeKeyring` makes. */
  readonly keyring: Uint8Array;
}

/** What stands in a backup that was restored to prove it. */
export interface Verified {
  /** People who are in it whole. */
  readonly people: number;
  /** What the gate finds in its own journal as well. */
  readonly journalFindings: number;
}

/**
 * Restores a backup into a scratch place and holds it against the keyring of the moment that it was made.
 * @throws Fault that says what is wrong with it.
 */
export function verifyBackup(path: string, { scratch, backupKey, epoch, keyring: encoded }: Verification): Verified {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: OWN_FOLDER });
  using open = new DisposableStack();
  open.defer(() => rmSync(scratch, { recursive: true, force: true }));
  const backup = open.use(new BackupFile(path));
  const { header } = backup;
  const contentKey = unsealOwn(header, backupKey);
  open.defer(() => void contentKey.fill(0));
  const keys = open.use(backup.extract(contentKey, scratch));
  const database = (file: 'biometrics.db' | 'identities.db' | 'journal.db') =>
    open.adopt(openRestored(scratch, file, keys.files[file]), (opened) => void opened.close());
  const [biometrics, identities, journal] = [
    database('biometrics.db'),
    database('identities.db'),
    database('journal.db'),
  ];
  checkDatabase('biometrics.db', biometrics);
  checkDatabase('identities.db', identities);
  const journalFindings = checkRestoredJournal({ database: journal, header }).length;
  const content = decodeKeyring(Buffer.from(encoded));
  const { keyring } = open.use(openKeyringCopy(content, [epoch]));
  replay({ biometrics, identities }, keyring, content.revoked);
  const missing = checkPeople({ biometrics, identities }, keyring);
  const lost = missing.absent.length + missing.unreadable.length + missing.faceless.length;
  if (lost > 0 || keyring.damaged.length > 0) {
    const damage = keyring.damaged[0] ?? missing.first;
    const found = `${lost} people who are not in it whole${damage === undefined ? '' : `; the first: ${damage.message}`}`;
    throw new Fault('storage', { thing: `backup ${path}`, found, expected: 'everybody who has keys' });
  }
  return { people: missing.people, journalFindings };
}
