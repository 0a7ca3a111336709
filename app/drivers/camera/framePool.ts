import { assert } from '#core/kernel/assert.ts';
import type { Monotonic } from '#core/kernel/units.ts';
import { FRAMES_WAITING_MAX, type Frame, type FrameStream } from '#core/ports/camera.ts';
import { checkPictureSize } from './pictureLimits.ts';

/** Buffers of one stream: one may wait, the others may be leased. With all of them leased a picture is passed over. */
export const FRAME_BUFFERS_MAX = FRAMES_WAITING_MAX + 3;

type Pixels = Uint8Array<SharedArrayBuffer>;

/** A picture that can be put into a frame's buffer. */
export interface Drawable {
  readonly width: number;
  readonly height: number;
  /** Writes RGB rows without padding, `width * height * 3` bytes, all of them. */
  readonly draw: (pixels: Pixels) => void;
}

/** A buffer on its way to becoming a frame; disposing of it before it is handed on overwrites it. */
export interface Blank extends Disposable {
  readonly pixels: Pixels;
  /** The picture is in it: from here on it is a frame of the stream, or nothing where the stream was closed meanwhile. */
  readonly hand: (picture: { readonly sequence: number; readonly capturedAt: Monotonic }) => void;
}

interface Asked {
  readonly resolve: (frame: Frame | undefined) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * The frames of one stream: a fixed number of shared buffers that go round, FRAMES_WAITING_MAX of them waiting for its
 * reader, every one overwritten with zeros whenever nobody looks at it.
 */
export class FramePool implements FrameStream {
  readonly #free = new Set<Pixels>();
  #buffers = 0;
  #sequence = 0;
  #waiting: LeasedFrame | undefined;
  #asked: Asked | undefined;
  #open = true;
  /** What the device failed with, until somebody was told. */
  #failure: { readonly thrown: unknown } | undefined;

  get isOpen(): boolean {
    return this.#open;
  }

  /** Hands a picture to whoever waits for one, or keeps it in place of the one that waited. */
  deliver({ width, height, draw }: Drawable, at: Monotonic): void {
    if (!this.#open) return;
    checkPictureSize('frame', width, height);
    const sequence = ++this.#sequence;
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = undefined;
    const pixels = this.#takeBuffer(width * height * 3);
    if (pixels === undefined) return;
    const frame = new LeasedFrame({ width, height, pixels, sequence, capturedAt: at }, () => this.#giveBack(pixels));
    try {
      draw(pixels);
    } catch (thrown) {
      frame[Symbol.dispose]();
      throw thrown;
    }
    this.#hand(frame);
  }

  /**
   * A buffer for a picture that somebody else writes, for streams whose device counts its frames itself. Where no other
   * is left the frame that waits is given up for it; `undefined` where all of them are leased.
   */
  blank({ width, height }: { readonly width: number; readonly height: number }): Blank | undefined {
    checkPictureSize('frame', width, height);
    const bytes = width * height * 3;
    let pixels = this.#takeBuffer(bytes);
    if (pixels === undefined && this.#waiting !== undefined) {
      this.#waiting[Symbol.dispose]();
      this.#waiting = undefined;
      pixels = this.#takeBuffer(bytes);
    }
    if (pixels === undefined) return undefined;
    const taken = pixels;
    let out = true;
    const giveBack = (): void => {
      if (out) this.#giveBack(taken);
      out = false;
    };
    const hand: Blank['hand'] = (picture) => {
      if (!this.#open) return giveBack();
      out = false;
      this.#waiting?.[Symbol.dispose]();
      this.#waiting = undefined;
      this.#hand(new LeasedFrame({ ...picture, width, height, pixels: taken }, () => this.#giveBack(taken)));
    };
    return { pixels, hand, [Symbol.dispose]: giveBack };
  }

  next(): Promise<Frame | undefined> {
    assert(this.#asked === undefined, 'a stream has one reader, who asks once at a time');
    const frame = this.#waiting;
    this.#waiting = undefined;
    if (frame !== undefined) return Promise.resolve(frame);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure.thrown);
    if (!this.#open) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
    });
  }

  /** Closes the stream; its reader is told why, once. */
  fail(thrown: unknown): void {
    if (!this.#open) return;
    const asked = this.#asked;
    this.#asked = undefined;
    this.#shut();
    if (asked === undefined) this.#failure = { thrown };
    else asked.reject(thrown);
  }

  close(): Promise<void> {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#failure = undefined;
    this.#shut();
    asked?.resolve(undefined);
    return Promise.resolve();
  }

  #hand(frame: LeasedFrame): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) this.#waiting = frame;
    else asked.resolve(frame);
  }

  #shut(): void {
    this.#open = false;
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = undefined;
    this.#free.clear();
  }

  /** A buffer of that size; those of another size go, which were overwritten when they were given back. */
  #takeBuffer(bytes: number): Pixels | undefined {
    for (const pixels of this.#free) {
      this.#free.delete(pixels);
      if (pixels.length === bytes) return pixels;
      this.#buffers--;
    }
    if (this.#buffers >= FRAME_BUFFERS_MAX) return undefined;
    this.#buffers++;
    return new Uint8Array(new SharedArrayBuffer(bytes));
  }

  #giveBack(pixels: Pixels): void {
    pixels.fill(0);
    if (this.#open) this.#free.add(pixels);
  }
}

class LeasedFrame implements Frame {
  readonly width: number;
  readonly height: number;
  readonly sequence: number;
  readonly capturedAt: Monotonic;
  readonly #pixels: Pixels;
  readonly #giveBack: () => void;
  #leased = true;

  constructor(picture: Omit<Frame, typeof Symbol.dispose>, giveBack: () => void) {
    this.width = picture.width;
    this.height = picture.height;
    this.sequence = picture.sequence;
    this.capturedAt = picture.capturedAt;
    this.#pixels = picture.pixels;
    this.#giveBack = giveBack;
  }

  get pixels(): Pixels {
    // The buffer may show somebody else by now.
    assert(this.#leased, 'a frame is not looked at after it was given back');
    return this.#pixels;
  }

  toJSON(): string {
    return `[frame ${this.sequence}]`;
  }

  [Symbol.dispose](): void {
    if (!this.#leased) return;
    this.#leased = false;
    this.#giveBack();
  }
}
