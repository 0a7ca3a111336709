import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileInterval, resample, seededRandom, wilson } from '../../scripts/evaluation/chance.ts';
import { fnirAt, fnirInterval, searchAll, searchesNeeded, thresholdAt } from '../../scripts/evaluation/openSet.ts';
import { cosineOf, pairsOf, type Person } from '../../scripts/evaluation/pairs.ts';
import { verificationIntervals, verify } from '../../scripts/evaluation/verification.ts';

/** A unit vector at an angle in degrees, in the first two of 512 dimensions. */
function at(degrees: number): Float32Array {
  const feature = new Float32Array(512);
  feature[0] = Math.cos((degrees * Math.PI) / 180);
  feature[1] = Math.sin((degrees * Math.PI) / 180);
  return feature;
}

const person = (...degrees: number[]): Person => ({ features: degrees.map(at) });
const people = fc.array(fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 8,
});

/** Rates at a threshold by counting, one pair after the other. */
function ratesAt(all: readonly Person[], threshold: number): { fmr: number; fnmr: number } {
  const genuine: number[] = [];
  const impostor: number[] = [];
  const flat = all.flatMap(({ features }, who) => features.map((feature) => ({ who, feature })));
  for (const [i, a] of flat.entries()) {
    for (const b of flat.slice(0, i)) (a.who === b.who ? genuine : impostor).push(cosineOf(a.feature, b.feature));
  }
  const fmr = impostor.filter((cosine) => cosine >= threshold).length / impostor.length;
  return { fmr, fnmr: genuine.filter((cosine) => cosine < threshold).length / genuine.length };
}

describe('verification', () => {
  it('is perfect where everybody is most like themselves', () => {
    const { eer, accuracy, accuracyThreshold } = verify(pairsOf([person(0, 5), person(90, 95), person(180, 185)]));
    expect(eer).toBe(0);
    expect(accuracy).toBe(1);
    expect(accuracyThreshold).toBeCloseTo(Math.cos((5 * Math.PI) / 180), 5);
  });

  it('counts every pair within and across people', () => {
    const pairs = pairsOf([person(0, 1, 2), person(50, 51), person(100)]);
    expect(pairs.genuine.cosines).toHaveLength(3 + 1);
    expect(pairs.impostorCount).toBe(3 * 2 + 3 + 2);
  });

  it('agrees with plain counting: the rates cross at the EER, and no threshold is more accurate', () => {
    fc.assert(
      fc.property(people, (angles) => {
        const all = angles.map((degrees) => person(...degrees));
        const pairs = pairsOf(all);
        fc.pre(pairs.genuine.cosines.length > 0);
        const { eer, eerThreshold, accuracy, accuracyThreshold } = verify(pairs);
        const there = ratesAt(all, eerThreshold);
        const above = ratesAt(all, eerThreshold + 1e-9);
        expect(there.fmr).toBeGreaterThanOrEqual(there.fnmr);
        expect(above.fmr).toBeLessThanOrEqual(above.fnmr);
        expect(eer).toBeGreaterThanOrEqual(above.fmr - 1e-9);
        expect(eer).toBeLessThanOrEqual(there.fmr + 1e-9);
        const accuracyAt = (threshold: number): number => {
          const { fmr, fnmr } = ratesAt(all, threshold);
          return 1 - (fmr + fnmr) / 2;
        };
        expect(accuracyAt(accuracyThreshold)).toBeCloseTo(accuracy, 9);
        for (let degrees = 0; degrees <= 180; degrees++) {
          expect(accuracyAt(Math.cos((degrees * Math.PI) / 180))).toBeLessThanOrEqual(accuracy + 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps only the most alike pairs across people, and comes to the same result', () => {
    const all = Array.from({ length: 20 }, (_, i) => person(i * 17, i * 17 + 6, i * 17 - 9));
    expect(verify(pairsOf(all, 200))).toEqual(verify(pairsOf(all)));
    expect(pairsOf(all, 200).impostorCount).toBe(pairsOf(all).impostorCount);
  });

  it('says that it does not know where the rates cross among pairs that were not kept', () => {
    const mixed = Array.from({ length: 12 }, (_, i) => person(i, 120 + i));
    expect(verify(pairsOf(mixed, 3)).eer).toBeNaN();
  });

  it('has an interval around its rates, the same for the same seed', () => {
    const all = Array.from({ length: 15 }, (_, i) => person(i * 24, i * 24 + 5, i * 24 + (i % 4) * 7));
    const pairs = pairsOf(all);
    const intervals = verificationIntervals(pairs, { seed: 3, repeats: 300 });
    const { eer } = verify(pairs);
    expect(intervals.eer!.low).toBeLessThanOrEqual(eer);
    expect(intervals.eer!.high).toBeGreaterThanOrEqual(eer);
    expect(verificationIntervals(pairs, { seed: 3, repeats: 300 })).toEqual(intervals);
    expect(verificationIntervals(pairs, { seed: 4, repeats: 300 })).not.toEqual(intervals);
  });
});

describe('open set', () => {
  const enrolled = (...degrees: number[]) => ({ ...person(...degrees), missed: 0 });

  it('enrols the first picture of each and searches with the others', () => {
    const searches = searchAll([enrolled(0, 10), enrolled(90), enrolled(180, 185, 100)], [person(40), person(269)]);
    expect(searches.enrolled).toBe(3);
    expect(searches.mated.flat().map((cosine) => Number(cosine.toFixed(3)))).toEqual([0.985, 0.996, -1]);
    expect(searches.nonMated.flat().map((cosine) => Number(cosine.toFixed(3)))).toEqual([0.766, 0.017]);
  });

  it('counts a picture without a face, and one of whom another comes first, as a miss at any threshold', () => {
    const { mated } = searchAll([{ ...enrolled(0, 5), missed: 1 }, enrolled(90, 30)], []);
    expect(mated).toEqual([[expect.closeTo(0.996, 3), -1], [-1]]);
    expect(fnirAt(mated.flat(), -0.99)).toBeCloseTo(2 / 3, 9);
  });

  it('takes the lowest threshold that keeps to the FPIR', () => {
    const unit = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (cosines, fpir) => {
          const threshold = thresholdAt(cosines, fpir);
          const found = (least: number): number => cosines.filter((cosine) => cosine >= least).length;
          expect(found(threshold)).toBeLessThanOrEqual(fpir * cosines.length);
          if (threshold > -1) expect(found(threshold - 1e-12)).toBeGreaterThan(Math.floor(fpir * cosines.length));
        },
      ),
    );
  });

  it('asks for three times as many impostors as the rate would find one in', () => {
    expect(searchesNeeded(0.01)).toBe(300);
    expect(searchesNeeded(0.003)).toBe(1_000);
  });

  it('has an interval, the same for the same seed', () => {
    const gallery = Array.from({ length: 12 }, (_, i) => enrolled(i * 30, i * 30 + (i % 3) * 6));
    const others = Array.from({ length: 40 }, (_, i) => person(i * 9 + 4));
    const searches = searchAll(gallery, others);
    const interval = fnirInterval(searches, { fpir: 0.1, seed: 5, repeats: 200 })!;
    const fnir = fnirAt(searches.mated.flat(), thresholdAt(searches.nonMated.flat(), 0.1));
    expect(interval.low).toBeLessThanOrEqual(fnir);
    expect(interval.high).toBeGreaterThanOrEqual(fnir);
    expect(fnirInterval(searches, { fpir: 0.1, seed: 5, repeats: 200 })).toEqual(interval);
  });
});

describe('chance and intervals', () => {
  it('Wilson’s interval is that of the textbook and stays within 0 and 1', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (const [hits, count, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const interval = wilson(hits, count);
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    }
  });

  it('draws as often as there are things, evenly', () => {
    const random = seededRandom(11);
    const weights = new Float64Array(10);
    const drawn = new Float64Array(10);
    for (let i = 0; i < 5_000; i++) {
      resample(10, random, weights);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(10);
      for (const [thing, weight] of weights.entries()) drawn[thing]! += weight / 5_000;
    }
    for (const mean of drawn) expect(mean).toBeCloseTo(1, 1);
  });

  it('takes the middle 95 percent, without what is no number', () => {
    const hundred = Array.from({ length: 101 }, (_, i) => i);
    expect(percentileInterval([...hundred, Number.NaN])).toEqual({ low: 2, high: 98 });
    expect(percentileInterval([Number.NaN])).toBeUndefined();
  });
});
