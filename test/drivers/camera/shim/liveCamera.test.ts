import { assert } from '#core/kernel/assert.ts';
import { CameraShim, type FoundCamera } from '#drivers/camera/shim/cameraShim.ts';
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

// Of the cameras that this machine has, if any: a gate on a desk, a notebook, a libcamera with its virtual pipeline.
const library = libcameraShim();
if (library !== undefined) {
  const shim = CameraShim.load(library);
  for (const found of await shim.cameras()) {
    const name = `${found.id} of ${shim.library}`;
    describeLiveCamera(name, { library, id: found.id, shape: shapeOf(smallest(found)) });
  }
}
