import type { Box } from '#core/biometrics/face.ts';
import type { Picture } from '#vision/images/picture.ts';

/** One channel of a target pixel by the plainest means: each source pixel's share of the area it covers. */
export function naiveStretch(picture: Picture, box: Box, target: { width: number; height: number }): number[][] {
  const across = naiveWeights(picture.width, target.width, { from: box.x, span: box.width });
  const down = naiveWeights(picture.height, target.height, { from: box.y, span: box.height });
  const channels: number[][] = [[], [], []];
  for (const rows of down) {
    for (const columns of across) {
      for (const [channel, values] of channels.entries()) {
        let sum = 0;
        for (const [y, rowWeight] of rows.entries()) {
          if (rowWeight === 0) continue;
          for (const [x, weight] of columns.entries()) {
            sum += rowWeight * weight * picture.pixels[(y * picture.width + x) * 3 + channel]!;
          }
        }
        values.push(sum);
      }
    }
  }
  return channels;
}

/** For each target pixel the weight of every source pixel. */
function naiveWeights(source: number, length: number, { from, span }: { from: number; span: number }): number[][] {
  const scale = span / length;
  return Array.from({ length }, (_, i) => {
    const weights = Array.from({ length: source }, () => 0);
    const give = (pixel: number, weight: number): void => {
      weights[Math.min(Math.max(pixel, 0), source - 1)]! += weight;
    };
    if (scale >= 1) {
      const [start, end] = [from + i * scale, from + (i + 1) * scale];
      for (let pixel = Math.floor(start); pixel < end; pixel++) {
        give(pixel, Math.max(Math.min(end, pixel + 1) - Math.max(start, pixel), 0) / scale);
      }
    } else {
      const centre = from + (i + 0.5) * scale - 0.5;
      const before = Math.floor(centre);
      give(before, 1 - (centre - before));
      give(before + 1, centre - before);
    }
    return weights;
  });
}

/** Pixels that follow from a seed. */
export function noise(width: number, height: number, seed: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  let state = seed + 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[i] = state >>> 24;
  }
  return { width, height, pixels };
}
