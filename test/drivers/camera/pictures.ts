export { jpegEncoder, type EncodeJpeg } from '../../../scripts/traces/jpegEncoder.ts';

export interface TestPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: readonly [number, number, number]): TestPicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = colour[i % 3]!;
  return { width, height, rgb };
}

/** A picture with something to see in every block, so that damage to its file shows. */
export function busy(width: number, height: number, seed = 1): TestPicture {
  const rgb = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < rgb.length; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    rgb[i] = 64 + ((state >> 16) & 127);
  }
  return { width, height, rgb };
}
