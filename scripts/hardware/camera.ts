import { Fault } from '#core/kernel/fault.ts';
import { after as later, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { CameraShim, type FoundCamera } from '#drivers/camera/shim/cameraShim.ts';
import { ShimCamera } from '#drivers/camera/shim/shimCamera.ts';
import type { ShimFrame } from '#drivers/camera/shim/structs.ts';
import { SHIMS } from '#service/devices/libcameraCamera.ts';
import { rounded } from '../bench/statistics.ts';
import type { Host } from '../start/host.ts';
import { result, type Result } from '../report.ts';
import type { CameraArguments } from './arguments.ts';
import { CameraFigures, type Moment } from './cameraFigures.ts';
import { lookedAt, type LookedAtCamera } from './gateCamera.ts';
import { LivePicture } from './livePicture.ts';
import { helpFor, type PictureHelp } from './pictureHelp.ts';
import { showPicture } from './showPicture.ts';

/** Sizes of one format that a report lists; some cameras have hundreds. */
const SIZES_SHOWN_MAX = 8;
/** Unless it is said otherwise. */
const MEASURED_SECONDS = 2;

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

/** Lists cameras with their modes; with one chosen, or only one there, measures what it delivers and shows it. */
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

/** It is measured alone, before it is shown: a browser takes its share of a small computer. */
async function looked(
  chosen: ChosenCamera,
  { show, seconds }: CameraArguments,
  parts: CameraParts,
): Promise<readonly Result[]> {
  const { clock, host, say } = parts;
  const shows = show ?? host.kind !== 'none';
  const measuredSeconds = shows ? MEASURED_SECONDS : (seconds ?? MEASURED_SECONDS);
  if (shows) say(`The camera is measured for ${measuredSeconds} s, then it is shown.`);
  const figures = new CameraFigures();
  let picture = await watched(chosen, { clock, figures, end: (end) => after(clock, measuredSeconds, end) });
  const results = figures.results(chosen.id, chosen.shape.framesPerSecond);
  if (shows) picture = (await shown(chosen, seconds, parts)) ?? picture;
  return [...results, ...(picture === undefined ? [] : [pictureResult(picture)])];
}

/** Shows it until it is enough, or for so many seconds. Everything that was started for it has ended then. */
async function shown(
  chosen: ChosenCamera,
  seconds: number | undefined,
  { host, clock, env, say, watch }: CameraParts,
): Promise<Help | undefined> {
  const { language } = chosen;
  await using live = await LivePicture.open();
  const screen = showPicture(live, { host, clock, env, say, ...(language !== undefined && { language }) });
  try {
    const end = (stop: () => void): Disposable => {
      const ending = new DisposableStack();
      const stopBoth = (): void => {
        // At once: Ctrl-C reaches the browser as well, which is not to be started again.
        void screen.stop();
        stop();
      };
      ending.use(watch(stopBoth));
      if (seconds !== undefined) ending.use(after(clock, seconds, stopBoth));
      return ending;
    };
    return await watched(chosen, { clock, figures: new CameraFigures(), live, end });
  } finally {
    await screen.stop();
  }
}

type Help = PictureHelp & Partial<Moment>;

interface Watching {
  readonly clock: Clock;
  readonly figures: CameraFigures;
  readonly live?: LivePicture;
  /** Arranges for the end. */
  readonly end: (stop: () => void) => Disposable;
}

/** What the last picture was like; undefined where there was none. */
async function watched(
  { zone, ...chosen }: ChosenCamera,
  { clock, figures, live, end }: Watching,
): Promise<Help | undefined> {
  const onFrame = (frame: ShimFrame): void => figures.add(frame);
  const stream = new ShimCamera({ ...chosen, name: `camera ${chosen.id}`, clock, onFrame }).frames();
  let help: Help | undefined;
  using _ = end(() => void stream.close());
  try {
    for (;;) {
      using frame = await stream.next();
      if (frame === undefined) return help;
      help = { ...helpFor(frame, zone), ...figures.moment };
      live?.show(frame, { ...help, ...(zone !== undefined && { zone }) });
    }
  } finally {
    await stream.close();
  }
}

const after = (clock: Clock, seconds: number, act: () => void): Disposable =>
  clock.at(later(clock.monotonic(), millis(seconds * 1_000)), act);

function pictureResult({ sharpness, brightness, burnt, light, exposureMicros }: Help): Result {
  const exposure = exposureMicros === undefined ? 'not told' : `${exposureMicros} us`;
  const bright = `brightness ${rounded(brightness, 0)} of 255, ${rounded(burnt * 100, 0)} % burnt out`;
  const note = `turn the lens until it is highest; light ${light}, ${bright}, exposure ${exposure}`;
  return result('camera.picture', { value: rounded(sharpness, 1), unit: 'sharpness', note });
}
