import { Fault } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import { CameraShim, type FoundCamera } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import type { ShimFrame } from '#drivers/camera/shim/structs.ts';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import { percentile, rounded } from '../bench/statistics.ts';
import { result, type Result } from '../report.ts';
import type { CameraArguments } from './arguments.ts';
import { LivePicture } from './livePicture.ts';

/** Modes of one camera that a report lists; some have hundreds. */
const MODES_SHOWN_MAX = 12;
/** Frames that are late by more than this share of a period are worth a look. */
const RATE_MISSED = 0.1;

/** Lists cameras with their modes; with a camera chosen, or only one there, measures what it delivers. */
export async function camera(
  options: CameraArguments,
  clock: Clock,
  onAddress: (address: string) => void,
): Promise<readonly Result[]> {
  const library = SHIMS[options.files ? 'libcamera-files' : 'libcamera'];
  const shim = CameraShim.load(library);
  const found = await shim.cameras();
  const results = [
    result('camera.library', { value: shim.library }),
    result('camera.found', { value: found.length, note: found.length === 0 ? noneFound(options) : null }),
    ...found.map(listed),
  ];
  const chosen = options.id ?? (found.length === 1 ? found[0]?.id : undefined);
  if (chosen === undefined) return results;
  const live = options.show ? await LivePicture.open() : undefined;
  try {
    if (live !== undefined) onAddress(live.address);
    return [...results, ...(await measured({ ...options, id: chosen, library, live }, clock))];
  } finally {
    await live?.[Symbol.asyncDispose]();
  }
}

const noneFound = ({ files }: CameraArguments): string =>
  files ? 'the form over files has its pattern' : 'is it plugged in, and may you open /dev/video* and /dev/media*?';

function listed({ id, model, modes }: FoundCamera, index: number): Result {
  const shown = modes.slice(0, MODES_SHOWN_MAX).map(({ format, width, height }) => `${format} ${width}x${height}`);
  const more = modes.length > shown.length ? ` and ${modes.length - shown.length} more` : '';
  return result(`camera.${index + 1}`, { value: id, note: `${model}: ${shown.join(', ')}${more}` });
}

interface Measured extends CameraArguments {
  readonly id: string;
  readonly library: string;
  readonly live: LivePicture | undefined;
}

/** Rate, age of the frames when they are here, and frames that came and were replaced or never came. */
async function measured(
  { id, seconds, width, height, framesPerSecond, library, live }: Measured,
  clock: Clock,
): Promise<readonly Result[]> {
  const frames: ShimFrame[] = [];
  const tested = new ShimCamera({
    name: id,
    library,
    id,
    shape: { size: { width, height }, framesPerSecond, rotation: 0, mirror: false },
    clock,
    onFrame: (frame) => void frames.push(frame),
  });
  const stream = tested.frames();
  const began = clock.monotonic();
  let sharpness = 0;
  try {
    while (clock.monotonic() - began < seconds * 1_000) {
      using frame = await stream.next();
      if (frame === undefined) break;
      sharpness = sharpnessOf(frame);
      const about = frames.at(-1);
      live?.show(frame, { sharpness, brightness: about?.metered, exposureMicros: about?.exposureMicros });
    }
  } finally {
    await stream.close();
  }
  return figures(id, { frames, framesPerSecond, sharpness });
}

function figures(
  id: string,
  { frames, framesPerSecond, sharpness }: { frames: readonly ShimFrame[]; framesPerSecond: number; sharpness: number },
): readonly Result[] {
  const [first, last] = [frames[0], frames.at(-1)];
  if (first === undefined || last === undefined || frames.length < 2) {
    throw new Fault('camera', {
      thing: id,
      found: `${frames.length} frames`,
      expected: 'some; give it more --seconds',
    });
  }
  const spanSeconds = Number(last.sensorNanos - first.sensorNanos) / 1e9;
  const rate = (frames.length - 1) / spanSeconds;
  const made = last.sequence - first.sequence + 1;
  const ages = frames.map(({ sensorAgeMs }) => sensorAgeMs);
  const exposure = last.exposureMicros === undefined ? 'not told' : `${last.exposureMicros} us`;
  const bright = last.metered === undefined ? 'not measured' : `${rounded(last.metered, 0)} of 255`;
  return [
    result('camera.rate', {
      ok: rate > framesPerSecond * (1 - RATE_MISSED),
      value: rounded(rate, 1),
      unit: 'frames a second',
      limit: framesPerSecond,
      note: `${frames.length} frames in ${rounded(spanSeconds, 1)} s by the sensor's clock`,
    }),
    result('camera.latency_p50_ms', {
      value: rounded(percentile(ages, 0.5), 1),
      unit: 'ms',
      note: 'sensor to program',
    }),
    result('camera.latency_p95_ms', { value: rounded(percentile(ages, 0.95), 1), unit: 'ms' }),
    result('camera.dropped', { value: made - frames.length, unit: 'frames', note: `of ${made} that the device made` }),
    result('camera.picture', {
      value: rounded(sharpness, 1),
      unit: 'sharpness',
      note: `turn the lens until it is highest; brightness ${bright}, exposure ${exposure}`,
    }),
  ];
}

/** Mean difference of neighbours in green over the middle of the frame: highest where the lens is in focus. */
function sharpnessOf({ width, height, pixels }: { width: number; height: number; pixels: Uint8Array }): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor(height / 4); y < (height * 3) / 4; y += 2) {
    for (let x = Math.floor(width / 4); x < (width * 3) / 4; x += 3, count++) {
      const at = (y * width + x) * 3 + 1;
      sum += Math.abs(pixels[at]! - pixels[at + 3]!);
    }
  }
  return count === 0 ? 0 : sum / count;
}
