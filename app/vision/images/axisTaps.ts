/**
 * Which source pixels make each target pixel along one axis, and with what weight. Shrinking takes the area average,
 * enlarging interpolates linearly between pixel centres at .5; beyond the source its edge is repeated. The same request
 * as before costs nothing: the table of a whole frame is made once per frame size.
 */
export class AxisTaps {
  /** Target pixels. */
  readonly length: number;
  /** First source pixel of each target pixel, how many there are, and where their weights start in `weights`. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly at: Int32Array;
  /** Those of one target pixel add up to 1. */
  weights = new Float64Array(0);
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
    const mostTaps = Math.min(source, Math.ceil(Math.max(span / this.length, 1)) + 1);
    if (this.weights.length < mostTaps * this.length) this.weights = new Float64Array(mostTaps * this.length);
    if (span >= this.length) this.#average(source, from, span / this.length);
    else this.#interpolate(source, from, span / this.length);
    this.#source = source;
    this.#from = from;
    this.#span = span;
    const last = this.length - 1;
    this.low = this.first[0]!;
    this.high = this.first[last]! + this.count[last]!;
  }

  #average(source: number, from: number, scale: number): void {
    let used = 0;
    for (let i = 0; i < this.length; i++) {
      const start = from + i * scale;
      const end = start + scale;
      const first = within(Math.floor(start), source);
      const last = within(Math.ceil(end) - 1, source);
      this.first[i] = first;
      this.count[i] = last - first + 1;
      this.at[i] = used;
      for (let pixel = first; pixel <= last; pixel++) {
        // The edge pixels stand for everything beyond them.
        const left = pixel === 0 ? start : Math.max(start, pixel);
        const right = pixel === source - 1 ? end : Math.min(end, pixel + 1);
        this.weights[used++] = Math.max(right - left, 0) / scale;
      }
    }
  }

  #interpolate(source: number, from: number, scale: number): void {
    for (let i = 0; i < this.length; i++) {
      const centre = from + (i + 0.5) * scale - 0.5;
      const before = Math.floor(centre);
      const first = within(before, source);
      this.first[i] = first;
      this.at[i] = 2 * i;
      this.count[i] = within(before + 1, source) - first + 1;
      this.weights[2 * i] = this.count[i] === 2 ? 1 - (centre - before) : 1;
      this.weights[2 * i + 1] = centre - before;
    }
  }
}

const within = (pixel: number, source: number): number => Math.min(Math.max(pixel, 0), source - 1);
