import { GREY_BLUE, GREY_GREEN, GREY_RED, type Encoding, type Picture } from './picture.ts';
import type { Planes } from './resample.ts';
import type { Similarity } from './similarity.ts';

/** Draws a picture through a similarity onto planes: bilinear between pixel centres at .5, black outside the picture. */
export class Warper {
  readonly #planes: Planes;
  readonly #encoding: Encoding;

  constructor(planes: Planes, encoding: Encoding) {
    this.#planes = planes;
    this.#encoding = encoding;
  }

  /** @param placed takes the picture's pixels to those of the planes */
  draw(picture: Picture, placed: Similarity): void {
    const { width, height } = this.#planes;
    const square = placed.a * placed.a + placed.b * placed.b;
    const back = { a: placed.a / square, b: -placed.b / square, x: 0, y: 0 };
    for (let y = 0; y < height; y++) {
      // Back from the target's pixel centre to the source, where pixel 0 has its centre at .5 as well.
      const u = 0.5 - placed.dx;
      const v = y + 0.5 - placed.dy;
      back.x = back.a * u - back.b * v - 0.5;
      back.y = back.b * u + back.a * v - 0.5;
      this.#drawRow(picture, y * width, back);
    }
  }

  /** One row of the planes from `to` on, along a line of the picture that starts at `x`, `y` and goes on by `a`, `b`. */
  #drawRow(picture: Picture, to: number, line: { a: number; b: number; x: number; y: number }): void {
    const { values, width: length, height } = this.#planes;
    const { colour, subtract, divide } = this.#encoding;
    const { pixels, width: sourceWidth, height: sourceHeight } = picture;
    const isGrey = colour === 'grey';
    const red = colour === 'BGR' ? 2 : 0;
    const blue = 2 - red;
    const plane = length * height;
    const stride = sourceWidth * 3;
    const [subtract0 = 0, subtract1 = 0, subtract2 = 0] = subtract;
    const scale0 = 1 / divide[0]!;
    const scale1 = isGrey ? 0 : 1 / divide[1]!;
    const scale2 = isGrey ? 0 : 1 / divide[2]!;
    const { a, b } = line;
    let { x, y } = line;
    for (let i = to; i < to + length; i++, x += a, y += b) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      let value0;
      let value1;
      let value2;
      if (left >= 0 && top >= 0 && left < sourceWidth - 1 && top < sourceHeight - 1) {
        const right = x - left;
        const below = y - top;
        const w11 = right * below;
        const w10 = below - w11;
        const w01 = right - w11;
        const w00 = 1 - right - w10;
        const p = top * stride + left * 3;
        const q = p + stride;
        value0 =
          w00 * pixels[p + red]! + w01 * pixels[p + red + 3]! + w10 * pixels[q + red]! + w11 * pixels[q + red + 3]!;
        value1 = w00 * pixels[p + 1]! + w01 * pixels[p + 4]! + w10 * pixels[q + 1]! + w11 * pixels[q + 4]!;
        value2 =
          w00 * pixels[p + blue]! + w01 * pixels[p + blue + 3]! + w10 * pixels[q + blue]! + w11 * pixels[q + blue + 3]!;
      } else {
        value0 = atEdge(picture, red, { x, y });
        value1 = atEdge(picture, 1, { x, y });
        value2 = atEdge(picture, blue, { x, y });
      }
      if (isGrey) {
        values[i] = (GREY_RED * value0 + GREY_GREEN * value1 + GREY_BLUE * value2 - subtract0) * scale0;
      } else {
        values[i] = (value0 - subtract0) * scale0;
        values[i + plane] = (value1 - subtract1) * scale1;
        values[i + 2 * plane] = (value2 - subtract2) * scale2;
      }
    }
  }
}

/** One channel where some of the four neighbours lie outside and are black. */
function atEdge(picture: Picture, channel: number, { x, y }: { x: number; y: number }): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  return (
    (1 - right) * (1 - below) * pixelAt(picture, channel, { x: left, y: top }) +
    right * (1 - below) * pixelAt(picture, channel, { x: left + 1, y: top }) +
    (1 - right) * below * pixelAt(picture, channel, { x: left, y: top + 1 }) +
    right * below * pixelAt(picture, channel, { x: left + 1, y: top + 1 })
  );
}

function pixelAt({ pixels, width, height }: Picture, channel: number, { x, y }: { x: number; y: number }): number {
  return x >= 0 && y >= 0 && x < width && y < height ? pixels[(y * width + x) * 3 + channel]! : 0;
}
