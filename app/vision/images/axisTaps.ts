/** Weights are whole parts of at most this: a sum of pixels by such weights fits 16 bits. */
const PARTS_MAX = 256;

/**
 * Which source pixels make each target pixel along one axis, and with what weight. Shrinking takes the area average,
 * enlarging interpolates linearly between pixel centres at .5; beyond the source its edge is repeated. The weights are
 * exact where whole source pixels fall on whole target pixels in a ratio up to 256, as for a whole frame of a usual
 * size, and otherwise those of borders shifted by at most 1/512 of a target pixel. The same request as before costs nothing.
 */
export class AxisTaps {
  /** Target pixels. */
  readonly length: number;
  /** First source pixel of each target pixel, how many there are, and where their weights start in `weights`. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly at: Int32Array;
  /** Those of one target pixel add up to `parts`. */
  weights = new Int32Array(0);
  parts = PARTS_MAX;
  /** Source pixels that any target pixel needs: from `low` to before `high`. */
  low = 0;
  high = 0;
  #source = 0;
  #from = 0;
  #span = 0;

  constructor(length: number) {
    this.length = length;
    this.first = new Int32Array(length);
    this.count = new Int32Array(length);
    this.at = new Int32Array(length);
  }

  /** Target pixels shall cover `from` to `from + span` of a source of `source` pixels. */
  cover(source: number, from: number, span: number): void {
    if (source === this.#source && from === this.#from && span === this.#span) return;
    this.#source = source;
    this.#from = from;
    this.#span = span;
    const scale = span / this.length;
    const mostTaps = Math.max(Math.min(source, Math.ceil(scale) + 1), 2);
    if (this.weights.length < mostTaps * this.length) this.weights = new Int32Array(mostTaps * this.length);
    this.parts = partsFor(from, span, this.length);
    if (scale >= 1) this.#average(scale);
    else this.#interpolate(scale);
    const last = this.length - 1;
    this.low = this.first[0]!;
    this.high = this.first[last]! + this.count[last]!;
  }

  #average(scale: number): void {
    const source = this.#source;
    let used = 0;
    for (let i = 0; i < this.length; i++) {
      const start = this.#from + i * scale;
      const end = start + scale;
      const first = within(Math.floor(start), source);
      const last = within(Math.ceil(end) - 1, source);
      this.first[i] = first;
      this.count[i] = last - first + 1;
      this.at[i] = used;
      let given = 0;
      for (let pixel = first; pixel <= last; pixel++) {
        // Rounded sums, not rounded weights: they add up, and an error moves a border instead of the brightness.
        const upTo = pixel === last ? this.parts : Math.round((this.parts * (pixel + 1 - start)) / scale);
        const sum = Math.min(Math.max(upTo, 0), this.parts);
        this.weights[used++] = sum - given;
        given = sum;
      }
    }
  }

  #interpolate(scale: number): void {
    const source = this.#source;
    for (let i = 0; i < this.length; i++) {
      const centre = this.#from + (i + 0.5) * scale - 0.5;
      const before = Math.floor(centre);
      const first = within(before, source);
      const isBetween = within(before + 1, source) > first;
      const second = isBetween ? Math.round(this.parts * (centre - before)) : 0;
      this.first[i] = first;
      this.at[i] = 2 * i;
      this.count[i] = isBetween ? 2 : 1;
      this.weights[2 * i] = this.parts - second;
      this.weights[2 * i + 1] = second;
    }
  }
}

const within = (pixel: number, source: number): number => Math.min(Math.max(pixel, 0), source - 1);

/** The largest number of parts that the borders of target pixels fall on exactly, else PARTS_MAX. */
function partsFor(from: number, span: number, length: number): number {
  if (!Number.isInteger(from) || !Number.isInteger(span)) return PARTS_MAX;
  const steps = span / greatestCommonDivisor(span, length);
  return steps > PARTS_MAX ? PARTS_MAX : PARTS_MAX - (PARTS_MAX % steps);
}

function greatestCommonDivisor(a: number, b: number): number {
  let larger = a;
  let smaller = b;
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
