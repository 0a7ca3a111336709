import type { ReaderId } from '../kernel/ids.ts';

/** Where the keys of readers lie that speak through a secure channel, 16 bytes each. */
export interface ReaderKeys {
  /** The reader's keys, newest first: none, one, or two where a change of the key was cut off. The caller overwrites them. */
  get(reader: ReaderId): Promise<readonly Uint8Array[]>;
  /**
   * Afterwards exactly these lie there, newest first; none forgets the reader. Cut off at any moment, those that lay there
   * before and are among them lie there still.
   * @throws Fault `key` where they cannot be kept.
   */
  put(reader: ReaderId, keys: readonly Uint8Array[]): Promise<void>;
}
