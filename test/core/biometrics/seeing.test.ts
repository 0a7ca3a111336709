import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, type Box, type Face, type MeasuredFace, type Landmark } from '#core/biometrics/face.ts';
import { assessQuality, type PoorQuality, type QualityLimits } from '#core/biometrics/quality.ts';
import { selectPresenter, type CaptureZone } from '#core/biometrics/selectPresenter.ts';

const FRAME = { width: 640, height: 480 };
const ZONE: CaptureZone = { left: 0.2, top: 0.1, right: 0.8, bottom: 0.9, faceWidthMin: 0.1, marginToNext: 1.3 };
const faceAt = (x: number, y: number, width: number): Face => ({
  box: { x: x - width / 2, y: y - width / 2, width, height: width },
  score: 0.99,
});

describe('the presenter', () => {
  it('is the one face near enough inside the zone', () => {
    const face = faceAt(320, 240, 100);
    expect(selectPresenter([face], ZONE, FRAME)).toEqual({ kind: 'presenter', face });
  });

  it.each<[string, Face[]]>([
    ['empty', []],
    ['outside-zone', [faceAt(20, 240, 100)]],
    ['outside-zone', [faceAt(320, 470, 100)]],
    ['too-far', [faceAt(320, 240, 63)]],
    ['several', [faceAt(200, 240, 100), faceAt(440, 240, 100)]],
  ])('is nobody: %s', (why, faces) => {
    expect(selectPresenter(faces, ZONE, FRAME)).toEqual({ kind: 'nobody', why });
  });

  it('is not disturbed by a larger face beside the zone, nor by small ones behind', () => {
    const face = faceAt(320, 240, 100);
    const others = [faceAt(30, 240, 200), faceAt(250, 200, 40), faceAt(400, 200, 76)];
    expect(selectPresenter([...others, face], ZONE, FRAME)).toEqual({ kind: 'presenter', face });
  });

  const coordinates = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -100, max: 500 }) }, fc.constant(NaN));
  const boxes: fc.Arbitrary<Box> = fc.record({
    x: coordinates,
    y: coordinates,
    width: coordinates,
    height: coordinates,
  });

  it('is somebody of the picture, inside, near and alone at that size, or nobody', () => {
    let presenters = 0;
    fc.assert(
      fc.property(fc.array(boxes, { maxLength: 5 }), (list) => {
        const faces = list.map((box) => ({ box, score: 1 }));
        const found = selectPresenter(faces, ZONE, FRAME);
        if (found.kind === 'nobody') return;
        presenters++;
        expect(faces).toContain(found.face);
        const inside = ({ box }: Face): boolean => {
          const [x, y] = [(box.x + box.width / 2) / FRAME.width, (box.y + box.height / 2) / FRAME.height];
          return x >= ZONE.left && x <= ZONE.right && y >= ZONE.top && y <= ZONE.bottom;
        };
        expect(inside(found.face)).toBe(true);
        expect(found.face.box.width).toBeGreaterThanOrEqual(64);
        for (const other of faces) {
          if (other === found.face || !inside(other) || !(other.box.width >= 64)) continue;
          expect(found.face.box.width).toBeGreaterThanOrEqual(other.box.width * ZONE.marginToNext);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(presenters, 'the property saw presenters').toBeGreaterThan(50);
  });

  it('does not depend on the order in which the detector names faces', () => {
    fc.assert(
      fc.property(fc.array(boxes, { maxLength: 5 }), (list) => {
        const faces = list.map((box) => ({ box, score: 1 }));
        expect(selectPresenter(faces.toReversed(), ZONE, FRAME)).toEqual(selectPresenter(faces, ZONE, FRAME));
      }),
    );
  });

  it('is nobody among several where the margin is not a number', () => {
    const faces = [faceAt(320, 240, 300), faceAt(320, 240, 70)];
    expect(selectPresenter(faces, { ...ZONE, marginToNext: NaN }, FRAME)).toEqual({ kind: 'nobody', why: 'several' });
  });
});

const LIMITS: QualityLimits = {
  faceWidthMin: 80,
  yawMax: 25,
  pitchMax: 20,
  rollMax: 20,
  sharpnessMin: 30,
  brightnessMin: 50,
  brightnessMax: 205,
  clippedShareMax: 0.2,
};
const ORIGIN: Landmark = { x: 0, y: 0 };
const GOOD: MeasuredFace = {
  box: { x: 0, y: 0, width: 80, height: 100 },
  score: 1,
  points: [ORIGIN, ORIGIN, ORIGIN, ORIGIN, ORIGIN],
  pose: { yaw: -25, pitch: 20, roll: -20 },
  sharpness: 30,
  exposure: { mean: 50, clippedShare: 0.2 },
};
const flawed: [PoorQuality, (value: number) => MeasuredFace, number][] = [
  ['come-closer', (width) => ({ ...GOOD, box: { ...GOOD.box, width } }), 79.9],
  ['too-dark', (mean) => ({ ...GOOD, exposure: { ...GOOD.exposure, mean } }), 49.9],
  ['too-bright', (mean) => ({ ...GOOD, exposure: { ...GOOD.exposure, mean } }), 205.1],
  ['uneven-light', (clippedShare) => ({ ...GOOD, exposure: { ...GOOD.exposure, clippedShare } }), 0.21],
  ['look-straight', (yaw) => ({ ...GOOD, pose: { ...GOOD.pose, yaw } }), -25.1],
  ['look-straight', (pitch) => ({ ...GOOD, pose: { ...GOOD.pose, pitch } }), 20.1],
  ['look-straight', (roll) => ({ ...GOOD, pose: { ...GOOD.pose, roll } }), 20.1],
  ['hold-still', (sharpness) => ({ ...GOOD, sharpness }), 29.9],
];

describe('the quality of a picture', () => {
  it('is usable at the very limits', () => {
    expect(assessQuality(GOOD, LIMITS)).toEqual({ kind: 'usable' });
  });

  it.each(flawed)('tells %s just beyond the limit', (reason, face, value) => {
    expect(assessQuality(face(value), LIMITS)).toEqual({ kind: 'poor', reason });
  });

  it.each(flawed)('never lets a number pass that is none (%s)', (_, face) => {
    expect(assessQuality(face(NaN), LIMITS).kind).toBe('poor');
  });

  it('never lets a limit pass that is none', () => {
    for (const name of Object.keys(LIMITS)) expect(assessQuality(GOOD, { ...LIMITS, [name]: NaN }).kind).toBe('poor');
  });

  it('tells what helps first: distance, light, pose, motion', () => {
    const [far, dark, , , turned, , , blurred] = flawed;
    const worst = {
      ...turned![1](90),
      sharpness: 0,
      exposure: { mean: 0, clippedShare: 1 },
      box: { ...GOOD.box, width: 1 },
    };
    expect(assessQuality(worst, LIMITS)).toEqual({ kind: 'poor', reason: far![0] });
    expect(assessQuality({ ...worst, box: GOOD.box }, LIMITS)).toEqual({ kind: 'poor', reason: dark![0] });
    expect(assessQuality({ ...worst, box: GOOD.box, exposure: GOOD.exposure }, LIMITS)).toEqual({
      kind: 'poor',
      reason: 'look-straight',
    });
    expect(assessQuality({ ...GOOD, sharpness: 0 }, LIMITS)).toEqual({ kind: 'poor', reason: blurred![0] });
  });
});

describe('the overlap of two boxes', () => {
  const sides = fc.integer({ min: 1, max: 500 });
  const places = fc.integer({ min: -500, max: 500 });
  const boxes: fc.Arbitrary<Box> = fc.record({ x: places, y: places, width: sides, height: sides });

  it('is 1 with itself, 0 apart, a third for two that share half', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    expect(overlap(box, box)).toBe(1);
    expect(overlap(box, { ...box, x: 10 })).toBe(0);
    expect(overlap(box, { ...box, x: 5 })).toBeCloseTo(1 / 3, 9);
  });

  it('lies between 0 and 1 and is the same both ways', () => {
    fc.assert(
      fc.property(boxes, boxes, (one, other) => {
        const shared = overlap(one, other);
        expect(shared).toBeGreaterThanOrEqual(0);
        expect(shared).toBeLessThanOrEqual(1);
        expect(overlap(other, one)).toBe(shared);
      }),
    );
  });

  it('is nothing with a box that has no place or no size', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    for (const broken of [{ x: NaN }, { y: NaN }, { width: NaN }, { height: NaN }, { width: 0 }, { height: -1 }]) {
      expect(overlap(box, { ...box, ...broken })).toBe(0);
    }
  });
});
