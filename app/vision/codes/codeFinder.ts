import { defaultReaderOptions, prepareZXingModule, type ZXingReaderModule } from 'zxing-wasm/reader';
import { CODE_BYTES_MAX, type SeenCode } from '#core/ports/codeReader.ts';
import type { Picture } from '../images/picture.ts';

type Read = ZXingReaderModule['readBarcodesFromPixmap'];
type Found = NonNullable<ReturnType<ReturnType<Read>['get']>>;

/** What its Emscripten build has besides, which its types leave out. `HEAPU8` is another one once the memory has grown. */
interface Decoder {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  _free(at: number): void;
  readBarcodesFromPixmap(...given: Parameters<Read>): ReturnType<Read> & { delete(): void };
}

/** Weights of red, green and blue in luminance (BT.601), of 256. */
const [RED, GREEN, BLUE] = [77, 150, 29];

/** QR codes alone: every other kind of code would be one more parser for what anybody may hold up. */
const OPTIONS: Parameters<Read>[3] = {
  ...defaultReaderOptions,
  formats: 'QRCode',
  // Whoever holds up a telephone may hold it askew, in dark colours, and near.
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 1,
  returnErrors: false,
  // Numbers of the library's enumerations: local average, ignored, plain, unknown.
  binarizer: 0,
  eanAddOnSymbol: 0,
  textMode: 0,
  characterSet: 0,
};

/**
 * Finds QR codes with zxing-wasm. All that the decoder computes with lies in one memory of its own: after each picture
 * that is put back, byte for byte, to what it was before the first one, so that nothing of a frame stays in it.
 */
export class CodeFinder {
  readonly #decoder: Decoder;
  /** The decoder's memory before the first picture, up to the last byte that is not 0. */
  readonly #before: Uint8Array<ArrayBuffer>;

  private constructor(decoder: Decoder) {
    this.#decoder = decoder;
    // Once with nothing to see, so that whatever is set up at the first use is there before the memory is looked at.
    this.#look({ width: WARM_UP_SIDE, height: WARM_UP_SIDE, pixels: new Uint8Array(WARM_UP_SIDE ** 2 * 3) });
    const memory = decoder.HEAPU8;
    this.#before = Uint8Array.from(memory.subarray(0, 1 + memory.findLastIndex((byte) => byte !== 0)));
  }

  /** @param program the bytes of `zxing-wasm/reader/zxing_reader.wasm`: nothing is fetched from anywhere */
  static async create(program: ArrayBuffer): Promise<CodeFinder> {
    // Another object each time, so that no decoder is shared.
    const overrides = { wasmBinary: program };
    const decoder: unknown = await prepareZXingModule({ overrides, equalityFn: () => false, fireImmediately: true });
    return new CodeFinder(decoder as Decoder);
  }

  /** One code of those in the picture. @throws where the decoder broke: it is of no use from then on */
  find(picture: Picture): SeenCode | undefined {
    try {
      return this.#look(picture);
    } finally {
      this.#overwrite();
    }
  }

  /** Is the decoder's memory what it was before the first picture? */
  get isClean(): boolean {
    const memory = this.#decoder.HEAPU8;
    return memory.every((byte, at) => byte === (at < this.#before.length ? this.#before[at] : 0));
  }

  get bytes(): number {
    return this.#decoder.HEAPU8.length;
  }

  #look(picture: Picture): SeenCode | undefined {
    const decoder = this.#decoder;
    const step = Math.ceil(Math.sqrt((picture.width * picture.height) / LOOKED_AT_PIXELS_MAX));
    const [width, height] = [Math.ceil(picture.width / step), Math.ceil(picture.height / step)];
    const at = decoder._malloc(width * height);
    if (at === 0) throw new Error('the decoder of codes has no memory for a picture');
    writeLuminance(picture, step, decoder.HEAPU8.subarray(at, at + width * height));
    const found = decoder.readBarcodesFromPixmap(at, width, height, OPTIONS);
    try {
      const code = found.size() === 0 ? undefined : found.get(0);
      return code === undefined ? undefined : seen(code);
    } finally {
      // Left to the collector, its memory would be given back later, when something else lies there.
      found.delete();
      decoder._free(at);
    }
  }

  #overwrite(): void {
    const memory = this.#decoder.HEAPU8;
    memory.set(this.#before);
    memory.fill(0, this.#before.length);
  }
}

const WARM_UP_SIDE = 64;
/** Of a picture with more, every second pixel of every second row is looked at, or fewer: time and memory have a limit. */
const LOOKED_AT_PIXELS_MAX = 2_200_000;

function seen({ bytes, bytesECI, symbol, isValid, sequenceSize }: Found): SeenCode {
  // Copies, which the decoder's own memory knows nothing of.
  const copies = [bytes, bytesECI, symbol.data];
  try {
    // A part of a series says something only with the others, which nobody waits for.
    const isWhole = isValid && sequenceSize <= 1 && bytes.length > 0 && bytes.length <= CODE_BYTES_MAX;
    return isWhole ? { kind: 'text', bytes: Uint8Array.from(bytes) } : { kind: 'unusable' };
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}

function writeLuminance({ width, height, pixels }: Picture, step: number, to: Uint8Array): void {
  let next = 0;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const at = (y * width + x) * 3;
      to[next++] = (RED * pixels[at]! + GREEN * pixels[at + 1]! + BLUE * pixels[at + 2]!) >> 8;
    }
  }
}
