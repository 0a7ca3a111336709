import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame, FrameStream } from '#core/ports/camera.ts';
import { AUTOMATIC, sameControls, wantedControls, type FixedControls } from '#drivers/camera/shim/attention.ts';
import { BIAS_MAX, FACE_BRIGHTNESS, nextBias } from '#drivers/camera/shim/metering.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import { ROTATIONS, type ShimFrame } from '#drivers/camera/shim/structs.ts';
import { devicePart } from '#drivers/camera/shim/zone.ts';
import { FakeClock } from '../../../fakes/fakeClock.ts';
import { deliver, nextFrame } from '../cameraContract.ts';
import { BUILD_MS_MAX, FILES_SHIM, makeNative } from './build.ts';

const SIZE = { width: 160, height: 120 };
const RULES = { fixed: {}, bias: 0, fullRate: 30, idleRate: 5, frame: SIZE };

beforeAll(() => makeNative('files'), BUILD_MS_MAX);

function watched(fixed: FixedControls = {}) {
  const clock = new FakeClock();
  const seen: ShimFrame[] = [];
  const camera = new ShimCamera({
    name: 'camera',
    library: FILES_SHIM,
    id: 'pattern?step=1',
    clock,
    idleFramesPerSecond: 5,
    fixed,
    shape: { size: SIZE, framesPerSecond: 25, rotation: 0, mirror: false },
    onFrame: (frame) => void seen.push(frame),
  });
  return { camera, clock, seen, periodMs: 40, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function look(
  rig: ReturnType<typeof watched>,
  stream: FrameStream,
  use: (frame: Frame) => void = () => undefined,
) {
  await deliver(rig, 1);
  using frame = await nextFrame(stream);
  use(frame);
}

describe('a camera that is told what it is wanted for', () => {
  it('makes few frames while nobody is there, and all of them as soon as somebody comes', async () => {
    const rig = watched();
    const stream = rig.camera.frames();
    await look(rig, stream);
    expect(rig.clock.untilNext).toBeCloseTo(40);
    stream.attend?.({ lively: false });
    await look(rig, stream);
    expect(rig.clock.untilNext).toBeCloseTo(200);
    stream.attend?.({ lively: true });
    await look(rig, stream);
    expect(rig.clock.untilNext).toBeCloseTo(40);
    await stream.close();
  });

  it('brings a face to its brightness, before a bright window as in the dark, and forgets it with the face', async () => {
    const rig = watched();
    const stream = rig.camera.frames();
    // The blue bar in the lower half is dark in green; the white one in the upper half is bright.
    for (const face of [
      { x: 125, y: 70, width: 10, height: 40 },
      { x: 5, y: 5, width: 10, height: 40 },
    ]) {
      const metered: number[] = [];
      for (let i = 0; i < 60; i++) {
        stream.attend?.({ lively: true, face });
        await look(rig, stream);
        metered.push(rig.seen.at(-1)?.metered ?? -1);
      }
      const [first, last] = [metered[2]!, metered.at(-1)!];
      expect(Math.abs(Math.log2(last / FACE_BRIGHTNESS))).toBeLessThan(Math.abs(Math.log2(first / FACE_BRIGHTNESS)));
    }
    stream.attend?.({ lively: true });
    await look(rig, stream);
    await look(rig, stream);
    expect(rig.seen.at(-1)?.exposureMicros).toBe(10_000);
    await stream.close();
  });

  it('keeps a fixed exposure and gain from the first frame on, whoever comes and however dark the face is', async () => {
    const rig = watched({ exposureMicros: 5_000, gain: 2.5 });
    const stream = rig.camera.frames();
    const brightness: number[] = [];
    const dark = { x: 125, y: 70, width: 10, height: 40 };
    for (const attention of [{ lively: true }, { lively: false }, { lively: true, face: dark }, { lively: true }]) {
      stream.attend?.(attention);
      for (let i = 0; i < 4; i++) await look(rig, stream, ({ pixels }) => void brightness.push(pixels[3_000]!));
    }
    expect(new Set(rig.seen.map(({ exposureMicros, gain }) => `${exposureMicros} ${gain}`))).toEqual(
      new Set(['5000 2.5']),
    );
    expect(new Set(brightness).size).toBe(1);
    await stream.close();
  });

  it('starts from the bias of its installer, gives a face its own, and goes back', async () => {
    const rig = watched({ bias: 1 });
    const stream = rig.camera.frames();
    await look(rig, stream);
    const bright = { x: 5, y: 5, width: 10, height: 40 };
    for (let i = 0; i < 40; i++) {
      stream.attend?.({ lively: true, face: bright });
      await look(rig, stream);
    }
    const [first, last] = [rig.seen[0]!, rig.seen.at(-1)!];
    expect(first.exposureMicros).toBe(20_000);
    expect(last.exposureMicros).toBeLessThan(10_000);
    stream.attend?.({ lively: true });
    await look(rig, stream);
    await look(rig, stream);
    expect(rig.seen.at(-1)?.exposureMicros).toBe(20_000);
    await stream.close();
  });

  it('asks in every frame for what is fixed, and follows a face with what is left', () => {
    const face = { x: 40, y: 40, width: 60, height: 60 };
    const kept = fc.record(
      {
        exposureMicros: fc.integer({ min: 10, max: 1_000_000 }),
        gain: fc.double({ min: 1, max: 64, noNaN: true }),
        whiteKelvin: fc.integer({ min: 2_000, max: 10_000 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(kept, fc.boolean(), fc.constantFrom(face, undefined), (fixed, lively, seen) => {
        const attention = { lively, ...(seen !== undefined && { face: seen }) };
        const wanted = wantedControls(attention, { ...RULES, fixed, bias: 0.7 });
        expect(wanted).toMatchObject(fixed);
        const follows = seen !== undefined && !(fixed.exposureMicros !== undefined && fixed.gain !== undefined);
        expect([wanted.bias, wanted.meter === undefined]).toEqual(follows ? [0.7, false] : [undefined, true]);
        expect(sameControls(wanted, AUTOMATIC)).toBe(false);
      }),
    );
  });

  it('corrects towards the brightness of a face, never beyond what noise allows', () => {
    const numbers = {
      bias: fc.double({ min: -BIAS_MAX, max: BIAS_MAX, noNaN: true }),
      metered: fc.double({ min: 0, max: 255, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.record(numbers), ({ bias, metered }) => {
        const next = nextBias(bias, metered);
        expect(Math.abs(next)).toBeLessThanOrEqual(BIAS_MAX);
        if (metered < FACE_BRIGHTNESS) expect(next).toBeGreaterThanOrEqual(bias);
        else expect(next).toBeLessThanOrEqual(bias);
      }),
    );
  });

  it('measures within the frame, whatever box the detector draws', () => {
    const side = fc.double({ min: -500, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.record({ x: side, y: side, width: side.map(Math.abs), height: side.map(Math.abs) }), (face) => {
        const { meter } = wantedControls({ lively: true, face }, RULES);
        expect(meter!.width >= 1 && meter!.height >= 1 && meter!.x >= 0 && meter!.y >= 0).toBe(true);
        expect(meter!.x + meter!.width <= SIZE.width && meter!.y + meter!.height <= SIZE.height).toBe(true);
      }),
    );
  });

  it('is not bothered for a face that hardly moves', () => {
    const face = { x: 40, y: 40, width: 60, height: 60 };
    const still = wantedControls({ lively: true, face }, RULES);
    expect(sameControls(still, wantedControls({ lively: true, face: { ...face, x: 42 } }, RULES))).toBe(true);
    expect(sameControls(still, wantedControls({ lively: true, face: { ...face, x: 80 } }, RULES))).toBe(false);
    expect(sameControls(still, wantedControls({ lively: true, face }, { ...RULES, bias: 0.5 }))).toBe(false);
    expect(sameControls(still, wantedControls({ lively: true }, RULES))).toBe(false);
    expect(sameControls(AUTOMATIC, still)).toBe(false);
    expect(sameControls(still, { ...still, whiteKelvin: 4_500 })).toBe(false);
  });
});

describe('the part of the picture that leaves the camera', () => {
  it('is what is seen there, however the camera hangs', () => {
    const zone = { left: 0, top: 0, right: 0.5, bottom: 0.25 };
    const part = (rotation: (typeof ROTATIONS)[number], mirror: boolean): string => {
      const { x, y, width, height } = devicePart(zone, { rotation, mirror }, { width: 400, height: 200 });
      return `${width}x${height} at ${x},${y}`;
    };
    expect(ROTATIONS.map((rotation) => part(rotation, false))).toEqual([
      '200x50 at 0,0',
      '100x100 at 0,100',
      '200x50 at 200,150',
      '100x100 at 300,0',
    ]);
    expect(part(0, true)).toBe('200x50 at 200,0');
  });

  it('lies within it and on even pixels', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const zone = fc.tuple(share, share, share, share).map(([a, b, c, d]) => ({
      left: Math.min(a, b),
      right: Math.max(a, b),
      top: Math.min(c, d),
      bottom: Math.max(c, d),
    }));
    const turn = fc.record({ rotation: fc.constantFrom(...ROTATIONS), mirror: fc.boolean() });
    fc.assert(
      fc.property(zone, turn, (seen, turned) => {
        const { x, y, width, height } = devicePart(seen, turned, { width: 640, height: 480 });
        for (const number of [x, y, width, height]) expect(number % 2 === 0 && number >= 0).toBe(true);
        expect(x + width <= 640 && y + height <= 480).toBe(true);
      }),
    );
  });
});
