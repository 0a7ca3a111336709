import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { JpegWalker } from './jpegWalker.ts';
import { compileCodec, type Codec, type RgbaPicture } from './mozjpegCodec.ts';
import { PICTURE_BYTES_MAX } from './pictureLimits.ts';

/** RGB, 8 bits a channel, rows without padding, in memory of its own. Disposing of it overwrites the pixels. */
export interface DecodedPicture extends Disposable {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array<ArrayBuffer>;
}

export interface JpegDecoder extends Disposable {
  /**
   * Decodes one whole JPEG, turned upright where its EXIF data says so. `bytes` stay the caller's. What the codec kept
   * of the picture in its own memory is overwritten before this returns or throws.
   * @throws Fault `picture` naming `source` for a corrupt, truncated, empty or huge picture.
   */
  decode(bytes: Uint8Array, source?: string): DecodedPicture;
}

/** A decoder holds 16 MiB until it is disposed of. */
export async function createJpegDecoder(): Promise<JpegDecoder> {
  return new MozjpegDecoder(await compileCodec());
}

class MozjpegDecoder implements JpegDecoder {
  readonly #makeCodec: () => Codec;
  #codec: Codec | undefined;
  #disposed = false;

  constructor(makeCodec: () => Codec) {
    this.#makeCodec = makeCodec;
    this.#codec = makeCodec();
  }

  decode(bytes: Uint8Array, source = 'picture'): DecodedPicture {
    assert(!this.#disposed, 'a decoder is not used after it was disposed of');
    const whole = wholePicture(bytes, source);
    this.#codec ??= this.#makeCodec();
    const outcome = this.#codec.run(whole);
    // After an error the codec's stack is left where it was: only another instance is clean.
    if (!outcome.reusable) this.#codec = undefined;
    if (outcome.kind === 'picture') return rgbOf(outcome.picture);
    const expected = 'a JPEG picture without damage';
    throw new Fault('picture', { thing: source, found: outcome.says, expected });
  }

  [Symbol.dispose](): void {
    this.#codec = undefined;
    this.#disposed = true;
  }
}

/** The bytes up to the picture's end marker; phones put other things behind it. */
function wholePicture(bytes: Uint8Array, source: string): Uint8Array {
  if (bytes.length > PICTURE_BYTES_MAX) {
    const found = `${bytes.length} bytes`;
    throw new Fault('picture', { thing: source, found, expected: `at most ${PICTURE_BYTES_MAX} bytes` });
  }
  const walker = new JpegWalker(source);
  const length = walker.feed(bytes);
  if (length === undefined) throw walker.endsTooEarly();
  return bytes.subarray(0, length);
}

function rgbOf({ width, height, data }: RgbaPicture): DecodedPicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  data.fill(0);
  return { width, height, rgb, [Symbol.dispose]: () => void rgb.fill(0) };
}
