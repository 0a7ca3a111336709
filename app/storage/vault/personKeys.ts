import type { KeyObject } from 'node:crypto';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { KEY_BYTES, keyObject } from './derivedKeys.ts';

const SLOTS_AT_FIRST = 256;

/** The record keys of everybody, in one piece of memory that is overwritten as a whole. */
export class PersonKeys implements Disposable {
  #bytes = Buffer.alloc(SLOTS_AT_FIRST * KEY_BYTES);
  readonly #slots = new Map<Pseudonym, number>();
  readonly #free: number[] = [];

  /** Copies the key; the caller overwrites its own. */
  add(pseudonym: Pseudonym, key: Uint8Array): void {
    const slot = this.#slots.get(pseudonym) ?? this.#free.pop() ?? this.#slots.size;
    if ((slot + 1) * KEY_BYTES > this.#bytes.length) this.#grow();
    this.#bytes.set(key, slot * KEY_BYTES);
    this.#slots.set(pseudonym, slot);
  }

  get(pseudonym: Pseudonym): KeyObject | undefined {
    const slot = this.#slots.get(pseudonym);
    return slot === undefined ? undefined : this.#at(slot);
  }

  /** Overwrites the key; removing one that is not there is no error. */
  remove(pseudonym: Pseudonym): void {
    const slot = this.#slots.get(pseudonym);
    if (slot === undefined) return;
    this.#bytes.fill(0, slot * KEY_BYTES, (slot + 1) * KEY_BYTES);
    this.#slots.delete(pseudonym);
    this.#free.push(slot);
  }

  *[Symbol.iterator](): Generator<readonly [Pseudonym, KeyObject]> {
    for (const [pseudonym, slot] of this.#slots) yield [pseudonym, this.#at(slot)];
  }

  toJSON(): string {
    return `[keys of ${this.#slots.size}]`;
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
    this.#slots.clear();
    this.#free.length = 0;
  }

  #at(slot: number): KeyObject {
    return keyObject(this.#bytes.subarray(slot * KEY_BYTES, (slot + 1) * KEY_BYTES));
  }

  #grow(): void {
    const larger = Buffer.alloc(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
