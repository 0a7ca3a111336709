import { Fault } from '#core/kernel/fault.ts';
import type { KeyStore } from '#core/ports/keyStore.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Cabinet, CABINET_FILE } from './keys/cabinet.ts';
import { folderHoldsData } from './files/folderMarker.ts';

/**
 * The root secret of a data folder, 32 bytes, for the caller to overwrite. It is made at the very first start alone.
 * @throws Fault `key` where it is missing beside data: a new one could read nothing of it, and would hide the loss.
 */
export function openMaster(keys: KeyStore, folder: string): Uint8Array {
  if (!keys.exists() && !folderHoldsData(folder) && !existsSync(join(folder, CABINET_FILE))) make(keys);
  return openRoot(keys, folder);
}

/** The same, and never makes one. Where a change was cut off, the one that the folder's cabinet is sealed under. */
export function openRoot(keys: KeyStore, folder: string): Uint8Array {
  if (!keys.exists()) {
    throw new Fault('key', {
      thing: `master secret for data folder ${folder}`,
      found: 'none',
      expected:
        'the one that this data was sealed with: bring it back from its backup, or move the data folder away to begin anew',
    });
  }
  const present = keys.open();
  const next = keys.openNext();
  if (next === undefined) return present;
  const stays = opensCabinet(folder, next) ? next : present;
  for (const one of [present, next]) if (one !== stays) one.fill(0);
  return stays;
}

/** Is the folder's cabinet sealed under this secret? */
export function opensCabinet(folder: string, root: Uint8Array): boolean {
  try {
    new Cabinet(folder, root)[Symbol.dispose]();
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'key') return false;
    throw error;
  }
}

function make(keys: KeyStore): void {
  try {
    keys.create();
  } catch (error) {
    // Another start may have made it a moment ago; it is the folder's lock that lets one of the two go on.
    if (!keys.exists()) throw error;
  }
}
