import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FivePoints, Landmark } from '#core/biometrics/face.ts';
import type { Picture } from '#vision/images/picture.ts';
import { ARCFACE_TEMPLATE, fitSimilarity, type Similarity } from '#vision/images/similarity.ts';
import { Warper } from '#vision/images/warp.ts';
import { noise } from './naive.ts';

const RAW = { colour: 'RGB', subtract: [0, 0, 0], divide: [1, 1, 1] } as const;

function fit(from: FivePoints, to: FivePoints): Similarity {
  const fitted = { a: 0, b: 0, dx: 0, dy: 0 };
  fitSimilarity(from, to, fitted);
  return fitted;
}

const place = ({ a, b, dx, dy }: Similarity, { x, y }: Landmark): Landmark => ({
  x: a * x - b * y + dx,
  y: b * x + a * y + dy,
});
const placeAll = (by: Similarity, [p, q, r, s, t]: FivePoints): FivePoints => [
  place(by, p),
  place(by, q),
  place(by, r),
  place(by, s),
  place(by, t),
];

const similarity = fc.record({
  a: fc.double({ min: 0.1, max: 5, noNaN: true }),
  b: fc.double({ min: -5, max: 5, noNaN: true }),
  dx: fc.double({ min: -500, max: 500, noNaN: true }),
  dy: fc.double({ min: -500, max: 500, noNaN: true }),
});

function squaredError(by: Similarity, from: FivePoints, to: FivePoints): number {
  return from.reduce((sum, point, i) => {
    const { x, y } = place(by, point);
    return sum + (x - to[i]!.x) ** 2 + (y - to[i]!.y) ** 2;
  }, 0);
}

describe('aligning a face by its five points', () => {
  it('finds the similarity that was applied', () => {
    fc.assert(
      fc.property(similarity, (applied) => {
        const found = fit(ARCFACE_TEMPLATE, placeAll(applied, ARCFACE_TEMPLATE));
        for (const key of ['a', 'b', 'dx', 'dy'] as const) expect(found[key]).toBeCloseTo(applied[key], 6);
      }),
    );
  });

  it('fits points that no similarity reaches better than any similarity nearby', () => {
    const coordinate = fc.double({ min: 0, max: 200, noNaN: true });
    const point = fc.record({ x: coordinate, y: coordinate });
    const nudge = fc.double({ min: -0.1, max: 0.1, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(point, point, point, point, point),
        fc.tuple(nudge, nudge, nudge, nudge),
        (points, nudges) => {
          fc.pre(points.some(({ x }) => Math.abs(x - points[0].x) > 1));
          const found = fit(points, ARCFACE_TEMPLATE);
          const other = {
            a: found.a + nudges[0],
            b: found.b + nudges[1],
            dx: found.dx + nudges[2],
            dy: found.dy + nudges[3],
          };
          const best = squaredError(found, points, ARCFACE_TEMPLATE);
          expect(best).toBeLessThanOrEqual(squaredError(other, points, ARCFACE_TEMPLATE) * (1 + 1e-9) + 1e-9);
        },
      ),
    );
  });

  it('gives no number for points that are all one', () => {
    const one = { x: 5, y: 5 };
    expect(fit([one, one, one, one, one], ARCFACE_TEMPLATE).a).toBeNaN();
  });
});

/** The pixel under (x, y), centres at .5, by the plainest bilinear sum over the whole picture. */
function naiveSample({ width, height, pixels }: Picture, { x, y }: Landmark, channel: number): number {
  let sum = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const weight = Math.max(1 - Math.abs(x - 0.5 - column), 0) * Math.max(1 - Math.abs(y - 0.5 - row), 0);
      sum += weight * pixels[(row * width + column) * 3 + channel]!;
    }
  }
  return sum;
}

describe('drawing an aligned face', () => {
  it('agrees with the plainest bilinear sum, black outside, wherever the picture is placed', () => {
    fc.assert(
      fc.property(similarity, fc.nat(100), (scaled, seed) => {
        const picture = noise(9, 7, seed);
        const placed = { a: scaled.a, b: scaled.b, dx: scaled.dx / 50, dy: scaled.dy / 50 };
        const values = new Float32Array(3 * 6 * 5).fill(Number.NaN);
        new Warper({ width: 6, height: 5, values }, RAW).draw(picture, placed);
        const square = placed.a ** 2 + placed.b ** 2;
        for (let y = 0; y < 5; y++) {
          for (let x = 0; x < 6; x++) {
            const u = x + 0.5 - placed.dx;
            const v = y + 0.5 - placed.dy;
            const source = { x: (placed.a * u + placed.b * v) / square, y: (placed.a * v - placed.b * u) / square };
            for (const channel of [0, 1, 2]) {
              expect(values[channel * 30 + y * 6 + x]).toBeCloseTo(naiveSample(picture, source, channel), 2);
            }
          }
        }
      }),
    );
  });

  it('copies a picture that is placed as it is', () => {
    const picture = noise(6, 5, 3);
    const values = new Float32Array(3 * 30);
    new Warper({ width: 6, height: 5, values }, { ...RAW, colour: 'BGR' }).draw(picture, { a: 1, b: 0, dx: 0, dy: 0 });
    for (let i = 0; i < 30; i++) {
      expect([values[60 + i], values[30 + i], values[i]]).toEqual([...picture.pixels.subarray(i * 3, i * 3 + 3)]);
    }
  });

  it('turns to grey and encodes as the model wants it', () => {
    const picture = { width: 2, height: 2, pixels: Uint8Array.from({ length: 12 }, (_, i) => [10, 20, 30][i % 3]!) };
    const values = new Float32Array(4);
    const grey = { colour: 'grey', subtract: [8], divide: [2] } as const;
    new Warper({ width: 2, height: 2, values }, grey).draw(picture, { a: 1, b: 0, dx: 0, dy: 0 });
    for (const value of values) expect(value).toBeCloseTo((0.299 * 10 + 0.587 * 20 + 0.114 * 30 - 8) / 2, 5);
  });
});
