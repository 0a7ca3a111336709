import { MIRROR_HEADER_BYTES, MIRROR_WIDTH } from '#contract/mirrorFrame.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Mirror } from '#core/ports/screen.ts';

/** The live picture on its way to the screens: made small, turned as a mirror would, and kept in one buffer only. */
export class ScreenMirror implements Mirror {
  readonly #listeners = new Listeners<[message: Uint8Array | undefined]>();
  #message = new Uint8Array(MIRROR_HEADER_BYTES);

  show(frame: Frame): void {
    if (this.#listeners.size === 0) return;
    const width = Math.min(MIRROR_WIDTH, frame.width);
    const height = Math.min(MIRROR_WIDTH, Math.round((frame.height * width) / frame.width));
    const bytes = MIRROR_HEADER_BYTES + width * height * 3;
    if (this.#message.length !== bytes) {
      this.#message.fill(0);
      this.#message = new Uint8Array(bytes);
    }
    this.#message.set([width & 255, width >> 8, height & 255, height >> 8]);
    shrinkTurned(frame, { width, height, pixels: this.#message.subarray(MIRROR_HEADER_BYTES) });
    this.#listeners.tell(this.#message);
  }

  clear(): void {
    this.#message.fill(0);
    this.#listeners.tell(undefined);
  }

  /** The message is this mirror's own buffer: a listener that keeps it sees it overwritten by `clear`. */
  subscribe(listener: (message: Uint8Array | undefined) => void): Disposable {
    return this.#listeners.add(listener);
  }
}

/** The nearest pixel is good enough for a mirror, and costs the least. */
function shrinkTurned(frame: Frame, to: { width: number; height: number; pixels: Uint8Array }): void {
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor((y * frame.height) / to.height) * frame.width;
    for (let x = 0; x < to.width; x++) {
      const from = (row + Math.floor(((to.width - 1 - x) * frame.width) / to.width)) * 3;
      const at = (y * to.width + x) * 3;
      to.pixels[at] = frame.pixels[from]!;
      to.pixels[at + 1] = frame.pixels[from + 1]!;
      to.pixels[at + 2] = frame.pixels[from + 2]!;
    }
  }
}
