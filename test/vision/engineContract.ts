import { expect, it } from 'vitest';
import type { Face } from '#core/biometrics/face.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import { cosineBetween } from './pictures.ts';

/** An engine with frames that it can see: the same person twice, somebody else, and nobody. */
export interface EngineRig extends AsyncDisposable {
  readonly engine: FaceEngine;
  readonly woman: Frame;
  readonly womanAgain: Frame;
  readonly another: Frame;
  readonly empty: Frame;
}

/** What every engine keeps to. */
export function describeEngine(makeRig: () => Promise<EngineRig>): void {
  const seen = async (engine: FaceEngine, frame: Frame): Promise<Face> => {
    const faces = await engine.detect(frame);
    expect(faces.length).toBeGreaterThan(0);
    return faces[0]!;
  };
  const probeOf = async (engine: FaceEngine, frame: Frame) =>
    engine.extract(frame, await engine.measure(frame, await seen(engine, frame)));

  it('knows a person again and tells somebody else apart', async () => {
    await using rig = await makeRig();
    using probe = await probeOf(rig.engine, rig.woman);
    using again = await probeOf(rig.engine, rig.womanAgain);
    using other = await probeOf(rig.engine, rig.another);
    expect(cosineBetween(probe, probe)).toBeCloseTo(1, 4);
    expect(cosineBetween(probe, again)).toBeGreaterThanOrEqual(0.6);
    expect(cosineBetween(probe, other)).toBeLessThan(0.4);
  });

  it('finds nobody where nobody is', async () => {
    await using rig = await makeRig();
    expect(await rig.engine.detect(rig.empty)).toEqual([]);
  });

  it('measures a face: points inside its surroundings from left to right, angles, light and life as numbers', async () => {
    await using rig = await makeRig();
    const face = await seen(rig.engine, rig.woman);
    const measured = await rig.engine.measure(rig.woman, face);
    expect(measured).toMatchObject(face);
    const [leftEye, rightEye, nose, leftMouth, rightMouth] = measured.points;
    expect(leftEye.x).toBeLessThan(rightEye.x);
    expect(leftMouth.x).toBeLessThan(rightMouth.x);
    expect(nose.y).toBeGreaterThan(leftEye.y);
    expect(nose.y).toBeLessThan(leftMouth.y);
    for (const angle of Object.values(measured.pose)) expect(Math.abs(angle)).toBeLessThan(40);
    expect(measured.sharpness).toBeGreaterThan(0);
    expect(measured.exposure.mean).toBeGreaterThan(40);
    const { live } = await rig.engine.measurePad(rig.woman, face);
    expect(live).toBeGreaterThan(0.5);
    expect(live).toBeLessThanOrEqual(1);
  });

  it('answers in the order of asking, frames of different sizes mixed, and leaves the frames as they were', async () => {
    await using rig = await makeRig();
    const frames = [rig.woman, rig.empty, rig.another, rig.womanAgain];
    const before = frames.map(({ pixels }) => checksum(pixels));
    const alone = [];
    for (const frame of frames) alone.push(await rig.engine.detect(frame));
    const order: number[] = [];
    const together = await Promise.all(
      frames.map(async (frame, i) => {
        const faces = await rig.engine.detect(frame);
        order.push(i);
        return faces;
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    expect(together).toEqual(alone);
    expect(frames.map(({ pixels }) => checksum(pixels))).toEqual(before);
  });

  it('names its models and the format of its templates', async () => {
    await using rig = await makeRig();
    expect(rig.engine.templateFormat).not.toBe('');
    expect(rig.engine.models.length).toBeGreaterThan(0);
    for (const { sha256 } of rig.engine.models) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('answers what was asked before it was closed, and nothing after', async () => {
    await using rig = await makeRig();
    const face = await seen(rig.engine, rig.woman);
    const asked = rig.engine.detect(rig.woman);
    await rig.engine.close();
    expect(await asked).toHaveLength(1);
    const fault = { name: 'Fault', code: 'model', found: 'a call after close' };
    await expect(rig.engine.detect(rig.woman)).rejects.toMatchObject(fault);
    await expect(rig.engine.measurePad(rig.woman, face)).rejects.toMatchObject(fault);
    await rig.engine.close();
  });
}

function checksum(pixels: Uint8Array): number {
  return pixels.reduce((sum, value, i) => (sum + value * (i % 251)) % 1_000_003, 0);
}
