/** Reads a message from its first byte on. Past the end nothing is read, and `short` says so. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  short = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** `count` bytes as a number, low byte first. */
  number(count: 1 | 2 | 3 | 4): number {
    const bytes = this.take(count);
    return bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
  }

  take(count: number): Uint8Array {
    if (count > this.left) this.short = true;
    const bytes = this.#bytes.slice(this.#at, this.#at + count);
    this.#at += bytes.length;
    return bytes;
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }
}

/** A number as `count` bytes, low byte first. */
export const lowFirst = (value: number, count: 1 | 2 | 3 | 4): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(value / 0x100 ** i) & 0xff);
