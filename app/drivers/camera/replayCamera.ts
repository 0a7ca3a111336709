import { stat } from 'node:fs/promises';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import type { Camera, CameraCapabilities, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import { FilePieces } from './filePieces.ts';
import { FolderSource, picturesIn } from './folderSource.ts';
import { MjpegSource } from './mjpegSource.ts';
import { OneStream } from './oneStream.ts';
import { PacedStream } from './pacedStream.ts';
import type { PictureSource } from './pictureSource.ts';
import { Y4M_MAGIC } from './y4mHeader.ts';
import { Y4mSource } from './y4mSource.ts';

export interface ReplayCameraOptions {
  readonly name: string;
  /** A folder of JPEG pictures, a file of JPEG pictures one behind the other, or a y4m file. */
  readonly path: string;
  /** For what does not tell its own rate, as y4m files do. */
  readonly framesPerSecond: number;
  readonly clock: Clock;
}

type OpenSource = (path: string, periodMs: Millis) => Promise<PictureSource>;

/** What a path holds, by its first bytes. Only a video follows a living scene. */
interface Kind {
  readonly open: OpenSource;
  readonly capabilities: CameraCapabilities;
}

const FOLDER: Kind = {
  open: (path, periodMs) => FolderSource.open(path, periodMs),
  capabilities: { temporalPad: false },
};
const MJPEG: Kind = { open: (path, periodMs) => MjpegSource.open(path, periodMs), capabilities: { temporalPad: true } };
const Y4M: Kind = { open: (path, periodMs) => Y4mSource.open(path, periodMs), capabilities: { temporalPad: true } };

/**
 * A camera that shows pictures from the disk, over and over. The path is looked at here, once; it is read from
 * `frames()` to the stream's `close()`, a picture that is damaged ends the stream with a fault that tells its place.
 * @throws Fault `camera` for a path that holds neither pictures nor video.
 */
export async function openReplayCamera(options: ReplayCameraOptions): Promise<Camera> {
  const { name, path, clock, framesPerSecond } = options;
  if (!(framesPerSecond > 0 && Number.isFinite(framesPerSecond))) {
    throw new Fault('camera', { thing: name, found: `${framesPerSecond} frames per second`, expected: 'more than 0' });
  }
  const { open, capabilities } = await kindOf(path);
  const oneStream = new OneStream(name);
  const periodMs = millis(1_000 / framesPerSecond);
  const frames = (): FrameStream => oneStream.open(() => new PacedStream(clock, () => open(path, periodMs)));
  return { name, capabilities, frames };
}

async function kindOf(path: string): Promise<Kind> {
  const expected = 'a folder of JPEG pictures, an MJPEG file or a y4m file';
  const found = await stat(path).catch((thrown: unknown) => {
    throw new Fault('camera', { thing: path, found: messageOf(thrown), expected }, thrown);
  });
  if (found.isDirectory()) {
    await picturesIn(path);
    return FOLDER;
  }
  if (!found.isFile()) throw new Fault('camera', { thing: path, found: 'neither file nor folder', expected });
  const file = await FilePieces.open(path);
  const first = Buffer.from(await file.read(Y4M_MAGIC.length));
  await file.close();
  if (first.toString('latin1') === Y4M_MAGIC) return Y4M;
  if (first[0] === 0xff && first[1] === 0xd8) return MJPEG;
  const says = first.length === 0 ? 'an empty file' : `a file beginning ${first.subarray(0, 4).toString('hex')}`;
  throw new Fault('camera', { thing: path, found: says, expected });
}
