import { ORDINARY_MEMORY, type SecretMemory } from '#core/ports/secretMemory.ts';
import { KEY_BYTES } from './derivedKeys.ts';

/** A page of keys. */
const SLOTS_AT_FIRST = 128;

/** Many keys in one piece of memory that is overwritten as a whole. */
export class KeySlots<Id> implements Disposable {
  readonly #memory: SecretMemory;
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #slots = new Map<Id, number>();
  readonly #free: number[] = [];

  constructor(memory: SecretMemory = ORDINARY_MEMORY) {
    this.#memory = memory;
    this.#bytes = memory.take(SLOTS_AT_FIRST * KEY_BYTES);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Copies the key; the caller overwrites its own. */
  add(id: Id, key: Uint8Array): void {
    const slot = this.#slots.get(id) ?? this.#free.pop() ?? this.#slots.size;
    if ((slot + 1) * KEY_BYTES > this.#bytes.length) this.#grow();
    this.#bytes.set(key, slot * KEY_BYTES);
    this.#slots.set(id, slot);
  }

  /** A view, good until the next key is added. */
  get(id: Id): Buffer | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#at(slot);
  }

  /** Copies the key; false where there is none. Without a view of its own, which for everybody costs more than the copy. */
  copyTo(id: Id, into: Uint8Array, at: number): boolean {
    const slot = this.#slots.get(id);
    if (slot === undefined) return false;
    for (let index = 0; index < KEY_BYTES; index++) into[at + index] = this.#bytes[slot * KEY_BYTES + index]!;
    return true;
  }

  /** Overwrites the key; removing one that is not there is no error. */
  remove(id: Id): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#at(slot).fill(0);
    this.#slots.delete(id);
    this.#free.push(slot);
  }

  ids(): IterableIterator<Id> {
    return this.#slots.keys();
  }

  /** Views, good until the next key is added. */
  *[Symbol.iterator](): Generator<readonly [Id, Buffer]> {
    for (const [id, slot] of this.#slots) yield [id, this.#at(slot)];
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
    this.#slots.clear();
    this.#free.length = 0;
  }

  #at(slot: number): Buffer {
    return Buffer.from(this.#bytes.buffer, slot * KEY_BYTES, KEY_BYTES);
  }

  #grow(): void {
    const larger = this.#memory.take(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
