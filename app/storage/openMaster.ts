import { Fault } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CABINET_FILE } from './keys/cabinet.ts';
import { folderHoldsData } from './files/folderMarker.ts';

/**
 * The root secret of a data folder, 32 bytes, for the caller to overwrite. It is made at the very first start alone.
 * @throws Fault `key` where it is missing beside data: a new one could read nothing of it, and would hide the loss.
 */
export function openMaster(keys: KeyStore, folder: string): Uint8Array {
  if (keys.exists()) return keys.open();
  if (folderHoldsData(folder) || existsSync(join(folder, CABINET_FILE))) {
    throw new Fault('key', {
      thing: `master secret for data folder ${folder}`,
      found: 'none',
      expected:
        'the one that this data was sealed with: bring it back from its backup, or move the data folder away to begin anew',
    });
  }
  try {
    keys.create();
  } catch (error) {
    // Another start may have made it a moment ago; it is the folder's lock that lets one of the two go on.
    if (!keys.exists()) throw error;
  }
  return keys.open();
}
