import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Encoding, Picture } from '#vision/images/picture.ts';
import { Resampler } from '#vision/images/resample.ts';
import { Region } from '#vision/workingMemory.ts';
import type { Box } from '#core/biometrics/face.ts';
import { naiveStretch, noise } from './naive.ts';

const RAW: Encoding = { colour: 'RGB', subtract: [0, 0, 0], divide: [1, 1, 1] };

interface Target {
  readonly width: number;
  readonly height: number;
}

function stretch(
  picture: Picture,
  box: Box,
  { width, height, encoding = RAW }: Target & { encoding?: Encoding },
): number[][] {
  const planes = encoding.colour === 'grey' ? 1 : 3;
  const values = new Float32Array(planes * width * height).fill(Number.NaN);
  new Resampler({ width, height, values }, encoding, new Region()).stretch(picture, box);
  return Array.from({ length: planes }, (_, plane) => [
    ...values.subarray(plane * width * height, (plane + 1) * width * height),
  ]);
}

const whole = ({ width, height }: Picture): Box => ({ x: 0, y: 0, width, height });

function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((plane, p) => plane.map((value, i) => Math.abs(value - b[p]![i]!))));
}

const side = fc.integer({ min: 1, max: 30 });
const cases = fc.record({ width: side, height: side, seed: fc.nat(1_000), targetWidth: side, targetHeight: side });

describe('stretching a picture onto a model input', () => {
  it('takes the area average of a whole frame exactly at the usual ratios', () => {
    for (const [width, height] of [
      [64, 48],
      [128, 72],
      [192, 108],
      [96, 54],
    ] as const) {
      const picture = noise(width, height, 7);
      const target = { width: 32, height: 24 };
      const found = stretch(picture, whole(picture), target);
      expect(largestDifference(found, naiveStretch(picture, whole(picture), target))).toBeLessThan(1e-3);
    }
  });

  it('agrees with the plainest area average and interpolation for any box, inside, across and outside the picture', () => {
    const box = fc.record({
      x: fc.double({ min: -20, max: 40, noNaN: true }),
      y: fc.double({ min: -20, max: 40, noNaN: true }),
      width: fc.double({ min: 0.5, max: 40, noNaN: true }),
      height: fc.double({ min: 0.5, max: 40, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, box, ({ width, height, seed, targetWidth, targetHeight }, where) => {
        const picture = noise(width, height, seed);
        const target = { width: targetWidth, height: targetHeight };
        const difference = largestDifference(stretch(picture, where, target), naiveStretch(picture, where, target));
        // A border between two source pixels may lie 1/512 of a target pixel aside; noise is the worst picture for that.
        const borders = Math.ceil(where.width / targetWidth) + Math.ceil(where.height / targetHeight) + 2;
        expect(difference).toBeLessThan((borders * 255) / 512);
      }),
      { numRuns: 300 },
    );
  });

  it('is within half a grey level on a picture as smooth as a face', () => {
    const picture = noise(60, 44, 1);
    for (let y = 0; y < 44; y++) {
      for (let x = 0; x < 60; x++) picture.pixels.fill(x * 2 + y * 2 + 10, (y * 60 + x) * 3, (y * 60 + x) * 3 + 3);
    }
    for (const where of [
      { x: 3.3, y: 2.7, width: 41.9, height: 37.1 },
      { x: 10.4, y: 9.2, width: 9.3, height: 8.8 },
    ]) {
      const target = { width: 16, height: 16 };
      expect(largestDifference(stretch(picture, where, target), naiveStretch(picture, where, target))).toBeLessThan(
        0.5,
      );
    }
  });

  it('gives the same numbers whether or not rows lie on whole words', () => {
    fc.assert(
      fc.property(
        cases,
        fc.integer({ min: 1, max: 3 }),
        ({ width, height, seed, targetWidth, targetHeight }, shift) => {
          const onWords = noise(width * 4, height, seed);
          const pixels = new Uint8Array(onWords.pixels.length + shift).subarray(shift);
          pixels.set(onWords.pixels);
          const where = { x: 0.6, y: -0.7, width: width * 3.1, height: height * 0.9 };
          const target = { width: targetWidth, height: targetHeight };
          expect(stretch({ ...onWords, pixels }, where, target)).toEqual(stretch(onWords, where, target));
        },
      ),
    );
  });

  it('keeps one brightness everywhere, also beyond the edges', () => {
    const picture = { width: 8, height: 8, pixels: new Uint8Array(192).fill(200) };
    for (const plane of stretch(picture, { x: -30, y: -5, width: 61, height: 17 }, { width: 7, height: 5 })) {
      expect(new Set(plane)).toEqual(new Set([200]));
    }
  });

  it('orders planes and numbers as the model wants them', () => {
    const picture = { width: 1, height: 1, pixels: Uint8Array.of(10, 20, 30) };
    const one = { width: 1, height: 1 };
    const bgr: Encoding = { colour: 'BGR', subtract: [1, 2, 3], divide: [2, 4, 8] };
    expect(stretch(picture, whole(picture), { ...one, encoding: bgr })).toEqual([[29 / 2], [18 / 4], [7 / 8]]);
    const grey: Encoding = { colour: 'grey', subtract: [8], divide: [2] };
    const expected = (0.299 * 10 + 0.587 * 20 + 0.114 * 30 - 8) / 2;
    expect(stretch(picture, whole(picture), { ...one, encoding: grey })[0]![0]).toBeCloseTo(expected, 5);
  });

  it('draws a frame of another size into the same input as if it were the first', () => {
    const values = new Float32Array(3 * 10 * 6);
    const resampler = new Resampler({ width: 10, height: 6, values }, RAW, new Region());
    for (const picture of [noise(40, 20, 1), noise(100, 70, 2), noise(23, 11, 3), noise(40, 20, 1)]) {
      resampler.stretch(picture, whole(picture));
      expect([...values]).toEqual(stretch(picture, whole(picture), { width: 10, height: 6 }).flat());
    }
  });
});
