import type { AxisTaps } from './axisTaps.ts';
import type { Picture } from './picture.ts';

/** Every other byte of a word: two sums of 16 bits then fit beside each other. */
const EVEN_BYTES = 0x00ff00ff;
const LOW_HALF = 0x0000ffff;
const HIGH_HALF = 0xffff0000;
const WORD = 4;
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Weighted sums of source rows, the weights of `AxisTaps`. Where rows lie on whole words, as in frames of every usual
 * camera, four bytes are taken at a time: a quarter of the time, the same numbers. Two or three rows go in one pass,
 * because going over the sums costs as much as a row. Its numbers are fields so that a call a row allocates nothing.
 */
export class RowMixer {
  /** The sums of the last target row, RGB, from `offset` on for column `low` of the columns. */
  sums: Uint16Array<ArrayBuffer>;
  offset = 0;
  #pairs: Uint32Array<ArrayBuffer>;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array | undefined;
  /** Bytes, or words where those are used. */
  #stride = 0;
  #length = 0;
  #at = 0;
  /** Of the sums so far: nothing for the first pass over a row, all for the next. */
  #keep = 0;

  constructor(sums: Uint16Array<ArrayBuffer>) {
    this.sums = sums;
    this.#pairs = new Uint32Array(sums.buffer);
  }

  /** Numbers that `sums` must have room for. */
  static roomFor(columns: AxisTaps): number {
    return (Math.ceil(((columns.high - columns.low) * 3) / WORD) + 1) * WORD;
  }

  /** Takes up a picture; `sums` has the room that `roomFor` asks for. */
  open(picture: Picture, sums: Uint16Array<ArrayBuffer>): void {
    if (sums !== this.sums) {
      this.sums = sums;
      this.#pairs = new Uint32Array(sums.buffer);
    }
    const { pixels, width } = picture;
    const onWords = (width * 3) % WORD === 0 && pixels.byteOffset % WORD === 0 && IS_LITTLE_ENDIAN;
    this.#bytes = pixels;
    this.#words = onWords ? new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / WORD) : undefined;
    this.#stride = onWords ? (width * 3) / WORD : width * 3;
  }

  /** Lets go of the picture. */
  close(): void {
    this.#bytes = new Uint8Array(0);
    this.#words = undefined;
  }

  /** Makes `sums` those that `rows` gives for target row `y`, over the source columns that `columns` needs. */
  mix(rows: AxisTaps, y: number, columns: AxisTaps): void {
    const unit = this.#words === undefined ? 1 : WORD;
    const low = Math.floor((columns.low * 3) / unit);
    this.offset = columns.low * 3 - low * unit;
    this.#length = Math.ceil((columns.high * 3) / unit) - low;
    this.#at = rows.first[y]! * this.#stride + low;
    this.#keep = 0;
    const { weights } = rows;
    const end = rows.at[y]! + rows.count[y]!;
    for (let tap = rows.at[y]!; tap < end;) {
      const left = end - tap;
      const isThree = left === 3 || left > 4;
      if (isThree) this.#three(weights[tap]!, weights[tap + 1]!, weights[tap + 2]!);
      else this.#two(weights[tap]!, left === 1 ? 0 : weights[tap + 1]!);
      tap += isThree ? 3 : 2;
      this.#keep = -1;
    }
  }

  #two(a: number, b: number): void {
    // A single row is taken with itself at weight 0: the one after it may lie beyond the picture.
    const next = b === 0 ? this.#at : this.#at + this.#stride;
    if (this.#words === undefined) this.#twoByBytes(next, a, b);
    else this.#twoByWords(this.#words, next, a, b);
    this.#at += 2 * this.#stride;
  }

  #three(a: number, b: number, c: number): void {
    if (this.#words === undefined) this.#threeByBytes(a, b, c);
    else this.#threeByWords(this.#words, a, b, c);
    this.#at += 3 * this.#stride;
  }

  #twoByWords(words: Uint32Array, q: number, a: number, b: number): void {
    const pairs = this.#pairs;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    let to = 0;
    for (let i = 0; i < length; i++, to += 2) {
      const u = words[p + i]!;
      const v = words[q + i]!;
      const even = Math.imul(u & EVEN_BYTES, a) + Math.imul(v & EVEN_BYTES, b);
      const odd = Math.imul((u >>> 8) & EVEN_BYTES, a) + Math.imul((v >>> 8) & EVEN_BYTES, b);
      pairs[to] = (pairs[to]! & keep) + ((even & LOW_HALF) | (odd << 16));
      pairs[to + 1] = (pairs[to + 1]! & keep) + ((even >>> 16) | (odd & HIGH_HALF));
    }
  }

  #threeByWords(words: Uint32Array, a: number, b: number, c: number): void {
    const pairs = this.#pairs;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    const q = p + this.#stride;
    const r = q + this.#stride;
    let to = 0;
    for (let i = 0; i < length; i++, to += 2) {
      const u = words[p + i]!;
      const v = words[q + i]!;
      const w = words[r + i]!;
      const even = Math.imul(u & EVEN_BYTES, a) + Math.imul(v & EVEN_BYTES, b) + Math.imul(w & EVEN_BYTES, c);
      const odd =
        Math.imul((u >>> 8) & EVEN_BYTES, a) +
        Math.imul((v >>> 8) & EVEN_BYTES, b) +
        Math.imul((w >>> 8) & EVEN_BYTES, c);
      pairs[to] = (pairs[to]! & keep) + ((even & LOW_HALF) | (odd << 16));
      pairs[to + 1] = (pairs[to + 1]! & keep) + ((even >>> 16) | (odd & HIGH_HALF));
    }
  }

  #twoByBytes(q: number, a: number, b: number): void {
    const { sums } = this;
    const bytes = this.#bytes;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    for (let i = 0; i < length; i++) {
      sums[i] = (sums[i]! & keep) + Math.imul(bytes[p + i]!, a) + Math.imul(bytes[q + i]!, b);
    }
  }

  #threeByBytes(a: number, b: number, c: number): void {
    const { sums } = this;
    const bytes = this.#bytes;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    const q = p + this.#stride;
    const r = q + this.#stride;
    for (let i = 0; i < length; i++) {
      const more = Math.imul(bytes[p + i]!, a) + Math.imul(bytes[q + i]!, b) + Math.imul(bytes[r + i]!, c);
      sums[i] = (sums[i]! & keep) + more;
    }
  }
}
