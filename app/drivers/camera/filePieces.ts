import { open, type FileHandle } from 'node:fs/promises';
import { Fault, messageOf } from '#core/kernel/fault.ts';

/** Bytes read at once: an hour of video is never in memory. */
export const PIECE_BYTES = 64 * 1024;
const LINE_END = 0x0a;

/** A file from its beginning to its end, and again. */
export class FilePieces {
  readonly path: string;
  readonly #file: FileHandle;
  #offset = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws Fault `camera` where the file cannot be opened. */
  static async open(path: string): Promise<FilePieces> {
    return new FilePieces(path, await reading(path, () => open(path, 'r')));
  }

  /** The place of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Is there no byte after the last one read? */
  async isAtEnd(): Promise<boolean> {
    const [byte] = await this.read(1);
    if (byte !== undefined) this.#offset--;
    return byte === undefined;
  }

  rewind(): void {
    this.#offset = 0;
  }

  /** The next bytes, at most `bytes`; fewer only at the end, where there may be none. The caller overwrites them. */
  async read(bytes: number): Promise<Uint8Array> {
    const piece = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const at = { offset: filled, length: bytes - filled, position: this.#offset + filled };
      const { bytesRead } = await reading(this.path, () => this.#file.read(piece, at));
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#offset += filled;
    return piece.subarray(0, filled);
  }

  /** The next line without its end; `undefined` where none ends within `bytesMax`. */
  async readLine(bytesMax: number): Promise<string | undefined> {
    const piece = await this.read(bytesMax);
    const end = piece.indexOf(LINE_END);
    this.#offset -= piece.length - (end + 1);
    const line = end === -1 ? undefined : Buffer.from(piece.subarray(0, end)).toString('latin1');
    piece.fill(0);
    return line;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function reading<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw new Fault('camera', { thing: path, found: messageOf(thrown), expected: 'a readable file' }, thrown);
  }
}
