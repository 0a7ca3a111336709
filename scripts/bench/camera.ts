import { existsSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CameraShim } from '#drivers/camera/shim/cameraShim.ts';
import type { Shape } from '#drivers/camera/shim/structs.ts';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import { atMost, result, type Result } from '../report.ts';
import type { Effort } from './effort.ts';
import type { Quiet } from './quiet.ts';
import { median, rounded } from './statistics.ts';

const SIZE = { width: 1_280, height: 720 };
const BYTES = SIZE.width * SIZE.height * 3;
/** The input of the detector in models.json, and the part of the picture that has its sides. */
const DETECTOR = { width: 320, height: 240 };
const DETECTOR_PART = { x: 160, y: 0, width: 960, height: 720 };
const COPY_RATIO_MAX = 1.5;
const CONVERT_MS_MAX = 2;
const GROWTH_BYTES_MAX = 8 * 2 ** 20;
const TAKES_A_ROUND = 40;
/** Until memory that any program takes once has been taken. */
const FRAMES_TO_WARM = 5_000;
/** The frame is there by then: what is measured is its way, not the wait for it. */
const READY_MS = 25;
const WAIT_MS = 100;
const NAME = 'test pattern';
const SMALL: Shape = { size: { width: 64, height: 48 }, framesPerSecond: 100, rotation: 0, mirror: false };

export interface CameraParts {
  readonly effort: Effort;
  readonly quiet: Quiet;
}

/** The shim over its test pattern: no camera is needed, and none is measured. */
export async function measureCamera(parts: CameraParts): Promise<Result[]> {
  const path = SHIMS['libcamera-files'];
  if (!existsSync(path)) return [result('camera.shim', { note: 'not built: no compiler, libyuv-dev or libjpeg here' })];
  const shim = CameraShim.load(path);
  return [await measureCopy(shim, parts), await measureConversion(shim, parts), ...(await measureLeaks(shim, parts))];
}

/** An RGB frame from the shim into JavaScript's memory, against a copy of as many bytes within it. */
async function measureCopy(shim: CameraShim, { effort, quiet }: CameraParts): Promise<Result> {
  const shape: Shape = { format: 'RGB3', size: SIZE, framesPerSecond: 50, rotation: 0, mirror: false };
  const { camera } = await shim.start({ id: 'pattern', name: NAME, shape });
  const pixels = new Uint8Array(new SharedArrayBuffer(BYTES));
  const copies: number[] = [];
  const takes: number[] = [];
  // As the frame of a camera, each comes from memory that this core has not just written.
  const sources = Array.from({ length: 4 }, (_, at) => new Uint8Array(BYTES).fill(at + 1));
  for (let i = 0; i < effort.rounds * TAKES_A_ROUND; i++) {
    await pause(READY_MS);
    const began = performance.now();
    pixels.set(sources[i % sources.length]!);
    copies.push(performance.now() - began);
    await pause(READY_MS);
    takes.push(await timeTake(shim, camera, pixels));
  }
  await shim.close(camera);
  const [copy, take] = [median(copies), median(takes)];
  return quiet.atMost('camera.copy_ratio', {
    value: rounded(take / copy, 2),
    limit: COPY_RATIO_MAX,
    unit: 'of a plain copy',
    note: `1280x720 RGB: ${rounded(take, 3)} ms with the asynchronous call, a plain copy ${rounded(copy, 3)} ms (medians of ${takes.length})`,
  });
}

async function measureConversion(shim: CameraShim, { effort, quiet }: CameraParts): Promise<Result> {
  const turn = { rotation: 0, mirror: false } as const;
  const shape: Shape = { format: 'NV12', size: SIZE, framesPerSecond: 50, zone: DETECTOR_PART, out: DETECTOR, ...turn };
  const { camera } = await shim.start({ id: 'pattern', name: NAME, shape });
  const pixels = new Uint8Array(new SharedArrayBuffer(DETECTOR.width * DETECTOR.height * 3));
  const takes: number[] = [];
  for (let i = 0; i < effort.rounds * TAKES_A_ROUND; i++) {
    await pause(READY_MS);
    takes.push(await timeTake(shim, camera, pixels));
  }
  await shim.close(camera);
  return quiet.atMost('camera.convert_ms', {
    value: rounded(median(takes), 3),
    limit: CONVERT_MS_MAX,
    unit: 'ms',
    note: `NV12 1280x720 cropped and converted to the detector's 320x240, the call included (median of ${takes.length})`,
  });
}

async function timeTake(shim: CameraShim, camera: number, pixels: Uint8Array): Promise<number> {
  const began = performance.now();
  const frame = await shim.take(camera, { waitMs: WAIT_MS, pixels, name: NAME });
  const took = performance.now() - began;
  if (frame !== undefined && !(frame instanceof Error)) await shim.giveBack(camera, frame.lease);
  return took;
}

async function measureLeaks(shim: CameraShim, { effort }: CameraParts): Promise<Result[]> {
  await frames(shim, Math.max(effort.frames / 10, FRAMES_TO_WARM));
  const afterFrames = await growthOf(() => frames(shim, effort.frames));
  await cycles(shim, effort.cycles / 10);
  const afterCycles = await growthOf(() => cycles(shim, effort.cycles));
  return [
    grown('camera.frames_growth', { ...afterFrames, what: `${effort.frames} frames` }),
    grown('camera.cycles_growth', { ...afterCycles, what: `${effort.cycles} cycles of opening and closing` }),
  ];
}

function grown(name: string, { bytes, handles, what }: { bytes: number; handles: number; what: string }): Result {
  const judged = atMost(name, {
    value: rounded(bytes / 2 ** 20, 2),
    limit: GROWTH_BYTES_MAX / 2 ** 20,
    unit: 'MB',
    note: `resident memory after ${what}, and ${handles} more open files`,
  });
  return { ...judged, ok: judged.ok && handles <= 0 };
}

async function growthOf(work: () => Promise<void>): Promise<{ bytes: number; handles: number }> {
  collect();
  const before = { bytes: process.memoryUsage.rss(), handles: readdirSync('/proc/self/fd').length };
  await work();
  collect();
  return {
    bytes: Math.max(0, process.memoryUsage.rss() - before.bytes),
    handles: readdirSync('/proc/self/fd').length - before.handles,
  };
}

/** What JavaScript has not thrown away yet is no leak. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

async function frames(shim: CameraShim, count: number): Promise<void> {
  const { camera, given } = await shim.start({ id: 'pattern?step=1', name: NAME, shape: SMALL });
  const pixels = new Uint8Array(new SharedArrayBuffer(given.out.width * given.out.height * 3));
  for (let i = 0; i < count; i++) await timeTake(shim, camera, pixels);
  await shim.close(camera);
}

async function cycles(shim: CameraShim, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await frames(shim, 1);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
