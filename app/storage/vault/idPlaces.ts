import { isRandomId, ID_BYTES, type RandomId } from '../files/randomId.ts';

const WORDS = ID_BYTES / Uint32Array.BYTES_PER_ELEMENT;
const PLACES_AT_FIRST = 128;

/**
 * A place for each random id: a number from 0 on, which stays its own until it is removed. Ids are found by their bytes,
 * for everybody's as text would take longer to make than everything that is then done with them.
 */
export class IdPlaces<Id extends RandomId> {
  /** By place. */
  #ids = new Uint32Array(PLACES_AT_FIRST * WORDS);
  /** By hash, the next one where that is taken: one more than the place, 0 for nobody. Never more than half full. */
  #found = new Int32Array(PLACES_AT_FIRST * 2);
  #given = 0;
  readonly #free = new Set<number>();
  readonly #wanted = new Uint32Array(WORDS);
  readonly #wantedBytes = new Uint8Array(this.#wanted.buffer);

  get size(): number {
    return this.#given - this.#free.size;
  }

  /** The place of the id that stands at `at`; -1 where it has none. */
  find(bytes: Uint8Array, at = 0): number {
    this.#want(bytes, at);
    return this.#found[this.#search()]! - 1;
  }

  /** The same of an id as text, which need not be one. */
  of(id: Id): number {
    return isRandomId(id) ? this.find(Buffer.from(id, 'hex')) : -1;
  }

  /** The place of the id that stands at `at`, a new one where it has none. */
  add(bytes: Uint8Array, at = 0): number {
    if (this.size * 2 >= this.#found.length) this.#grow();
    this.#want(bytes, at);
    const slot = this.#search();
    if (this.#found[slot] !== 0) return this.#found[slot]! - 1;
    const [free] = this.#free;
    const place = free ?? this.#given++;
    if (free !== undefined) this.#free.delete(free);
    for (let word = 0; word < WORDS; word++) this.#ids[place * WORDS + word] = this.#wanted[word]!;
    this.#found[slot] = place + 1;
    return place;
  }

  /** The place that becomes free; -1 where there was none. */
  remove(id: Id): number {
    const place = this.of(id);
    if (place < 0) return -1;
    this.#free.add(place);
    let gap = this.#search();
    this.#found[gap] = 0;
    // Whoever came to stand further on because this was taken moves up, so that the way to everybody has no gap.
    for (let slot = this.#after(gap); this.#found[slot] !== 0; slot = this.#after(slot)) {
      const other = this.#found[slot]! - 1;
      const [way, wayToGap] = [slot - this.#home(this.#ids, other * WORDS), slot - gap].map(
        (steps) => steps & this.#mask,
      );
      if (way! < wayToGap!) continue;
      this.#found[gap] = other + 1;
      this.#found[slot] = 0;
      gap = slot;
    }
    return place;
  }

  /** In order of their places. */
  *[Symbol.iterator](): Generator<readonly [Id, place: number]> {
    for (let place = 0; place < this.#given; place++)
      if (!this.#free.has(place))
        yield [Buffer.from(this.#ids.buffer, place * ID_BYTES, ID_BYTES).toString('hex') as Id, place];
  }

  /** The ids that have no place in `others`. */
  missingIn(others: IdPlaces<Id>): Id[] {
    const missing: Id[] = [];
    const bytes = Buffer.from(this.#ids.buffer);
    for (let place = 0; place < this.#given; place++) {
      const at = place * ID_BYTES;
      if (others.find(bytes, at) < 0 && !this.#free.has(place))
        missing.push(bytes.toString('hex', at, at + ID_BYTES) as Id);
    }
    return missing;
  }

  clear(): void {
    this.#found.fill(0);
    this.#free.clear();
    this.#given = 0;
  }

  get #mask(): number {
    return this.#found.length - 1;
  }

  #want(bytes: Uint8Array, at: number): void {
    for (let index = 0; index < ID_BYTES; index++) this.#wantedBytes[index] = bytes[at + index]!;
  }

  /** Where the wanted id stands, or would. */
  #search(): number {
    const [ids, found, wanted] = [this.#ids, this.#found, this.#wanted];
    for (let slot = this.#home(wanted, 0); ; slot = this.#after(slot)) {
      const first = (found[slot]! - 1) * WORDS;
      if (first < 0) return slot;
      if (ids[first] !== wanted[0] || ids[first + 1] !== wanted[1]) continue;
      if (ids[first + 2] === wanted[2] && ids[first + 3] === wanted[3]) return slot;
    }
  }

  /** Ids are random: their own bits are as good as any hash of them. */
  #home(words: Uint32Array, at: number): number {
    return (words[at]! ^ words[at + 1]! ^ words[at + 2]! ^ words[at + 3]!) & this.#mask;
  }

  #after(slot: number): number {
    return (slot + 1) & this.#mask;
  }

  #grow(): void {
    const ids = new Uint32Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#found = new Int32Array(this.#found.length * 2);
    for (let place = 0; place < this.#given; place++) {
      if (this.#free.has(place)) continue;
      let slot = this.#home(ids, place * WORDS);
      while (this.#found[slot] !== 0) slot = this.#after(slot);
      this.#found[slot] = place + 1;
    }
  }
}
