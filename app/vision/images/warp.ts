import { GREY_BLUE, GREY_GREEN, GREY_RED, type Encoding, type Picture } from './picture.ts';
import type { Planes } from './resample.ts';
import type { Similarity } from './similarity.ts';

/** Draws a picture through a similarity onto planes: bilinear between pixel centres at .5, black outside the picture. */
export class Warper {
  readonly #planes: Planes;
  readonly #encoding: Encoding;
  /** Grey in the first place, or red, green, blue of the pixel last sampled. */
  #red = 0;
  #green = 0;
  #blue = 0;

  constructor(planes: Planes, encoding: Encoding) {
    this.#planes = planes;
    this.#encoding = encoding;
  }

  /** @param placed takes the picture's pixels to those of the planes */
  draw(picture: Picture, placed: Similarity): void {
    const { width, height } = this.#planes;
    const square = placed.a * placed.a + placed.b * placed.b;
    const a = placed.a / square;
    const b = -placed.b / square;
    for (let y = 0; y < height; y++) {
      // Back from the target's pixel centre to the source, where pixel 0 has its centre at .5 as well.
      const v = y + 0.5 - placed.dy;
      const u = 0.5 - placed.dx;
      let sourceX = a * u - b * v - 0.5;
      let sourceY = b * u + a * v - 0.5;
      for (let x = 0; x < width; x++) {
        this.#sample(picture, sourceX, sourceY);
        this.#write(y * width + x);
        sourceX += a;
        sourceY += b;
      }
    }
    this.#red = this.#green = this.#blue = 0;
  }

  #sample(picture: Picture, x: number, y: number): void {
    const { pixels, width, height } = picture;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const right = x - left;
    const below = y - top;
    if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
      this.#sampleEdge(picture, left, top, right, below);
      return;
    }
    const stride = width * 3;
    const p = top * stride + left * 3;
    const q = p + stride;
    const w00 = (1 - right) * (1 - below);
    const w01 = right * (1 - below);
    const w10 = (1 - right) * below;
    const w11 = right * below;
    this.#red = w00 * pixels[p]! + w01 * pixels[p + 3]! + w10 * pixels[q]! + w11 * pixels[q + 3]!;
    this.#green = w00 * pixels[p + 1]! + w01 * pixels[p + 4]! + w10 * pixels[q + 1]! + w11 * pixels[q + 4]!;
    this.#blue = w00 * pixels[p + 2]! + w01 * pixels[p + 5]! + w10 * pixels[q + 2]! + w11 * pixels[q + 5]!;
  }

  #sampleEdge(picture: Picture, left: number, top: number, right: number, below: number): void {
    this.#red = this.#green = this.#blue = 0;
    this.#add(picture, left, top, (1 - right) * (1 - below));
    this.#add(picture, left + 1, top, right * (1 - below));
    this.#add(picture, left, top + 1, (1 - right) * below);
    this.#add(picture, left + 1, top + 1, right * below);
  }

  #add(picture: Picture, x: number, y: number, weight: number): void {
    if (!(x >= 0 && y >= 0 && x < picture.width && y < picture.height)) return;
    const p = (y * picture.width + x) * 3;
    this.#red += weight * picture.pixels[p]!;
    this.#green += weight * picture.pixels[p + 1]!;
    this.#blue += weight * picture.pixels[p + 2]!;
  }

  #write(to: number): void {
    const { values, width, height } = this.#planes;
    const { colour, subtract, divide } = this.#encoding;
    if (colour === 'grey') {
      const grey = GREY_RED * this.#red + GREY_GREEN * this.#green + GREY_BLUE * this.#blue;
      values[to] = (grey - subtract[0]!) / divide[0]!;
      return;
    }
    const plane = width * height;
    values[to] = ((colour === 'RGB' ? this.#red : this.#blue) - subtract[0]!) / divide[0]!;
    values[to + plane] = (this.#green - subtract[1]!) / divide[1]!;
    values[to + 2 * plane] = ((colour === 'RGB' ? this.#blue : this.#red) - subtract[2]!) / divide[2]!;
  }
}
