import { assert } from '../kernel/assert.ts';

/** Numbers of a probe, a template or their mean. */
export const FEATURE_LENGTH = 512;

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
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < FEATURE_LENGTH; i += 4) {
      a += values[i]! * rows[offset + i]!;
      b += values[i + 1]! * rows[offset + i + 1]!;
      c += values[i + 2]! * rows[offset + i + 2]!;
      d += values[i + 3]! * rows[offset + i + 3]!;
    }
    return a + b + c + d;
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
