import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposureOf } from '#vision/images/exposure.ts';
import { laplacianVariance } from '#vision/images/sharpness.ts';
import { softmaxExpectation, softmaxOf } from '#vision/images/softmax.ts';

const scores = fc.array(fc.double({ min: -80, max: 80, noNaN: true }), { minLength: 1, maxLength: 66 });

describe('softmax', () => {
  it('shares out exactly one, however large the scores', () => {
    fc.assert(
      fc.property(scores, (given) => {
        const values = Float32Array.from(given);
        const sum = given.reduce((total, _, i) => total + softmaxOf(values, i), 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });

  it('expects the bin that stands out, and the middle of two that are equal', () => {
    expect(softmaxExpectation(Float32Array.of(0, 0, 60, 0))).toBeCloseTo(2, 6);
    expect(softmaxExpectation(Float32Array.of(-90, 30, 30, -90))).toBeCloseTo(1.5, 6);
  });
});

describe('sharpness', () => {
  const board = (square: number): Float32Array =>
    Float32Array.from({ length: 400 }, (_, i) =>
      (Math.floor((i % 20) / square) + Math.floor(i / 20 / square)) % 2 ? 200 : 50,
    );

  it('is nothing on an even grey and on an even slope', () => {
    expect(laplacianVariance(new Float32Array(400).fill(90), 20, 20)).toBe(0);
    expect(
      laplacianVariance(
        Float32Array.from({ length: 400 }, (_, i) => (i % 20) * 3 + i / 20),
        20,
        20,
      ),
    ).toBeCloseTo(0, 3);
  });

  it('is higher on fine detail than on coarse', () => {
    expect(laplacianVariance(board(1), 20, 20)).toBeGreaterThan(laplacianVariance(board(5), 20, 20));
  });

  it('counts the neighbours of inner pixels: one bright pixel in nine', () => {
    // The only inner pixel of 3 x 3 has the Laplacian -4 * 10; alone it does not vary, beside its neighbours it does.
    expect(laplacianVariance(Float32Array.of(0, 0, 0, 0, 10, 0, 0, 0, 0), 3, 3)).toBe(0);
    expect(laplacianVariance(Float32Array.of(0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0), 4, 3)).toBeCloseTo(625, 6);
  });
});

describe('exposure', () => {
  it('is judged inside the area alone', () => {
    const grey = new Float32Array(100);
    for (let y = 2; y < 6; y++) grey.fill(100, y * 10 + 3, y * 10 + 8);
    expect(exposureOf(grey, 10, { left: 3, top: 2, right: 8, bottom: 6 })).toEqual({ mean: 100, clippedShare: 0 });
  });

  it('counts black and blown-out pixels', () => {
    const { clippedShare, mean } = exposureOf(Float32Array.of(0, 255, 100, 101), 4, {
      left: 0,
      top: 0,
      right: 4,
      bottom: 1,
    });
    expect(clippedShare).toBe(0.5);
    expect(mean).toBe(114);
  });
});
