import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Attention, Camera, CameraCapabilities, Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import { emptyPlace } from './emptyPlace.ts';
import { FramePool, type Drawable } from './framePool.ts';
import { OneStream } from './oneStream.ts';
import { nextDue } from './pace.ts';
import { checkPictureSize } from './pictureLimits.ts';
import type { RgbPicture } from './scenes.ts';

/** What every simulated camera can show: a place with nobody in it. */
export const EMPTY_SCENE = 'empty';

export interface Scene {
  readonly id: string;
  readonly picture: RgbPicture;
}

export interface SimulatedCameraOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly scenes: readonly Scene[];
  readonly framesPerSecond?: number;
  /** Of the empty scene. */
  readonly size?: { readonly width: number; readonly height: number };
}

const FRAMES_PER_SECOND = 10;
const SIZE = { width: 640, height: 480 };

/** A camera before which somebody, or nobody, is put by hand. It starts with nobody. */
export class SimulatedCamera implements Camera {
  readonly name: string;
  /** Pictures stand still: two frames of one scene are the same. */
  readonly capabilities: CameraCapabilities = { temporalPad: false };
  readonly #clock: Clock;
  readonly #periodMs: Millis;
  readonly #scenes: Map<string, Drawable>;
  readonly #oneStream: OneStream;
  #scene: string = EMPTY_SCENE;
  #marker: Uint8Array | undefined;
  #attention: Attention | undefined;

  /** @throws Fault `picture` for a scene whose pixels do not fill its size. */
  constructor({ name, clock, scenes, framesPerSecond = FRAMES_PER_SECOND, size = SIZE }: SimulatedCameraOptions) {
    assert(framesPerSecond > 0, 'a camera delivers frames');
    this.name = name;
    this.#clock = clock;
    this.#periodMs = millis(1_000 / framesPerSecond);
    this.#scenes = new Map([
      [EMPTY_SCENE, emptyPlace(size)],
      ...scenes.map(({ id, picture }) => [id, drawable(`${name}, scene ${id}`, picture)] as const),
    ]);
    this.#oneStream = new OneStream(name);
  }

  get scene(): string {
    return this.#scene;
  }

  /** What the gate told it last that it is wanted for. */
  get attention(): Attention | undefined {
    return this.#attention;
  }

  /** From the next frame on. @throws Fault `camera` for a scene that is not there. */
  show(scene: string): void {
    if (!this.#scenes.has(scene)) {
      const expected = [...this.#scenes.keys()].join(', ');
      throw new Fault('camera', { thing: this.name, found: `scene ${scene}`, expected });
    }
    this.#scene = scene;
  }

  /** Adds a scene, or puts another picture in its place. @throws Fault `picture` for pixels that do not fill its size. */
  put({ id, picture }: Scene): void {
    this.#scenes.set(id, drawable(`${this.name}, scene ${id}`, picture));
  }

  /**
   * Writes these bytes over the first pixels of every frame from now on, whatever it shows, so that a search of every
   * file can tell whether any frame was kept. `undefined` ends it.
   */
  mark(marker: Uint8Array | undefined): void {
    this.#marker = marker;
  }

  frames(): FrameStream {
    const onAttention = (attention: Attention): void => {
      this.#attention = attention;
    };
    const options = { clock: this.#clock, periodMs: this.#periodMs, look: () => this.#look(), onAttention };
    return this.#oneStream.open(() => new SimulatedStream(options));
  }

  #look(): Drawable {
    const scene = this.#scenes.get(this.#scene);
    assert(scene !== undefined, 'the scene that is shown is there');
    const marker = this.#marker;
    if (marker === undefined) return scene;
    const draw: Drawable['draw'] = (pixels) => {
      scene.draw(pixels);
      pixels.set(marker.subarray(0, pixels.length));
    };
    return { width: scene.width, height: scene.height, draw };
  }
}

interface SimulatedStreamOptions {
  readonly clock: Clock;
  readonly periodMs: Millis;
  readonly look: () => Drawable;
  readonly onAttention: (attention: Attention) => void;
}

/** Frames at an even pace from the moment it is made. */
class SimulatedStream implements FrameStream {
  readonly #options: SimulatedStreamOptions;
  readonly #pool = new FramePool();
  #timer: Disposable;

  constructor(options: SimulatedStreamOptions) {
    this.#options = options;
    this.#timer = this.#takeAt(options.clock.monotonic());
  }

  get isOpen(): boolean {
    return this.#pool.isOpen;
  }

  next(): Promise<Frame | undefined> {
    return this.#pool.next();
  }

  attend(attention: Attention): void {
    this.#options.onAttention(attention);
  }

  close(): Promise<void> {
    this.#timer[Symbol.dispose]();
    return this.#pool.close();
  }

  #takeAt(due: Monotonic): Disposable {
    const { clock, periodMs, look } = this.#options;
    return clock.at(due, () => {
      // Set before the picture is handed over, so that whoever gets it may close the stream at once.
      this.#timer = this.#takeAt(nextDue(due, periodMs, clock.monotonic()));
      this.#pool.deliver(look(), clock.monotonic());
    });
  }
}

/** @throws Fault `picture` for pixels that do not fill their size. */
function drawable(thing: string, { width, height, rgb }: RgbPicture): Drawable {
  checkPictureSize(thing, width, height);
  if (rgb.length !== width * height * 3) {
    const expected = `${width * height * 3} for ${width}x${height}`;
    throw new Fault('picture', { thing, found: `${rgb.length} bytes`, expected });
  }
  return { width, height, draw: (pixels) => pixels.set(rgb) };
}
