import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { DATABASE_FILES } from '#storage/files/folderMarker.ts';
import { openDatabase } from '#storage/files/openDatabase.ts';
import { MIGRATIONS } from '#storage/thread/vault.ts';
import { searchFolder, type FolderSeen } from './searchFolder.ts';
import type { Sought } from './sought.ts';

/** Only a new file takes this size; an old one has its own. */
const PAGE_BYTES = 4_096;

/**
 * Searches copies of a closed gate's databases from which the cipher of the files was taken. What is sealed with a
 * person's own key stays sealed; whatever was put beside it stands there readable.
 * @throws Fault `key` or `storage`
 */
export function searchBehindCipher({ data, keyFile }: { data: string; keyFile: string }, sought: Sought): FolderSeen {
  const scratch = mkdtempSync(join(tmpdir(), 'lintel-bare-'));
  const root = createFileKeyStore(keyFile).open();
  try {
    using cabinet = openCabinet(data, root);
    for (const file of DATABASE_FILES) {
      copyFileSync(join(data, file), join(scratch, file));
      const options = {
        folder: scratch,
        file,
        keys: cabinet.fileKeys(file),
        migrations: MIGRATIONS[file],
        pageBytes: PAGE_BYTES,
        mayMake: false,
      };
      const database = openDatabase(options);
      database.pragma('journal_mode = DELETE');
      database.pragma("rekey = ''");
      database.close();
    }
    return searchFolder(scratch, sought);
  } finally {
    root.fill(0);
    rmSync(scratch, { recursive: true });
  }
}
