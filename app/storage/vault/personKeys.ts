import type { KeyObject } from 'node:crypto';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { SecretMemory } from '#core/ports/secretMemory.ts';
import { idBytes } from '../files/randomId.ts';
import { keyObject } from './derivedKeys.ts';
import { IdPlaces } from './idPlaces.ts';
import { KeySlots } from './keySlots.ts';

/** One key of everybody. */
export class PersonKeys implements Disposable {
  readonly #places = new IdPlaces<Pseudonym>();
  readonly #keys: KeySlots;

  constructor(memory?: SecretMemory) {
    this.#keys = new KeySlots(memory);
  }

  /** Copies the key; the caller overwrites its own. */
  add(pseudonym: Pseudonym, key: Uint8Array): void {
    this.#keys.set(this.#places.add(idBytes(pseudonym)), key);
  }

  /** The same, of a pseudonym and a key that stand in `bytes`. */
  addFrom(bytes: Uint8Array, pseudonymAt: number, keyAt: number): void {
    this.#keys.set(this.#places.add(bytes, pseudonymAt), bytes, keyAt);
  }

  /** Where the pseudonym that stands at `at` has its key, for `copyTo`; -1 where there is none. */
  find(bytes: Uint8Array, at: number): number {
    return this.#places.find(bytes, at);
  }

  copyTo(found: number, into: Uint8Array, at: number): void {
    this.#keys.copyTo(found, into, at);
  }

  get(pseudonym: Pseudonym): KeyObject | undefined {
    const place = this.#places.of(pseudonym);
    return place < 0 ? undefined : keyObject(this.#keys.get(place));
  }

  /** Overwrites the key; removing one that is not there is no error. */
  remove(pseudonym: Pseudonym): void {
    const place = this.#places.remove(pseudonym);
    if (place >= 0) this.#keys.overwrite(place);
  }

  *[Symbol.iterator](): Generator<readonly [Pseudonym, KeyObject]> {
    for (const [pseudonym, place] of this.#places) yield [pseudonym, keyObject(this.#keys.get(place))];
  }

  toJSON(): string {
    return `[keys of ${this.#places.size}]`;
  }

  [Symbol.dispose](): void {
    this.#keys[Symbol.dispose]();
    this.#places.clear();
  }
}
