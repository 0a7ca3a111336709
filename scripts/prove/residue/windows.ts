import { assert } from '#core/kernel/assert.ts';
import type { Sought } from '../../traces/sought.ts';

/** Bytes of one window: 8 floats, 32 whole numbers of a byte, 10 pixels. */
export const WINDOW_BYTES = 32;
/** Fewer different bytes, as of a plain wall, may stand in any memory. */
const DIFFERENT_BYTES_MIN = 8;
/** Of all places the share that a window may begin at: chosen by what stands there, so that both sides choose the same. */
const PLACES_TO_A_WINDOW_BITS = 5;

/** How densely windows of a source are kept: one of so many places. */
export const DENSE = 1 << PLACES_TO_A_WINDOW_BITS;
const SHARE_BITS_MAX = 16;

/** A window that two faces have in common, as a plain background: it tells nothing of either. */
const SHARED = 0xffff_ffff;
const EMPTY = 0;
const FILLED_MAX = 0.6;
const SLOTS_FIRST = 1 << 16;
/** Of the two hashes. */
const FIRST_SEED = 0x2545f491;
const SECOND_SEED = 0x9e3779b1;

/** What a source is of: a kind of trace, and the face it was made of. */
export interface Source {
  /** Index of a kind's name. */
  readonly kind: number;
  readonly face: number;
}

export interface Hit extends Source {
  /** Byte of the content that the window begins at. */
  readonly at: number;
}

const KIND_BITS = 8;

/**
 * Very many sequences of bytes, and a quick search for all of them at once. Of each sequence windows of WINDOW_BYTES are
 * kept, at places that their own first eight bytes choose; content is searched at every byte, but only where those bytes
 * would have chosen the place. Of a sequence that stands somewhere whole, or in a longer part, many windows are found; one
 * is enough. Nothing is kept but two hashes of 32 bits a window.
 */
export class Windows implements Sought {
  readonly #names: readonly string[];
  #firsts = new Uint32Array(SLOTS_FIRST);
  #seconds = new Uint32Array(SLOTS_FIRST);
  /** 0 where nothing is; otherwise the source, plus one. */
  #sources = new Uint32Array(SLOTS_FIRST);
  #count = 0;
  #shared = 0;

  /** @param names of the kinds of traces, by their index */
  constructor(names: readonly string[]) {
    assert(names.length < 1 << KIND_BITS, 'a kind fits into its bits');
    this.#names = names;
  }

  /** Windows that are searched for. */
  get count(): number {
    return this.#count - this.#shared;
  }

  /** Windows that were left out because several faces have them in common. */
  get shared(): number {
    return this.#shared;
  }

  /**
   * Adds the windows of one source and says how many were kept.
   * @param oneIn of so many places one: DENSE, or more by a power of two
   */
  add({ kind, face }: Source, bytes: Uint8Array, oneIn = DENSE): number {
    const bits = Math.log2(oneIn);
    assert(Number.isInteger(bits) && bits >= PLACES_TO_A_WINDOW_BITS && bits <= SHARE_BITS_MAX, 'a share of places');
    const source = ((face << KIND_BITS) | kind) >>> 0;
    let kept = 0;
    eachChosen(bytes, bits, (view, at) => {
      if (isPlain(view, at)) return;
      if (this.#insert(hashAt(view, at, FIRST_SEED), hashAt(view, at, SECOND_SEED), source)) kept++;
    });
    return kept;
  }

  /** Every window that stands in `content`, beginning at any byte. */
  search(content: Uint8Array): Hit[] {
    const hits: Hit[] = [];
    eachChosen(content, PLACES_TO_A_WINDOW_BITS, (view, at) => {
      const hit = this.#lookUp(view, at);
      if (hit !== undefined) hits.push(hit);
    });
    return hits;
  }

  find(content: Buffer): Map<string, number> {
    const found = new Map<string, number>();
    for (const hit of this.search(content)) {
      const name = `${this.#names[hit.kind]} of face ${hit.face}`;
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    return found;
  }

  #lookUp(view: DataView, at: number): Hit | undefined {
    const mask = this.#sources.length - 1;
    const first = hashAt(view, at, FIRST_SEED);
    for (let slot = first & mask; this.#sources[slot] !== EMPTY; slot = (slot + 1) & mask) {
      if (this.#firsts[slot] !== first || this.#seconds[slot] !== hashAt(view, at, SECOND_SEED)) continue;
      const source = this.#sources[slot]!;
      if (source === SHARED) return undefined;
      return { kind: (source - 1) & ((1 << KIND_BITS) - 1), face: (source - 1) >>> KIND_BITS, at };
    }
    return undefined;
  }

  /** False where it was there already. */
  #insert(first: number, second: number, source: number): boolean {
    if (this.#count >= this.#sources.length * FILLED_MAX) this.#grow();
    const slot = this.#slotOf(first, second);
    const there = this.#sources[slot]!;
    if (there === EMPTY) {
      this.#firsts[slot] = first;
      this.#seconds[slot] = second;
      this.#sources[slot] = source + 1;
      this.#count++;
      return true;
    }
    if (there !== SHARED && (there - 1) >>> KIND_BITS !== source >>> KIND_BITS) {
      this.#sources[slot] = SHARED;
      this.#shared++;
    }
    return false;
  }

  /** Where this window is, or would be put. */
  #slotOf(first: number, second: number): number {
    const mask = this.#sources.length - 1;
    let slot = first & mask;
    while (this.#sources[slot] !== EMPTY && (this.#firsts[slot] !== first || this.#seconds[slot] !== second))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [firsts, seconds, sources] = [this.#firsts, this.#seconds, this.#sources];
    const length = sources.length * 2;
    this.#firsts = new Uint32Array(length);
    this.#seconds = new Uint32Array(length);
    this.#sources = new Uint32Array(length);
    for (let i = 0; i < sources.length; i++) {
      if (sources[i] === EMPTY) continue;
      const slot = this.#slotOf(firsts[i]!, seconds[i]!);
      this.#firsts[slot] = firsts[i]!;
      this.#seconds[slot] = seconds[i]!;
      this.#sources[slot] = sources[i]!;
    }
  }
}

/** Calls `visit` for every place of `bytes` that windows may begin at, one of 2^bits. */
function eachChosen(bytes: Uint8Array, bits: number, visit: (view: DataView, at: number) => void): void {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.length);
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
  const last = aligned.length - WINDOW_BYTES;
  const shift = 32 - bits;
  for (let i = 0, at = 0; at <= last; i++, at += 4) {
    const a = words[i]!;
    const b = words[i + 1]!;
    const c = words[i + 2]!;
    // Most of a memory is zeros; windows that begin with twice the same are never kept.
    if (a === b && b === c) continue;
    if (choice(a, b) >>> shift === 0) visit(view, at);
    if (choice((a >>> 8) | (b << 24), (b >>> 8) | (c << 24)) >>> shift === 0 && at + 1 <= last) visit(view, at + 1);
    if (choice((a >>> 16) | (b << 16), (b >>> 16) | (c << 16)) >>> shift === 0 && at + 2 <= last) visit(view, at + 2);
    if (choice((a >>> 24) | (b << 8), (b >>> 24) | (c << 8)) >>> shift === 0 && at + 3 <= last) visit(view, at + 3);
  }
}

/** 32 bits made of the first eight bytes of a window; places whose upper bits are zero are chosen. */
function choice(first: number, next: number): number {
  const mixed = Math.imul(first ^ Math.imul(next, 0x85ebca6b), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
}

/** All eight words of a window (the rounds of MurmurHash3). */
function hashAt(view: DataView, at: number, seed: number): number {
  let hash = seed;
  for (let i = 0; i < WINDOW_BYTES; i += 4) {
    let word = Math.imul(view.getUint32(at + i, true), 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Does it begin with twice the same, or have few different bytes? */
function isPlain(view: DataView, at: number): boolean {
  if (view.getUint32(at) === view.getUint32(at + 4)) return true;
  const seen = new Set<number>();
  for (let i = 0; i < WINDOW_BYTES; i++) seen.add(view.getUint8(at + i));
  return seen.size < DIFFERENT_BYTES_MIN;
}
