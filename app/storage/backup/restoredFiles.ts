import type { Finding } from '#core/journal/check.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { diskFault } from '../files/diskFault.ts';
import { MIGRATIONS, PAGE_BYTES } from '../files/databases.ts';
import type { DatabaseFile } from '../files/folderMarker.ts';
import { openDatabase, type Sqlite } from '../files/openDatabase.ts';
import { JournalFile } from '../journal/journalFile.ts';
import { JournalTables } from '../journal/journalTables.ts';
import type { RetiredKey } from '../keys/cabinet.ts';
import { PersonKeys } from '../vault/personKeys.ts';
import type { BackupHeader, JournalHead } from './header.ts';

/** Opens a database that lies somewhere on its own. @throws Fault `storage` */
export function openRestored(folder: string, file: DatabaseFile, key: Uint8Array): Sqlite {
  const migrations = MIGRATIONS[file];
  return openDatabase({ folder, file, keys: [key], migrations, pageBytes: PAGE_BYTES[file], mayMake: false });
}

/** Every page, every index, every reference. @throws Fault `storage` for a file that does not hold together. */
export function checkDatabase(file: DatabaseFile, database: Sqlite): void {
  const fault = (found: string): Fault =>
    new Fault('storage', { thing: file, found, expected: 'a database that holds together' });
  try {
    const complaints = JSON.stringify(database.pragma('integrity_check(1)'));
    if (complaints !== '[{"integrity_check":"ok"}]') throw fault(complaints);
    const strays = database.pragma('foreign_key_check');
    if (Array.isArray(strays) && strays.length > 0) throw fault(`${strays.length} rows that stand on nothing`);
  } catch (error) {
    throw diskFault('storage', file, error);
  }
}

export interface RestoredJournal {
  readonly database: Sqlite;
  readonly header: BackupHeader;
}

/**
 * Verifies a journal that came out of a backup, from its first entry to its last.
 * @returns what the gate that made the backup would find in it as well
 * @throws Fault `journal` where it does not end where the backup was made.
 */
export function checkRestoredJournal({ database, header }: RestoredJournal): readonly Finding[] {
  const { journal, last, hash } = headOf(database);
  if (journal !== header.journal.journal || last !== header.journal.last || hash !== header.journal.hash)
    throw new Fault('journal', {
      thing: 'journal in the backup',
      found: `its end at entry ${last}, hash ${hash}`,
      expected: `entry ${header.journal.last}, hash ${header.journal.hash}`,
    });
  using keys = new PersonKeys();
  const file = new JournalFile({
    database,
    simulated: header.simulated,
    keys,
    signer: { publicKey: Buffer.from(header.signer, 'hex'), sign: neverSigns },
    formerKeys: formerKeysOf(header),
    anchors: [],
    report: () => undefined,
    wall: () => wallTime(Date.now()),
    examine: true,
  });
  const check = file.check({ indexes: true });
  for (;;) {
    const next = check.next();
    if (next.done === true) return next.value.findings;
  }
}

/** Where a journal ends. */
export function headOf(database: Sqlite): JournalHead {
  const tables = new JournalTables(database);
  const { last } = tables.bounds();
  return { journal: tables.journal, last, hash: tables.hashAt(last)?.toString('hex') ?? '' };
}

export const formerKeysOf = ({ formerSigners }: BackupHeader): RetiredKey[] =>
  formerSigners.map(({ key, upTo }) => ({ key: Buffer.from(key, 'hex'), upTo: upTo as JournalId }));

function neverSigns(): never {
  throw new Fault('journal', {
    thing: 'journal in a backup',
    found: 'something to sign',
    expected: 'to be read alone',
  });
}
