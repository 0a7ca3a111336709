import { assert } from '#core/kernel/assert.ts';

/** Shorter bytes are found anywhere by chance. */
export const NEEDLE_BYTES_MIN = 12;
/** Fewer different bytes, as of a plain wall, may stand in any file. */
const DIFFERENT_BYTES_MIN = 8;
/** Bits of a key that say whether a needle may begin at a place. */
const MARK_BITS = 22;

interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bytes that must be found nowhere, each with the name of what it is a piece of, and a search for all of them at once. */
export class Needles {
  readonly #byKey = new Map<number, Needle[]>();
  /** Most places of a file are passed over by this alone. */
  readonly #marks = new Uint8Array(1 << MARK_BITS);
  readonly #first = new Map<string, Buffer>();
  #count = 0;

  /** Takes a copy. False where these bytes are too alike to tell anything from anything. */
  add(name: string, piece: Uint8Array): boolean {
    assert(piece.length >= NEEDLE_BYTES_MIN, `a needle has ${NEEDLE_BYTES_MIN} bytes, not ${piece.length}`);
    if (new Set(piece).size < DIFFERENT_BYTES_MIN) return false;
    const bytes = Buffer.from(piece);
    const key = keyAt(bytes, 0);
    const others = this.#byKey.get(key);
    if (others === undefined) this.#byKey.set(key, [{ name, bytes }]);
    else others.push({ name, bytes });
    this.#marks[key >>> (32 - MARK_BITS)] = 1;
    if (!this.#first.has(name)) this.#first.set(name, bytes);
    this.#count++;
    return true;
  }

  get count(): number {
    return this.#count;
  }

  /** One needle of every name. */
  get samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
    return [...this.#first].map(([name, bytes]) => ({ name, bytes }));
  }

  /** How often needles of each name stand in `content`, beginning at any byte. */
  find(content: Buffer): Map<string, number> {
    const found = new Map<string, number>();
    for (let at = 0; at + NEEDLE_BYTES_MIN <= content.length; at++) {
      const key = keyAt(content, at);
      if (this.#marks[key >>> (32 - MARK_BITS)] === 0) continue;
      for (const { name, bytes } of this.#byKey.get(key) ?? []) {
        if (content.subarray(at, at + bytes.length).equals(bytes)) found.set(name, (found.get(name) ?? 0) + 1);
      }
    }
    return found;
  }
}

/**
 * 32 bits made of bytes 4 to 11, where needles differ: 64-bit floats that were 32-bit ones begin with zeros, and numbers
 * as text begin alike.
 */
function keyAt(bytes: Uint8Array, at: number): number {
  const a = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
  const b = bytes[at + 8]! | (bytes[at + 9]! << 8) | (bytes[at + 10]! << 16) | (bytes[at + 11]! << 24);
  // Fibonacci hashing (Knuth): the upper bits depend on all of them.
  return Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1) >>> 0;
}
