import { assert } from '../kernel/assert.ts';
import type { Pseudonym } from '../kernel/ids.ts';
import { wallTime, type WallTime } from '../kernel/units.ts';
import { ORDINARY_MEMORY, type SecretMemory } from '../ports/secretMemory.ts';
import { hasEnded } from '../privacy/consent.ts';
import { FEATURE_LENGTH, type Probe } from './probe.ts';
import type { Template } from './template.ts';

/** One person and the best cosine of the probe to any of that person's templates. */
export interface Candidate {
  readonly pseudonym: Pseudonym;
  readonly cosine: number;
}

/** Different people, best first. */
export type CandidateList = readonly Candidate[];

/** A gallery grows by so many rows, 512 KiB of them: none is ever moved for want of room. */
const ROWS_A_BLOCK = 256;
const BLOCK_BYTES = ROWS_A_BLOCK * FEATURE_LENGTH * Float32Array.BYTES_PER_ELEMENT;

/** The enrolled templates in memory, one row of 512 numbers each, packed from row 0 of the first block. */
export class Gallery implements Disposable {
  readonly #memory: SecretMemory;
  readonly #blocks: Float32Array[] = [];
  readonly #owners: Pseudonym[] = [];
  readonly #untils: WallTime[] = [];
  readonly #rowsOf = new Map<Pseudonym, readonly number[]>();
  #additions = 0;

  constructor(memory: SecretMemory = ORDINARY_MEMORY) {
    this.#memory = memory;
  }

  /** Copies the template in; the template itself can be overwritten afterwards. */
  add(template: Template): void {
    const row = this.#owners.length;
    if (row % ROWS_A_BLOCK === 0) this.#blocks.push(new Float32Array(this.#memory.take(BLOCK_BYTES).buffer));
    template.copyTo(this.#blockOf(row), offsetOf(row));
    const { pseudonym, until } = template.record;
    this.#owners.push(pseudonym);
    this.#untils.push(until);
    const held = this.#rowsOf.get(pseudonym);
    this.#rowsOf.set(pseudonym, held === undefined ? [row] : [...held, row]);
    this.#additions++;
  }

  /** Overwrites every template of a person; matching them stops with this call. */
  remove(pseudonym: Pseudonym): void {
    for (const row of this.#rowsHeldBy(pseudonym).toSorted((a, b) => b - a)) this.#removeRow(row);
  }

  /** Overwrites every template whose consent has ended, in one pass however many they are; says how many they were. */
  removeEnded(at: WallTime): number {
    return this.#removeRows((row) => hasEnded(this.#untils[row]!, at));
  }

  /** The first moment at which a template of this person no longer holds. `undefined` for somebody without any. */
  until(pseudonym: Pseudonym): WallTime | undefined {
    const theirs = this.#rowsHeldBy(pseudonym).map((row) => this.#untils[row]!);
    return theirs.length === 0 ? undefined : wallTime(Math.min(...theirs));
  }

  /** People, not templates. */
  get people(): number {
    return this.#rowsOf.size;
  }

  get templates(): number {
    return this.#owners.length;
  }

  has(pseudonym: Pseudonym): boolean {
    return this.#rowsOf.has(pseudonym);
  }

  /** Templates added so far, whether or not they are still there: whoever knows this number knows of nobody new. */
  get additions(): number {
    return this.#additions;
  }

  /** Calls `visit` with the cosine of `probe` to every template, or to those of one person. */
  compare(probe: Probe, visit: (pseudonym: Pseudonym, cosine: number) => void, only?: Pseudonym): void {
    if (only === undefined) return this.#compareAll(probe, visit);
    for (const row of this.#rowsHeldBy(only)) visit(only, probe.cosine(this.#blockOf(row), offsetOf(row)));
  }

  #compareAll(probe: Probe, visit: (pseudonym: Pseudonym, cosine: number) => void): void {
    const cosines = new Float64Array(ROWS_A_BLOCK);
    for (const [index, block] of this.#blocks.entries()) {
      const first = index * ROWS_A_BLOCK;
      const some = cosines.subarray(0, this.#owners.length - first);
      probe.cosines(block, 0, some);
      for (let i = 0; i < some.length; i++) visit(this.#owners[first + i]!, some[i]!);
    }
    cosines.fill(0);
  }

  #rowsHeldBy(pseudonym: Pseudonym): readonly number[] {
    return this.#rowsOf.get(pseudonym) ?? [];
  }

  #blockOf(row: number): Float32Array {
    const block = this.#blocks[Math.floor(row / ROWS_A_BLOCK)];
    assert(block !== undefined, 'a row lies in a block');
    return block;
  }

  #removeRows(goes: (row: number) => boolean): number {
    const before = this.templates;
    // From the end: the row that takes the place of a removed one has been looked at already.
    for (let row = before - 1; row >= 0; row--) if (goes(row)) this.#removeRow(row);
    return before - this.templates;
  }

  /** The last row takes the place of the removed one. */
  #removeRow(row: number): void {
    const last = this.#owners.length - 1;
    const [owner, mover] = [this.#owners[row]!, this.#owners[last]!];
    const left = this.#rowsHeldBy(owner).filter((held) => held !== row);
    if (left.length === 0) this.#rowsOf.delete(owner);
    else this.#rowsOf.set(owner, left);
    if (row !== last)
      this.#rowsOf.set(
        mover,
        this.#rowsHeldBy(mover).map((held) => (held === last ? row : held)),
      );
    const lastBlock = this.#blockOf(last);
    const lastRow = lastBlock.subarray(offsetOf(last), offsetOf(last) + FEATURE_LENGTH);
    this.#blockOf(row).set(lastRow, offsetOf(row));
    lastRow.fill(0);
    if (offsetOf(last) === 0) this.#blocks.pop();
    this.#owners[row] = mover;
    this.#untils[row] = this.#untils[last]!;
    this.#owners.pop();
    this.#untils.pop();
  }

  toJSON(): string {
    return `[gallery of ${this.people}]`;
  }

  [Symbol.dispose](): void {
    for (const block of this.#blocks.splice(0)) block.fill(0);
    this.#owners.length = 0;
    this.#untils.length = 0;
    this.#rowsOf.clear();
  }
}

const offsetOf = (row: number): number => (row % ROWS_A_BLOCK) * FEATURE_LENGTH;

/** The `count` best people for a probe, exactly: every template is compared. A comparison without a number is none. */
export function searchGallery(gallery: Gallery, probe: Probe, count: number): CandidateList {
  assert(count >= 1, 'a search asks for somebody');
  const best: Candidate[] = [];
  gallery.compare(probe, (pseudonym, cosine) => {
    if (Number.isNaN(cosine) || (best.length === count && cosine <= best[count - 1]!.cosine)) return;
    const known = best.findIndex((candidate) => candidate.pseudonym === pseudonym);
    if (known >= 0 && best[known]!.cosine >= cosine) return;
    if (known >= 0) best.splice(known, 1);
    const place = best.findIndex((candidate) => candidate.cosine < cosine);
    best.splice(place < 0 ? best.length : place, 0, { pseudonym, cosine });
    if (best.length > count) best.pop();
  });
  return best;
}

/** The best cosine of the probe to one person's templates; -1 where that person has none. */
export function compareWith(gallery: Gallery, probe: Probe, pseudonym: Pseudonym): number {
  let best = -1;
  gallery.compare(
    probe,
    (_, cosine) => {
      if (cosine > best) best = cosine;
    },
    pseudonym,
  );
  return best;
}
