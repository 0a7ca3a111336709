import { assert } from '../kernel/assert.ts';

/** Numbers of a probe, a template or their mean. */
export const FEATURE_LENGTH = 512;

/** Rows whose sums are made side by side: they share each number of the probe, and no sum waits for another. */
const ROWS_ABREAST = 4;

/** Each sum is made in the same order as in `productsAbreast`: two rows that are equal must have equal products. */
function product(values: Float32Array, rows: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < FEATURE_LENGTH; i++) sum += values[i]! * rows[offset + i]!;
  return sum;
}

function productsAbreast(
  values: Float32Array,
  rows: Float32Array,
  { row, into, at }: { readonly row: number; readonly into: Float64Array; readonly at: number },
): void {
  const first = row * FEATURE_LENGTH;
  const second = first + FEATURE_LENGTH;
  const third = second + FEATURE_LENGTH;
  const fourth = third + FEATURE_LENGTH;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < FEATURE_LENGTH; i++) {
    const value = values[i]!;
    a += value * rows[first + i]!;
    b += value * rows[second + i]!;
    c += value * rows[third + i]!;
    d += value * rows[fourth + i]!;
  }
  into[at] = a;
  into[at + 1] = b;
  into[at + 2] = c;
  into[at + 3] = d;
}

/**
 * The features of the person at the gate, 512 numbers of length 1. It hides its numbers, becomes no text and overwrites
 * itself on dispose. It is no `Template` and no store takes it: what is seen at the gate cannot be kept by mistake.
 */
export class Probe implements Disposable {
  readonly #values: Float32Array;
  #alive = true;

  /** Takes over `values` (512, unit length): the caller must not keep them. */
  constructor(values: Float32Array) {
    assert(values.length === FEATURE_LENGTH, `a probe has ${FEATURE_LENGTH} numbers, not ${values.length}`);
    this.#values = values;
  }

  /** The direction of the mean of several probes of one presentation, as a probe of its own. */
  static mean(probes: readonly Probe[]): Probe {
    assert(probes.length > 0, 'a mean needs a probe');
    const sum = new Float32Array(FEATURE_LENGTH);
    for (const probe of probes) for (let i = 0; i < FEATURE_LENGTH; i++) sum[i]! += probe.#live()[i]!;
    let squares = 0;
    for (const value of sum) squares += value * value;
    const length = Math.sqrt(squares) || 1;
    for (let i = 0; i < FEATURE_LENGTH; i++) sum[i]! /= length;
    return new Probe(sum);
  }

  /** Cosine with the unit vector that starts at `offset` of `rows`. */
  cosine(rows: Float32Array, offset: number): number {
    const values = this.#live();
    assert(offset >= 0 && offset + FEATURE_LENGTH <= rows.length, 'a row lies inside its gallery');
    return product(values, rows, offset);
  }

  /** Cosine with another probe. */
  cosineWith(other: Probe): number {
    return product(this.#live(), other.#live(), 0);
  }

  /** Cosines with the unit vectors of `rows` from `row` on, as many as fill `into`. The numbers are those of `cosine`. */
  cosines(rows: Float32Array, row: number, into: Float64Array): void {
    const values = this.#live();
    assert(row >= 0 && (row + into.length) * FEATURE_LENGTH <= rows.length, 'rows lie inside their gallery');
    const abreast = into.length - (into.length % ROWS_ABREAST);
    for (let at = 0; at < abreast; at += ROWS_ABREAST) productsAbreast(values, rows, { row: row + at, into, at });
    for (let at = abreast; at < into.length; at++) into[at] = product(values, rows, (row + at) * FEATURE_LENGTH);
  }

  /**
   * Hands the numbers on to become a template, once, with consent given; the probe is dead afterwards.
   * For terminal/enrolment.ts alone, which the tidy test checks.
   */
  surrender(): Float32Array<ArrayBuffer> {
    const copy = Float32Array.from(this.#live());
    this[Symbol.dispose]();
    return copy;
  }

  #live(): Float32Array {
    assert(this.#alive, 'a probe is not used after it was overwritten');
    return this.#values;
  }

  toJSON(): string {
    return '[probe]';
  }

  [Symbol.dispose](): void {
    this.#values.fill(0);
    this.#alive = false;
  }
}
