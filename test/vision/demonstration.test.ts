import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Face } from '#core/biometrics/face.ts';
import type { Probe } from '#core/biometrics/probe.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import { createFaceEngine } from '#vision/engine.ts';
import { loadSessions } from '#vision/node/loadSessions.ts';
import { readModelsFile } from '#vision/node/readModelsFile.ts';
import { surroundings } from '#vision/stages/livenessScorer.ts';
import { WorkingMemory } from '#vision/workingMemory.ts';
import { cosineBetween, demonstrationFrame, MODELS_FOLDER } from './pictures.ts';

const { models, operating } = readModelsFile(`${MODELS_FOLDER}/models.json`);
const NUMBERS = [1, 2, 3, 4, 5, 6] as const;

interface Seen {
  readonly picture: number;
  readonly face: Face;
  readonly probe: Probe;
  readonly live: number;
  readonly yaw: number;
}

let engine: FaceEngine;
const seen: Seen[] = [];

beforeAll(async () => {
  const sessions = await loadSessions(MODELS_FOLDER, models);
  engine = createFaceEngine({ models, sessions, memory: new WorkingMemory(), scoreMin: operating.detection.scoreMin });
  for (const picture of NUMBERS) {
    using frame = await demonstrationFrame(picture);
    for (const face of await engine.detect(frame)) {
      const measured = await engine.measure(frame, face);
      const { live } = await engine.measurePad(frame, face);
      seen.push({ picture, face, live, yaw: measured.pose.yaw, probe: await engine.extract(frame, measured) });
    }
  }
});
afterAll(async () => {
  for (const { probe } of seen) probe[Symbol.dispose]();
  await engine.close();
});

/** The face whose box begins near a place. */
const at = (picture: number, x: number, y: number): Seen =>
  seen.find((one) => one.picture === picture && Math.hypot(one.face.box.x - x, one.face.box.y - y) < 6)!;

describe('the people of the demonstration', () => {
  it('are all found, and nobody else, at the size they have', () => {
    expect(NUMBERS.map((picture) => seen.filter((one) => one.picture === picture).length)).toEqual([3, 3, 3, 4, 5, 4]);
    const widths = seen.map(({ face }) => Math.round(face.box.width));
    expect(Math.min(...widths)).toBe(157);
    expect(Math.max(...widths)).toBe(222);
  });

  it('include a woman who is recognised in another photograph', () => {
    const cosine = cosineBetween(at(1, 1464, 216).probe, at(3, 1078, 193).probe);
    expect(cosine).toBeGreaterThanOrEqual(0.6);
    expect(cosine).toBeCloseTo(0.71, 1);
  });

  it('are otherwise different people, of whom no two come near the threshold', () => {
    const woman = [at(1, 1464, 216), at(3, 1078, 193)];
    const alike = seen.flatMap((one, i) => {
      const others = seen.slice(0, i).filter((other) => !(woman.includes(one) && woman.includes(other)));
      return others.map((other) => cosineBetween(one.probe, other.probe));
    });
    expect(alike).toHaveLength((22 * 21) / 2 - 1);
    expect(Math.max(...alike)).toBeLessThan(operating.verification.threshold);
    expect(alike.filter((cosine) => cosine >= 0.4).length).toBeLessThanOrEqual(2);
  });

  it('count as living, but for the three still photographs that the model was measured to doubt', () => {
    expect(at(1, 1464, 216).live).toBeCloseTo(0.999, 2);
    expect(at(3, 1078, 193).live).toBeCloseTo(0.77, 1);
    expect(seen.filter(({ live }) => live < operating.pad.meanMin)).toHaveLength(3);
  });

  it('look where they look: the one in profile is turned away by far the most', () => {
    const [most, next] = seen.map(({ yaw }) => Math.abs(yaw)).toSorted((a, b) => b - a);
    expect(Math.abs(at(2, 365, 125).yaw)).toBe(most);
    expect(most).toBeGreaterThan(50);
    expect(next).toBeLessThan(45);
  });
});

describe('the surroundings that the liveness model sees', () => {
  const frame = { width: 640, height: 480 };

  it('are 2.7 faces around the middle of the face where there is room', () => {
    const box = surroundings({ x: 270, y: 190, width: 100, height: 100 }, frame);
    expect(box).toEqual({ x: 185, y: 105, width: 270, height: 270 });
  });

  it('are shifted to lie inside the frame', () => {
    const corner = surroundings({ x: -20, y: 400, width: 100, height: 100 }, frame);
    expect(corner).toEqual({ x: 0, y: 210, width: 270, height: 270 });
  });

  it('are as much as the frame has where the face is too near, and keep the shape of the face', () => {
    const near = surroundings({ x: 200, y: 60, width: 300, height: 400 }, frame);
    expect(near).toEqual({ x: 170, y: 0, width: 360, height: 480 });
  });
});
