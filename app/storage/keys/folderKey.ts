import { Fault, messageOf } from '#core/kernel/fault.ts';
import { deriveKey, type KeyPurpose } from '../vault/derivedKeys.ts';
import { openCabinet } from './cabinet.ts';

/**
 * A key for one small file of a data folder, out of its cabinet; the caller overwrites it.
 * @throws Fault `key` where the cabinet cannot be opened with this root secret; `storage` where the folder cannot be
 * written.
 */
export function folderKey(folder: string, root: Uint8Array, purpose: KeyPurpose): Buffer {
  try {
    using cabinet = openCabinet(folder, root);
    const master = cabinet.key('master');
    const key = deriveKey(master, purpose);
    master.fill(0);
    return key;
  } catch (error) {
    if (error instanceof Fault) throw error;
    const expected = 'a folder with room that this account may write';
    throw new Fault('storage', { thing: folder, found: messageOf(error), expected }, error);
  }
}
