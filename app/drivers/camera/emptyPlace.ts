import type { Drawable } from './framePool.ts';
import { checkPictureSize } from './pictureLimits.ts';

/** Grey of a plain wall, and how far the noise of a sensor goes to either side. */
const WALL = 118;
const NOISE = 3;
/** Each frame shows the noise from another start, so that no two in a row are the same. */
const NOISE_STARTS = 4_093;
const NOISE_STEP = 1_021;

/** A plain wall with the slight noise of a sensor, the same one in every run. */
export function emptyPlace({ width, height }: { readonly width: number; readonly height: number }): Drawable {
  checkPictureSize('empty scene', width, height);
  const bytes = width * height * 3;
  const wall = new Uint8Array(bytes + NOISE_STARTS);
  let state = 0x2545f491;
  for (let i = 0; i < wall.length; i++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    wall[i] = WALL - NOISE + ((state >>> 8) % (2 * NOISE + 1));
  }
  let start = 0;
  const draw: Drawable['draw'] = (pixels) => {
    start = (start + NOISE_STEP) % NOISE_STARTS;
    pixels.set(wall.subarray(start, start + bytes));
  };
  return { width, height, draw };
}
