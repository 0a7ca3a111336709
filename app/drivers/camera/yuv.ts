import { chromaSide, type Y4mFormat } from './y4mHeader.ts';

/** ITU-R BT.601, in 1/256: how much of luma and of the two colour differences goes into each channel. */
const LIMITED = { black: 16, luma: 298, vToRed: 409, uToGreen: 100, vToGreen: 208, uToBlue: 516 };
const FULL = { black: 0, luma: 256, vToRed: 359, uToGreen: 88, vToGreen: 183, uToBlue: 454 };
const CHROMA_ZERO = 128;

/** One frame of planes Y, U, V to RGB rows. Each chroma sample counts for all the pixels that share it. */
export function rgbFromYuv(yuv: Uint8Array, format: Y4mFormat): Uint8Array<ArrayBuffer> {
  const { width, height, chroma } = format;
  const { black, luma, vToRed, uToGreen, vToGreen, uToBlue } = format.range === 'full' ? FULL : LIMITED;
  const rgb = new Uint8ClampedArray(width * height * 3);
  const across = chroma?.across ?? 0;
  const down = chroma?.down ?? 0;
  const chromaWidth = chromaSide(width, across);
  const planeU = width * height;
  const planeV = planeU + chromaWidth * chromaSide(height, down);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const level = luma * (yuv[at]! - black) + 128;
      const shared = (y >> down) * chromaWidth + (x >> across);
      const u = chroma === undefined ? 0 : yuv[planeU + shared]! - CHROMA_ZERO;
      const v = chroma === undefined ? 0 : yuv[planeV + shared]! - CHROMA_ZERO;
      rgb[at * 3] = (level + vToRed * v) >> 8;
      rgb[at * 3 + 1] = (level - uToGreen * u - vToGreen * v) >> 8;
      rgb[at * 3 + 2] = (level + uToBlue * u) >> 8;
    }
  }
  return new Uint8Array(rgb.buffer);
}
