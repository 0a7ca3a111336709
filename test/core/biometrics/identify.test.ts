import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identify, verify } from '#core/biometrics/identify.ts';
import { expectedFpir, type IdentificationPoint } from '#core/biometrics/operatingPoint.ts';
import { judgePad } from '#core/biometrics/pad.ts';
import { pseudonym } from '../people.ts';

const POINT: IdentificationPoint = {
  threshold: 0.55,
  margin: 0.05,
  framesAgreeing: 2,
  framesConsidered: 3,
  fpirByGallerySize: [
    { people: 100, fpir: 0.001 },
    { people: 1_680, fpir: 0.003 },
  ],
};
const anna = pseudonym('anna');
const list = (...cosines: number[]) =>
  cosines.map((cosine, index) => ({ pseudonym: pseudonym(['anna', 'bo', 'chen'][index] ?? 'dai'), cosine }));
const AGREED = [0.6, 0.6, 0.2];

describe('one of many', () => {
  it('is the first who reaches the threshold, stands clear of the second and is seen in enough frames', () => {
    const match = { kind: 'match', pseudonym: anna, cosine: 0.55 };
    expect(identify({ averaged: list(0.55, 0.49), framesToFirst: [0.55, 0.55, 0.1] }, POINT)).toEqual(match);
    expect(identify({ averaged: list(0.55), framesToFirst: [0.55, 0.1, 0.55] }, POINT)).toEqual(match);
  });

  it('is nobody below the threshold, with too few frames that agree, or in an empty gallery', () => {
    expect(identify({ averaged: list(0.549, 0.1), framesToFirst: AGREED }, POINT).kind).toBe('no-match');
    expect(identify({ averaged: list(0.9, 0.1), framesToFirst: [0.9, 0.549, 0.5] }, POINT).kind).toBe('no-match');
    expect(identify({ averaged: [], framesToFirst: [] }, POINT).kind).toBe('no-match');
  });

  it('is not told apart from a second who is too near', () => {
    expect(identify({ averaged: list(0.6, 0.56), framesToFirst: AGREED }, POINT).kind).toBe('ambiguous');
  });

  it('is not chosen by the order of the gallery where two are equal, whatever the margin', () => {
    expect(identify({ averaged: list(0.9, 0.9), framesToFirst: AGREED }, { ...POINT, margin: 0 }).kind).toBe(
      'ambiguous',
    );
  });

  const cosines = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.constant(NaN),
    fc.constantFrom(0.5, 0.55, 0.6, 0.9),
  );
  const settings = fc.record({
    threshold: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 0.5, 0.55) }, fc.constant(NaN)),
    margin: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 0.05) }, fc.constant(NaN)),
    framesAgreeing: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.constant(NaN)),
  });

  it('matches only where every condition is a number that holds', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(cosines, { maxLength: 3 }),
        fc.array(cosines, { maxLength: 4 }),
        settings,
        (scores, framesToFirst, setting) => {
          const found = identify({ averaged: list(...scores), framesToFirst }, { ...POINT, ...setting });
          const [first, second] = scores;
          const agreeing = framesToFirst.filter((cosine) => cosine >= setting.threshold).length;
          const holds =
            first !== undefined &&
            first >= setting.threshold &&
            (second === undefined || (first > second && first - second >= setting.margin)) &&
            agreeing >= setting.framesAgreeing;
          expect(found.kind === 'match').toBe(holds);
          if (found.kind !== 'match') return;
          matches++;
          expect(found.pseudonym).toBe(anna);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(matches, 'the property saw matches').toBeGreaterThan(50);
  });
});

describe('one whom a card has named', () => {
  it('is verified from the threshold on', () => {
    expect(verify(anna, 0.45, { threshold: 0.45 })).toEqual({ kind: 'match', pseudonym: anna, cosine: 0.45 });
    expect(verify(anna, 0.449, { threshold: 0.45 }).kind).toBe('no-match');
  });

  it('is never verified by what is not a number', () => {
    expect(verify(anna, NaN, { threshold: 0.45 }).kind).toBe('no-match');
    expect(verify(anna, 0.9, { threshold: NaN }).kind).toBe('no-match');
  });
});

describe('the FPIR to expect', () => {
  it('is nothing in an empty gallery, and certain where nothing was measured', () => {
    expect(expectedFpir(POINT, 0)).toBe(0);
    expect(expectedFpir({ ...POINT, fpirByGallerySize: [] }, 1)).toBe(1);
  });

  it('is the measured one at a measured size, and that of the next size above between them', () => {
    for (const [people, fpir] of [
      [100, 0.001],
      [1, 0.001],
      [101, 0.003],
      [1_680, 0.003],
    ] as const) {
      expect(expectedFpir(POINT, people)).toBe(fpir);
    }
  });

  it('at a measured size is not lifted over a limit by rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 5_000 }), (fpir, people) => {
        expect(expectedFpir({ ...POINT, fpirByGallerySize: [{ people, fpir }] }, people)).toBe(fpir);
      }),
    );
  });

  it('grows with every comparison beyond the largest size', () => {
    expect(expectedFpir(POINT, 3_360)).toBeCloseTo(1 - (1 - 0.003) ** 2, 9);
    expect(expectedFpir(POINT, 1_681)).toBeGreaterThan(0.003);
  });

  it('never understates where some people resemble many: the open set measured on LFW at 0.50', () => {
    const measured = { ...POINT, fpirByGallerySize: [{ people: 1_680, fpir: 0.0069 }] };
    expect(expectedFpir(measured, 500)).toBeGreaterThanOrEqual(0.0027);
  });

  it('is certain where the measurement is broken', () => {
    for (const broken of [
      { people: 10, fpir: NaN },
      { people: 0, fpir: 0 },
      { people: 10, fpir: 1.5 },
      { people: NaN, fpir: 0.1 },
    ]) {
      expect(expectedFpir({ ...POINT, fpirByGallerySize: [broken] }, 20)).toBe(1);
    }
  });

  it('never falls when somebody is enrolled', () => {
    const measured = fc
      .array(
        fc.record({ people: fc.integer({ min: 1, max: 5_000 }), fpir: fc.double({ min: 0, max: 0.1, noNaN: true }) }),
        { minLength: 1, maxLength: 5 },
      )
      .map((sizes) => {
        const rates = sizes.map((one) => one.fpir).toSorted((a, b) => a - b);
        const people = [...new Set(sizes.map((one) => one.people))].toSorted((a, b) => a - b);
        return people.map((count, index) => ({ people: count, fpir: rates[index]! }));
      });
    fc.assert(
      fc.property(measured, fc.integer({ min: 0, max: 20_000 }), (fpirByGallerySize, people) => {
        const point = { ...POINT, fpirByGallerySize };
        expect(expectedFpir(point, people + 1)).toBeGreaterThanOrEqual(expectedFpir(point, people));
      }),
    );
  });
});

describe('a living face', () => {
  const PAD = { meanMin: 0.5, frameMin: 0.2 };
  const verdict = (...scores: number[]) =>
    judgePad(
      scores.map((live) => ({ live })),
      PAD,
    ).kind;

  it('is one whose frames are live on average, and none of which is far from it', () => {
    expect(verdict(0.2, 0.8)).toBe('bona-fide');
    expect(verdict(0.19, 0.99, 0.99)).toBe('attack-suspected');
    expect(verdict(0.4, 0.5)).toBe('attack-suspected');
  });

  it('is not taken for granted where no frame was looked at', () => {
    expect(verdict()).toBe('attack-suspected');
  });

  it('is never seen in what is not a number', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), fc.nat(5), (scores, place) => {
        expect(verdict(...scores.toSpliced(place, 0, NaN))).toBe('attack-suspected');
      }),
    );
    expect(judgePad([{ live: 1 }], { meanMin: NaN, frameMin: 0 }).kind).toBe('attack-suspected');
    expect(judgePad([{ live: 1 }], { meanMin: 0, frameMin: NaN }).kind).toBe('attack-suspected');
  });
});
