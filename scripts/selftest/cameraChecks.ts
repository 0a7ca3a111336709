import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { CameraShim } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import type { Findings } from './findings.ts';

const FRAMES = 5;
const FRAME_MS_MAX = 5_000;
const SIZE = { width: 640, height: 480 };
/** What the shim's frames lie in, as the system names it. */
const DEVICE_FILE = 'lintel-camera';

/** The way of a frame from the shim, over its test pattern; a shim that setup left out is told, and is no failure. */
export async function showCamera(findings: Findings): Promise<void> {
  const library = SHIMS['libcamera-files'];
  if (!existsSync(library)) {
    findings.add('camera_shim.frames', { value: 'left out', note: 'no compiler or libraries for it at setup' });
    return;
  }
  await findings.show('camera_shim.frames', async () => {
    const shape = { size: SIZE, framesPerSecond: 50, rotation: 0, mirror: false } as const;
    const camera = new ShimCamera({ name: 'pattern', library, id: 'pattern', shape, clock: new SystemClock() });
    const stream = camera.frames();
    const late = setTimeout(() => void stream.close(), FRAME_MS_MAX);
    let last: Uint8Array | undefined;
    let seen = 0;
    try {
      for (; seen < FRAMES; seen++) {
        using frame = await stream.next();
        if (frame === undefined) break;
        last = frame.pixels;
      }
    } finally {
      clearTimeout(late);
      await stream.close();
    }
    const overwritten = last?.every((byte) => byte === 0) ?? false;
    const open = filesOpen();
    return {
      ok: seen === FRAMES && overwritten && open === 0,
      value: seen,
      limit: FRAMES,
      unit: 'frames',
      note: `${SIZE.width} x ${SIZE.height}, ${overwritten ? 'overwritten' : 'NOT overwritten'}; ${open} files of the camera open after it`,
    };
  });
  await findings.show('camera_shim.library', async () => {
    const real = SHIMS.libcamera;
    if (!existsSync(real)) return { value: 'left out', note: 'no libcamera at setup: the driver libcamera is off' };
    return {
      value: CameraShim.load(real).library,
      note: 'loads; which cameras there are says npm run hardware -- camera',
    };
  });
}

function filesOpen(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes(DEVICE_FILE);
    } catch {
      // Closed since it was listed.
      return false;
    }
  }).length;
}
