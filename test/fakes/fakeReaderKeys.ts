import { Fault } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';

/** Readers' keys in memory. While `broken` nothing can be kept. */
export class FakeReaderKeys implements ReaderKeys {
  broken = false;
  /** Every `put`, as hex, in order. */
  readonly puts: string[][] = [];
  readonly #keys = new Map<ReaderId, readonly Uint8Array[]>();

  /** Vaults start with what an earlier installation left. */
  constructor(keys: Readonly<Record<string, Uint8Array>> = {}) {
    for (const [reader, key] of Object.entries(keys)) this.#keys.set(reader as ReaderId, [Uint8Array.from(key)]);
  }

  get(reader: ReaderId): Promise<readonly Uint8Array[]> {
    return Promise.resolve((this.#keys.get(reader) ?? []).map((key) => Uint8Array.from(key)));
  }

  put(reader: ReaderId, keys: readonly Uint8Array[]): Promise<void> {
    if (this.broken) {
      return Promise.reject(new Fault('key', { thing: 'vault', found: 'a broken one', expected: 'one that keeps' }));
    }
    this.#keys.set(
      reader,
      keys.map((key) => Uint8Array.from(key)),
    );
    this.puts.push(keys.map((key) => Buffer.from(key).toString('hex')));
    return Promise.resolve();
  }
}
