import type { Box } from '#core/biometrics/face.ts';
import type { Region } from '../workingMemory.ts';
import { AxisTaps } from './axisTaps.ts';
import { GREY_BLUE, GREY_GREEN, GREY_RED, type Encoding, type Picture } from './picture.ts';
import { RowMixer } from './rowMixer.ts';

/** Planes of one size behind each other: `planes * height * width` numbers. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Stretches a box of a picture over the planes of a model's input. Keeps its tables and buffers between calls. */
export class Resampler {
  readonly #columns: AxisTaps;
  readonly #rows: AxisTaps;
  readonly #mixer: RowMixer;
  readonly #region: Region;
  readonly #planes: Planes;
  readonly #encoding: Encoding;

  constructor(planes: Planes, encoding: Encoding, region: Region) {
    this.#planes = planes;
    this.#encoding = encoding;
    this.#region = region;
    this.#columns = new AxisTaps(planes.width);
    this.#rows = new AxisTaps(planes.height);
    this.#mixer = new RowMixer(region.sums(0));
  }

  /** `box` in pixels of the picture; it may reach beyond, where the picture's edge is repeated. */
  stretch(picture: Picture, box: Box): void {
    this.#columns.cover(picture.width, box.x, box.width);
    this.#rows.cover(picture.height, box.y, box.height);
    this.#mixer.open(picture, this.#region.sumsAtLeast(this.#mixer.sums, RowMixer.roomFor(this.#columns)));
    for (let y = 0; y < this.#planes.height; y++) {
      this.#mixer.mix(this.#rows, y, this.#columns);
      if (this.#encoding.colour === 'grey') this.#writeGrey(y);
      else this.#writeColour(y);
    }
    this.#mixer.close();
  }

  #writeColour(y: number): void {
    const { values, width, height } = this.#planes;
    const { subtract, divide, colour } = this.#encoding;
    const { sums, offset } = this.#mixer;
    const { first, count, at, weights, low, parts } = this.#columns;
    const whole = parts * this.#rows.parts;
    const scale0 = 1 / (divide[0]! * whole);
    const scale1 = 1 / (divide[1]! * whole);
    const scale2 = 1 / (divide[2]! * whole);
    const shift0 = -subtract[0]! / divide[0]!;
    const shift1 = -subtract[1]! / divide[1]!;
    const shift2 = -subtract[2]! / divide[2]!;
    // The first plane is red or blue, the last one the other.
    const red = colour === 'RGB' ? 0 : 2;
    const blue = 2 - red;
    const plane = width * height;
    let to = y * width;
    for (let x = 0; x < width; x++, to++) {
      let from = (first[x]! - low) * 3 + offset;
      let tap = at[x]!;
      const end = tap + count[x]!;
      let weight = weights[tap]!;
      let sum0 = Math.imul(weight, sums[from + red]!);
      let sum1 = Math.imul(weight, sums[from + 1]!);
      let sum2 = Math.imul(weight, sums[from + blue]!);
      for (tap++; tap < end; tap++) {
        from += 3;
        weight = weights[tap]!;
        sum0 = (sum0 + Math.imul(weight, sums[from + red]!)) | 0;
        sum1 = (sum1 + Math.imul(weight, sums[from + 1]!)) | 0;
        sum2 = (sum2 + Math.imul(weight, sums[from + blue]!)) | 0;
      }
      values[to] = sum0 * scale0 + shift0;
      values[to + plane] = sum1 * scale1 + shift1;
      values[to + 2 * plane] = sum2 * scale2 + shift2;
    }
  }

  #writeGrey(y: number): void {
    const { values, width } = this.#planes;
    const { sums, offset } = this.#mixer;
    const { first, count, at, weights, low, parts } = this.#columns;
    const scale = 1 / (this.#encoding.divide[0]! * parts * this.#rows.parts);
    const shift = -this.#encoding.subtract[0]! / this.#encoding.divide[0]!;
    for (let x = 0; x < width; x++) {
      let from = (first[x]! - low) * 3 + offset;
      let red = 0;
      let green = 0;
      let blue = 0;
      const end = at[x]! + count[x]!;
      for (let tap = at[x]!; tap < end; tap++, from += 3) {
        const weight = weights[tap]!;
        red = (red + Math.imul(weight, sums[from]!)) | 0;
        green = (green + Math.imul(weight, sums[from + 1]!)) | 0;
        blue = (blue + Math.imul(weight, sums[from + 2]!)) | 0;
      }
      values[y * width + x] = (GREY_RED * red + GREY_GREEN * green + GREY_BLUE * blue) * scale + shift;
    }
  }
}
