import type { Millis } from '#core/kernel/units.ts';
import { FilePieces, PIECE_BYTES } from './filePieces.ts';
import { createJpegDecoder, type DecodedPicture, type JpegDecoder } from './jpeg.ts';
import { JpegWalker } from './jpegWalker.ts';
import type { PictureSource } from './pictureSource.ts';

/** A file of JPEG pictures one behind the other. */
export class MjpegSource implements PictureSource {
  readonly periodMs: Millis;
  readonly #file: FilePieces;
  readonly #decoder: JpegDecoder;
  /** Read and not yet used. */
  #rest: Uint8Array = new Uint8Array(0);
  #picture = 0;

  private constructor(parts: { file: FilePieces; decoder: JpegDecoder; periodMs: Millis }) {
    this.#file = parts.file;
    this.#decoder = parts.decoder;
    this.periodMs = parts.periodMs;
  }

  /** @throws Fault `camera` where the file cannot be opened. */
  static async open(path: string, periodMs: Millis): Promise<MjpegSource> {
    const file = await FilePieces.open(path);
    return new MjpegSource({ file, periodMs, decoder: await createJpegDecoder() });
  }

  async next(): Promise<DecodedPicture> {
    await this.#fill();
    if (this.#rest.length === 0 && this.#picture > 0) {
      this.#file.rewind();
      this.#picture = 0;
      await this.#fill();
    }
    const start = this.#file.offset - this.#rest.length;
    const thing = `${this.#file.path}, picture ${++this.#picture} at byte ${start}`;
    const pieces: Uint8Array[] = [];
    try {
      await this.#collect(new JpegWalker(thing), pieces);
      pieces.push(Buffer.concat(pieces));
      return this.#decoder.decode(pieces.at(-1)!, thing);
    } finally {
      for (const piece of pieces) piece.fill(0);
    }
  }

  async close(): Promise<void> {
    this.#rest.fill(0);
    this.#decoder[Symbol.dispose]();
    await this.#file.close();
  }

  async #collect(walker: JpegWalker, pieces: Uint8Array[]): Promise<void> {
    for (;;) {
      await this.#fill();
      if (this.#rest.length === 0) throw walker.endsTooEarly();
      const end = walker.feed(this.#rest);
      pieces.push(this.#rest.subarray(0, end));
      this.#rest = end === undefined ? new Uint8Array(0) : this.#rest.subarray(end);
      if (end !== undefined) return;
    }
  }

  async #fill(): Promise<void> {
    if (this.#rest.length === 0) this.#rest = await this.#file.read(PIECE_BYTES);
  }
}
