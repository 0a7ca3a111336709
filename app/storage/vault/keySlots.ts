import { ORDINARY_MEMORY, type SecretMemory } from '#core/ports/secretMemory.ts';
import { KEY_BYTES } from './derivedKeys.ts';

/** A page of keys. */
const SLOTS_AT_FIRST = 128;

/** Many keys in one piece of memory that is overwritten as a whole. Whose they are, and in which slot, the owner knows. */
export class KeySlots implements Disposable {
  readonly #memory: SecretMemory;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(memory: SecretMemory = ORDINARY_MEMORY) {
    this.#memory = memory;
    this.#bytes = memory.take(SLOTS_AT_FIRST * KEY_BYTES);
  }

  /** Copies the key that stands at `at`; the caller overwrites its own. Byte by byte: a view of each costs more than that. */
  set(slot: number, from: Uint8Array, at = 0): void {
    while ((slot + 1) * KEY_BYTES > this.#bytes.length) this.#grow();
    for (let index = 0; index < KEY_BYTES; index++) this.#bytes[slot * KEY_BYTES + index] = from[at + index]!;
  }

  /** A view, good until the next key is set. */
  get(slot: number): Buffer {
    return Buffer.from(this.#bytes.buffer, slot * KEY_BYTES, KEY_BYTES);
  }

  copyTo(slot: number, into: Uint8Array, at: number): void {
    for (let index = 0; index < KEY_BYTES; index++) into[at + index] = this.#bytes[slot * KEY_BYTES + index]!;
  }

  overwrite(slot: number): void {
    this.get(slot).fill(0);
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
  }

  #grow(): void {
    const larger = this.#memory.take(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
