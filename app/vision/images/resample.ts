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
    this.#mixer = new RowMixer(region.floats(0));
  }

  /** `box` in pixels of the picture; it may reach beyond, where the picture's edge is repeated. */
  stretch(picture: Picture, box: Box): void {
    this.#columns.cover(picture.width, box.x, box.width);
    this.#rows.cover(picture.height, box.y, box.height);
    this.#mixer.row = this.#region.atLeast(this.#mixer.row, (this.#columns.high - this.#columns.low) * 3);
    this.#mixer.open(picture);
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
    const { row } = this.#mixer;
    const { first, count, at, weights, low } = this.#columns;
    const scale0 = 1 / divide[0]!;
    const scale1 = 1 / divide[1]!;
    const scale2 = 1 / divide[2]!;
    const offset0 = -subtract[0]! * scale0;
    const offset1 = -subtract[1]! * scale1;
    const offset2 = -subtract[2]! * scale2;
    const red = colour === 'RGB' ? 0 : 2;
    const blue = 2 - red;
    const plane = width * height;
    let to = y * width;
    for (let x = 0; x < width; x++, to++) {
      let from = (first[x]! - low) * 3;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      const end = at[x]! + count[x]!;
      for (let tap = at[x]!; tap < end; tap++, from += 3) {
        const weight = weights[tap]!;
        sum0 += weight * row[from + red]!;
        sum1 += weight * row[from + 1]!;
        sum2 += weight * row[from + blue]!;
      }
      values[to] = sum0 * scale0 + offset0;
      values[to + plane] = sum1 * scale1 + offset1;
      values[to + 2 * plane] = sum2 * scale2 + offset2;
    }
  }

  #writeGrey(y: number): void {
    const { values, width } = this.#planes;
    const { row } = this.#mixer;
    const { first, count, at, weights, low } = this.#columns;
    const scale = 1 / this.#encoding.divide[0]!;
    const offset = -this.#encoding.subtract[0]! * scale;
    for (let x = 0; x < width; x++) {
      let from = (first[x]! - low) * 3;
      let sum = 0;
      const end = at[x]! + count[x]!;
      for (let tap = at[x]!; tap < end; tap++, from += 3) {
        sum += weights[tap]! * (GREY_RED * row[from]! + GREY_GREEN * row[from + 1]! + GREY_BLUE * row[from + 2]!);
      }
      values[y * width + x] = sum * scale + offset;
    }
  }
}
