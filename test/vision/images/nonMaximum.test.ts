import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CANDIDATES_MAX, cornerOverlap, NonMaximumSuppression } from '#vision/images/nonMaximum.ts';

const OVERLAP_MAX = 0.4;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const candidate = fc
  .record({ x: share, y: share, width: fc.double({ min: 0.01, max: 0.5, noNaN: true }), score: share })
  .map(({ x, y, width, score }) => ({ corners: [x, y, x + width, y + width * 1.2], score }));

function select(
  candidates: readonly { corners: readonly number[]; score: number }[],
  least: number,
  room = 64,
): number[] {
  const boxes = Float32Array.from(candidates.flatMap(({ corners }) => corners));
  const values = Float32Array.from(candidates.flatMap(({ score }) => [1 - score, score]));
  const kept = new Int32Array(room);
  const scores = { values, stride: 2, offset: 1, least };
  const count = new NonMaximumSuppression().select(boxes, scores, { kept, overlapMax: OVERLAP_MAX });
  return [...kept.subarray(0, count)];
}

describe('one face, one box', () => {
  it('keeps no two boxes that overlap, none under the least score, and drops none without a better one over it', () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 40 }), share, (candidates, least) => {
        const kept = select(candidates, least);
        const boxes = Float32Array.from(candidates.flatMap(({ corners }) => corners));
        const score = (i: number): number => Math.fround(candidates[i]!.score);
        for (const [place, i] of kept.entries()) {
          expect(score(i)).toBeGreaterThanOrEqual(least);
          for (const k of kept.slice(0, place)) {
            expect(cornerOverlap(boxes, i, k)).toBeLessThanOrEqual(OVERLAP_MAX);
            expect(score(k)).toBeGreaterThanOrEqual(score(i));
          }
        }
        for (let i = 0; i < candidates.length; i++) {
          if (kept.includes(i) || !(score(i) >= least)) continue;
          expect(kept.some((k) => cornerOverlap(boxes, i, k) > OVERLAP_MAX && score(k) >= score(i))).toBe(true);
        }
      }),
    );
  });

  it('takes a score that is no number for no face', () => {
    expect(select([{ corners: [0, 0, 1, 1], score: Number.NaN }], 0)).toEqual([]);
  });

  it('keeps the best where more faces are found than it has room for', () => {
    const row = Array.from({ length: 20 }, (_, i) => ({ corners: [i, 0, i + 0.5, 1], score: i / 20 }));
    expect(select(row, 0, 3)).toEqual([19, 18, 17]);
  });

  it('looks at the best candidates where noise gives thousands', () => {
    const noisy = Array.from({ length: CANDIDATES_MAX * 3 }, (_, i) => ({
      corners: [i, 0, i + 0.5, 1],
      score: (i % 997) / 1000,
    }));
    const best = noisy.reduce((most, one, i) => (one.score > noisy[most]!.score ? i : most), 0);
    const kept = select(noisy, 0, CANDIDATES_MAX * 3);
    expect(kept).toHaveLength(CANDIDATES_MAX);
    expect(noisy[kept[0]!]!.score).toBe(noisy[best]!.score);
  });

  it('measures overlap as intersection over union', () => {
    const boxes = Float32Array.of(0, 0, 2, 2, 1, 0, 3, 2, 5, 5, 6, 6, Number.NaN, 0, 2, 2);
    expect(cornerOverlap(boxes, 0, 1)).toBeCloseTo(1 / 3, 6);
    expect(cornerOverlap(boxes, 0, 0)).toBe(1);
    expect(cornerOverlap(boxes, 0, 2)).toBe(0);
    expect(cornerOverlap(boxes, 0, 3)).toBe(0);
  });
});
