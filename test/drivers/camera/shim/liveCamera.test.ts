import { expect, it } from 'vitest';
import { pairFrames } from '#core/biometrics/pairFrames.ts';
import { assert } from '#core/kernel/assert.ts';
import { millis } from '#core/kernel/units.ts';
import { CameraShim, type FoundCamera } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import type { ShimFrame } from '#drivers/camera/shim/structs.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { nextFrame } from '../cameraContract.ts';
import { FILES_SHIM, libcameraShim, makeNative } from './build.ts';
import { describeLiveCamera, type LiveDevice } from './liveContract.ts';

const SMALL = { width: 64, height: 48 };
const FRAMES_PER_SECOND = 30;

const shapeOf = (size: { width: number; height: number }): LiveDevice['shape'] => ({
  size,
  framesPerSecond: FRAMES_PER_SECOND,
  rotation: 0,
  mirror: false,
});

/** The smallest picture that a camera makes and the gate can halve the colours of. */
function smallest({ id, modes }: FoundCamera): { width: number; height: number } {
  const even = modes.filter(({ width, height }) => width % 2 === 0 && height % 2 === 0);
  const [first] = even.toSorted((one, other) => one.width * one.height - other.width * other.height);
  assert(first !== undefined, `${id} has a mode that the gate knows`);
  return { width: first.width, height: first.height };
}

makeNative('files');
describeLiveCamera('the pattern of the form over files', { library: FILES_SHIM, id: 'pattern', shape: shapeOf(SMALL) });

it('two cameras run together, and their frames are paired by when their sensors saw them', async () => {
  const clock = new SystemClock();
  const look = (id: string) => {
    const seen: ShimFrame[] = [];
    const onFrame = (frame: ShimFrame): void => void seen.push(frame);
    const device = { library: FILES_SHIM, id, shape: shapeOf(SMALL) };
    return { seen, stream: new ShimCamera({ ...device, name: id, clock, onFrame }).frames() };
  };
  // To the shim another camera, since it is asked for in another way.
  const [colour, infrared] = [look('pattern'), look('pattern?step=0')];
  for (let i = 0; i < 6; i++) for (const { stream } of [colour, infrared]) (await nextFrame(stream))[Symbol.dispose]();
  await Promise.all([colour.stream.close(), infrared.stream.close()]);
  const period = millis(1_000 / FRAMES_PER_SECOND);
  const pairs = pairFrames(colour.seen, infrared.seen, period);
  expect(pairs.length).toBeGreaterThan(1);
  for (const { one, other } of pairs)
    expect(Math.abs(Number(one.sensorNanos - other.sensorNanos)) / 1e6).toBeLessThanOrEqual(period);
});

// Of the cameras that this machine has, if any: a gate on a desk, a notebook, a libcamera with its virtual pipeline.
const library = libcameraShim();
if (library !== undefined) {
  const shim = CameraShim.load(library);
  for (const found of await shim.cameras()) {
    const name = `${found.id} of ${shim.library}`;
    describeLiveCamera(name, { library, id: found.id, shape: shapeOf(smallest(found)) });
  }
}
