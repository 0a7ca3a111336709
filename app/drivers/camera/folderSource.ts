import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Millis } from '#core/kernel/units.ts';
import { createJpegDecoder, type DecodedPicture, type JpegDecoder } from './jpeg.ts';
import { PICTURE_BYTES_MAX } from './pictureLimits.ts';
import type { PictureSource } from './pictureSource.ts';

/** Pictures of one folder; a larger one is not meant for replay. */
const PICTURES_MAX = 100_000;

/** The JPEG pictures of a folder in the order of their names. */
export class FolderSource implements PictureSource {
  readonly periodMs: Millis;
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #decoder: JpegDecoder;
  #next = 0;

  private constructor(parts: { folder: string; names: readonly string[]; decoder: JpegDecoder; periodMs: Millis }) {
    this.#folder = parts.folder;
    this.#names = parts.names;
    this.#decoder = parts.decoder;
    this.periodMs = parts.periodMs;
  }

  /** @throws Fault `camera` for a folder without pictures. */
  static async open(folder: string, periodMs: Millis): Promise<FolderSource> {
    const names = await picturesIn(folder);
    return new FolderSource({ folder, names, periodMs, decoder: await createJpegDecoder() });
  }

  async next(): Promise<DecodedPicture> {
    const path = join(this.#folder, this.#names[this.#next]!);
    this.#next = (this.#next + 1) % this.#names.length;
    const bytes = await readPicture(path);
    try {
      return this.#decoder.decode(bytes, path);
    } finally {
      bytes.fill(0);
    }
  }

  close(): Promise<void> {
    this.#decoder[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** Names of a folder's pictures, sorted. @throws Fault `camera` where there are none, or it cannot be read. */
export async function picturesIn(folder: string): Promise<readonly string[]> {
  const expected = `1 to ${PICTURES_MAX} pictures named .jpg or .jpeg`;
  const all = await readdir(folder).catch((thrown: unknown) => {
    throw new Fault('camera', { thing: folder, found: messageOf(thrown), expected }, thrown);
  });
  const names = all.filter((name) => /\.jpe?g$/i.test(name)).toSorted();
  if (names.length > 0 && names.length <= PICTURES_MAX) return names;
  throw new Fault('camera', { thing: folder, found: `${names.length} pictures`, expected });
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    // Checked before it is read; the decoder checks what was read.
    if (size <= PICTURE_BYTES_MAX) return await readFile(path);
    throw new Fault('picture', { thing: path, found: `${size} bytes`, expected: `at most ${PICTURE_BYTES_MAX} bytes` });
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('camera', { thing: path, found: messageOf(thrown), expected: 'a readable picture' }, thrown);
  }
}
