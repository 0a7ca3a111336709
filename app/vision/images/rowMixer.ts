import type { AxisTaps } from './axisTaps.ts';
import type { Picture } from './picture.ts';

/**
 * Weighted means of source rows. Rows are taken two or three at a time, because going over the target again for each
 * costs more than the pixels themselves. Its numbers are fields so that a call a row allocates nothing.
 */
export class RowMixer {
  /** The mean of the last target row, RGB, from column `low` of the columns on. */
  row: Float32Array<ArrayBuffer>;
  #pixels: Uint8Array = new Uint8Array(0);
  #stride = 0;
  #length = 0;
  /** Where in the pixels the next source row starts. */
  #at = 0;
  #keep = 0;

  constructor(row: Float32Array<ArrayBuffer>) {
    this.row = row;
  }

  /** Takes up a picture; `row` must have room for three numbers a column. */
  open(picture: Picture): void {
    this.#pixels = picture.pixels;
    this.#stride = picture.width * 3;
  }

  /** Lets go of the picture. */
  close(): void {
    this.#pixels = new Uint8Array(0);
  }

  /** Makes `row` the mean that `rows` gives for target row `y`, over the source columns that `columns` needs. */
  mix(rows: AxisTaps, y: number, columns: AxisTaps): void {
    this.#length = (columns.high - columns.low) * 3;
    this.#at = rows.first[y]! * this.#stride + columns.low * 3;
    this.#keep = 0;
    let tap = rows.at[y]!;
    const end = tap + rows.count[y]!;
    const { weights } = rows;
    while (tap < end) {
      const left = end - tap;
      if (left === 3 || left > 4) {
        this.#three(weights[tap]!, weights[tap + 1]!, weights[tap + 2]!);
        tap += 3;
      } else {
        this.#two(weights[tap]!, left === 1 ? 0 : weights[tap + 1]!);
        tap += 2;
      }
      this.#keep = 1;
    }
  }

  #two(a: number, b: number): void {
    const { row } = this;
    const pixels = this.#pixels;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    // A single row is mixed with itself at weight 0: the one after it may lie beyond the picture.
    const q = b === 0 ? p : p + this.#stride;
    for (let i = 0; i < length; i++) row[i] = keep * row[i]! + a * pixels[p + i]! + b * pixels[q + i]!;
    this.#at += 2 * this.#stride;
  }

  #three(a: number, b: number, c: number): void {
    const { row } = this;
    const pixels = this.#pixels;
    const length = this.#length;
    const keep = this.#keep;
    const p = this.#at;
    const q = p + this.#stride;
    const r = q + this.#stride;
    for (let i = 0; i < length; i++) {
      row[i] = keep * row[i]! + a * pixels[p + i]! + b * pixels[q + i]! + c * pixels[r + i]!;
    }
    this.#at += 3 * this.#stride;
  }
}
