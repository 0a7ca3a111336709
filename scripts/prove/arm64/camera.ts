import { Fault } from '#core/kernel/fault.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import { FORMATS, type Shape } from '#drivers/camera/shim/structs.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import type { CameraAnswer } from './tasks.ts';

const NAME = 'test pattern';
const WHOLE: Shape = { size: { width: 160, height: 120 }, framesPerSecond: 10, rotation: 0, mirror: false };
/** Whatever the shim can do to a picture, with sides that fit no vector of any processor. */
const TURNED: Shape = {
  ...WHOLE,
  zone: { x: 10, y: 6, width: 130, height: 90 },
  out: { width: 53, height: 71 },
  rotation: 90,
  mirror: true,
};

/** A frame of each format and shape. @throws Fault `camera` */
export async function takeFrames(library: string): Promise<CameraAnswer> {
  const frames: CameraAnswer['frames'] = [];
  for (const format of FORMATS) {
    for (const [how, shape] of Object.entries({ whole: WHOLE, turned: TURNED })) {
      frames.push({ name: `${format} ${how}`, pixels: await frameOf(library, { ...shape, format }) });
    }
  }
  return { frames };
}

async function frameOf(library: string, shape: Shape): Promise<string> {
  const clock = new SystemClock();
  const stream = new ShimCamera({ name: NAME, library, id: 'pattern?step=1', shape, clock }).frames();
  try {
    using frame = await stream.next();
    if (frame === undefined) throw new Fault('camera', { thing: NAME, found: 'no frame', expected: 'one' });
    return Buffer.from(frame.pixels).toString('base64');
  } finally {
    await stream.close();
  }
}
