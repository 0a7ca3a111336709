import { Fault } from '#core/kernel/fault.ts';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { CameraShim, type FoundCamera } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import type { Host } from '../start/host.ts';
import { result, type Result } from '../report.ts';
import type { CameraArguments } from './arguments.ts';
import { CameraFigures } from './cameraFigures.ts';
import { lookedAt, type LookedAtCamera } from './gateCamera.ts';
import { LivePicture } from './livePicture.ts';
import { helpFor, type PictureHelp } from './pictureHelp.ts';
import { showPicture } from './showPicture.ts';

/** Sizes of one format that a report lists; some cameras have hundreds. */
const SIZES_SHOWN_MAX = 8;
/** Of a measurement that nobody looks at. */
const MEASURED_SECONDS = 5;

export interface CameraParts {
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  /** What a picture can be shown on. */
  readonly host: Host;
  /** To whoever typed the command, while it runs. */
  readonly say: (line: string) => void;
  /** From now on whoever looks at the picture can say that it is enough. */
  readonly watch: (enough: () => void) => Disposable;
}

/** Lists cameras with their modes; with one chosen, or only one there, shows its picture and measures what it delivers. */
export async function camera(options: CameraArguments, parts: CameraParts): Promise<readonly Result[]> {
  const asked = lookedAt(options);
  const shim = CameraShim.load(asked.library);
  const found = await shim.cameras();
  const results = [
    result('camera.library', { value: shim.library }),
    result('camera.found', { value: found.length, note: found.length === 0 ? noneFound(options) : null }),
    ...found.map(listed),
  ];
  if (asked.id !== undefined) mustBeOneOf(found, asked.id, asked.library);
  const id = asked.id ?? (found.length === 1 ? found[0]?.id : undefined);
  if (id !== undefined) return [...results, ...(await looked({ ...asked, id }, options, parts))];
  if (found.length === 0) return results;
  return [...results, result('camera.chosen', { value: 'none', note: 'choose one with --id to see and measure it' })];
}

const noneFound = ({ files }: CameraArguments): string =>
  files ? 'the form over files has its pattern' : 'is it plugged in, and may you open /dev/video* and /dev/media*?';

/** A folder of pictures is listed nowhere. */
function mustBeOneOf(found: readonly FoundCamera[], id: string, library: string): void {
  if (library === SHIMS['libcamera-files'] || found.some((one) => one.id === id)) return;
  const ids = found.map((one) => one.id).join(', ');
  const expected = ids === '' ? 'a camera that is plugged in: none is' : `one of ${ids}`;
  throw new Fault('camera', { thing: `camera ${id}`, found: 'no such camera', expected });
}

/** Its modes on one line: each format with its sizes. */
function listed({ id, model, modes }: FoundCamera, index: number): Result {
  const formats = Map.groupBy(modes, ({ format }) => format);
  const told = [...formats].map(([format, all]) => {
    const sizes = all.slice(0, SIZES_SHOWN_MAX).map(({ width, height }) => `${width}x${height}`);
    return `${format} ${sizes.join(' ')}${all.length > sizes.length ? ` and ${all.length - sizes.length} more` : ''}`;
  });
  return result(`camera.${index + 1}`, { value: id, note: `${model}: ${told.join('; ')}` });
}

type ChosenCamera = LookedAtCamera & { readonly id: string };

async function looked(
  chosen: ChosenCamera,
  { show, seconds }: CameraArguments,
  { host, clock, env, say, watch }: CameraParts,
): Promise<readonly Result[]> {
  if (!(show ?? host.kind !== 'none')) return measured(chosen, { clock, seconds: seconds ?? MEASURED_SECONDS });
  await using live = await LivePicture.open();
  const { language } = chosen;
  const shown = showPicture(live, { host, clock, env, say, ...(language !== undefined && { language }) });
  try {
    const onEnd = (end: () => void): Disposable =>
      watch(() => {
        // Ctrl-C reaches the browser as well, which is not to be started again.
        void shown.stop();
        end();
      });
    return await measured(chosen, { clock, live, onEnd, ...(seconds !== undefined && { seconds }) });
  } finally {
    await shown.stop();
  }
}

interface Measuring {
  readonly clock: Clock;
  /** Until it is ended where it is left out. */
  readonly seconds?: number;
  readonly live?: LivePicture;
  readonly onEnd?: (end: () => void) => Disposable;
}

async function measured(
  { id, library, shape, zone }: ChosenCamera,
  { clock, seconds, live, onEnd }: Measuring,
): Promise<readonly Result[]> {
  const figures = new CameraFigures();
  let help: PictureHelp | undefined;
  const stream = new ShimCamera({
    name: `camera ${id}`,
    library,
    id,
    shape,
    clock,
    onFrame: (frame) => figures.add(frame),
  }).frames();
  const end = (): void => void stream.close();
  using ending = new DisposableStack();
  if (seconds !== undefined) ending.use(clock.at(after(clock.monotonic(), millis(seconds * 1_000)), end));
  if (onEnd !== undefined) ending.use(onEnd(end));
  try {
    for (;;) {
      using frame = await stream.next();
      if (frame === undefined) break;
      help = helpFor(frame, zone);
      live?.show(frame, { ...help, ...figures.moment, ...(zone !== undefined && { zone }) });
    }
  } finally {
    await stream.close();
  }
  return figures.results(id, { demanded: shape.framesPerSecond, help, shown: live !== undefined });
}
