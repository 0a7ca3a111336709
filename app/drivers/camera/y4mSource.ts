import { Fault } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import { FilePieces } from './filePieces.ts';
import type { DecodedPicture } from './jpeg.ts';
import type { PictureSource } from './pictureSource.ts';
import { parseY4mHeader, type Y4mFormat } from './y4mHeader.ts';
import { rgbFromYuv } from './yuv.ts';

/** Characters of a header line. */
const LINE_BYTES_MAX = 256;

/** A y4m file: a header line, then frames, each a line beginning FRAME and its samples. */
export class Y4mSource implements PictureSource {
  readonly periodMs: Millis;
  readonly #file: FilePieces;
  readonly #format: Y4mFormat;
  #frame = 0;

  private constructor(parts: { file: FilePieces; format: Y4mFormat; periodMs: Millis }) {
    this.#file = parts.file;
    this.#format = parts.format;
    this.periodMs = parts.periodMs;
  }

  /** `periodMs` is for a file that does not tell its own rate. @throws Fault `camera` or `picture` for its header. */
  static async open(path: string, periodMs: Millis): Promise<Y4mSource> {
    const file = await FilePieces.open(path);
    try {
      const format = parseY4mHeader(await readLine(file, 'header'), path);
      const own = format.framesPerSecond;
      return new Y4mSource({ file, format, periodMs: own === undefined ? periodMs : millis(1_000 / own) });
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  async next(): Promise<DecodedPicture> {
    if (this.#frame > 0 && (await this.#file.isAtEnd())) await this.#startAgain();
    const { width, height, frameBytes } = this.#format;
    const start = this.#file.offset;
    const thing = `frame ${++this.#frame} at byte ${start}`;
    const line = await readLine(this.#file, thing);
    if (line !== 'FRAME' && !line.startsWith('FRAME ')) throw this.#fault(thing, `"${line.slice(0, 20)}"`, 'FRAME');
    const yuv = await this.#file.read(frameBytes);
    try {
      if (yuv.length < frameBytes) throw this.#fault(thing, `its end after ${yuv.length} bytes`, `${frameBytes} bytes`);
      const rgb = rgbFromYuv(yuv, this.#format);
      return { width, height, rgb, [Symbol.dispose]: () => void rgb.fill(0) };
    } finally {
      yuv.fill(0);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #startAgain(): Promise<void> {
    this.#file.rewind();
    this.#frame = 0;
    await readLine(this.#file, 'header');
  }

  #fault(thing: string, found: string, expected: string): Fault {
    return new Fault('picture', { thing: `${this.#file.path}, ${thing}`, found, expected });
  }
}

async function readLine(file: FilePieces, what: string): Promise<string> {
  const line = await file.readLine(LINE_BYTES_MAX);
  if (line !== undefined) return line;
  const found = `no end of a line within ${LINE_BYTES_MAX} bytes`;
  throw new Fault('picture', { thing: `${file.path}, ${what}`, found, expected: 'a line of a y4m file' });
}
