import type { KeyObject } from 'node:crypto';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { SecretMemory } from '#core/ports/secretMemory.ts';
import { keyObject } from './derivedKeys.ts';
import { KeySlots } from './keySlots.ts';

/** One key of everybody. */
export class PersonKeys implements Disposable {
  readonly #keys: KeySlots<Pseudonym>;

  constructor(memory?: SecretMemory) {
    this.#keys = new KeySlots(memory);
  }

  /** Copies the key; the caller overwrites its own. */
  add(pseudonym: Pseudonym, key: Uint8Array): void {
    this.#keys.add(pseudonym, key);
  }

  /** False where there is none. */
  copyTo(pseudonym: Pseudonym, into: Uint8Array, at: number): boolean {
    return this.#keys.copyTo(pseudonym, into, at);
  }

  get(pseudonym: Pseudonym): KeyObject | undefined {
    const key = this.#keys.get(pseudonym);
    return key === undefined ? undefined : keyObject(key);
  }

  /** Overwrites the key; removing one that is not there is no error. */
  remove(pseudonym: Pseudonym): void {
    this.#keys.remove(pseudonym);
  }

  *[Symbol.iterator](): Generator<readonly [Pseudonym, KeyObject]> {
    for (const [pseudonym, key] of this.#keys) yield [pseudonym, keyObject(key)];
  }

  toJSON(): string {
    return `[keys of ${this.#keys.size}]`;
  }

  [Symbol.dispose](): void {
    this.#keys[Symbol.dispose]();
  }
}
