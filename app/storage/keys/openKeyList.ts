import { randomBytes } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import type { EpochStore } from '#core/ports/epochStore.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import type { BlockFile, BlockKeys } from './blockFile.ts';

export interface OpenList {
  /** The epoch secret that the list is sealed under. */
  readonly epoch: Buffer;
  readonly generation: number;
  readonly keys: BlockKeys;
}

/**
 * Opens the list of block keys with whichever secret of the store fits, which is then the only one left: a renewal that
 * was cut off ends here, as done where its list was committed and as not begun where it was not.
 * @throws Fault `key` where no secret fits.
 */
export function openKeyList(file: BlockFile, epochs: EpochStore): OpenList {
  const secrets = epochs.read();
  try {
    for (const secret of secrets) {
      const opened = file.open(secret);
      if (opened === undefined) continue;
      if (secrets.length > 1) epochs.hold([secret]);
      return { epoch: Buffer.from(secret), ...opened };
    }
  } finally {
    for (const secret of secrets) secret.fill(0);
  }
  throw new Fault('key', {
    thing: 'epoch secret of keyring.db',
    found: secrets.length === 0 ? 'none' : 'one that this keyring is not sealed under',
    expected:
      'keyring.db and epoch secret of the same moment: an older copy of either does not fit, by intent. Bring both back ' +
      'from an escrow place, with the recovery key',
  });
}

/** The secret for a keyring that is made now. One that a first start left, cut off, is taken: nothing hangs on it. */
export function firstEpoch(epochs: EpochStore): Buffer {
  const [left, ...others] = epochs.read();
  for (const other of others) other.fill(0);
  if (left !== undefined) return Buffer.from(left.buffer, left.byteOffset, left.length);
  const epoch = randomBytes(KEY_BYTES);
  epochs.hold([epoch]);
  return epoch;
}
