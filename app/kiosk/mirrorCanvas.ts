import type { MirrorPicture } from '../contract/mirrorFrame.ts';

const RGB = 3;
const RGBA = 4;

/**
 * The live picture of the `mirror` preview. Its pixels lie in one buffer and one canvas, and both are overwritten with
 * zeros by `clear`. [requirement 11]
 */
export class MirrorCanvas implements Disposable {
  readonly #context: CanvasRenderingContext2D | null;
  #pixels: ImageData | undefined;

  constructor(canvas: HTMLCanvasElement) {
    // Kept out of the graphics processor, where nobody could overwrite it.
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
  }

  /** Draws the picture, then overwrites the message that it came in. */
  draw(picture: MirrorPicture): void {
    if (this.#context === null) return;
    const pixels = this.#bufferFor(picture.width, picture.height);
    for (let from = 0, to = 0; from < picture.pixels.length; from += RGB, to += RGBA) {
      pixels.data[to] = picture.pixels[from]!;
      pixels.data[to + 1] = picture.pixels[from + 1]!;
      pixels.data[to + 2] = picture.pixels[from + 2]!;
      pixels.data[to + 3] = 255;
    }
    this.#context.putImageData(pixels, 0, 0);
    picture.pixels.fill(0);
  }

  clear(): void {
    if (this.#pixels === undefined) return;
    this.#pixels.data.fill(0);
    this.#context?.putImageData(this.#pixels, 0, 0);
  }

  #bufferFor(width: number, height: number): ImageData {
    if (this.#pixels?.width === width && this.#pixels.height === height) return this.#pixels;
    this.clear();
    const { canvas } = this.#context!;
    canvas.width = width;
    canvas.height = height;
    this.#pixels = new ImageData(width, height);
    return this.#pixels;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
