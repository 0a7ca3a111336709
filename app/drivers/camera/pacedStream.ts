import type { Monotonic } from '#core/kernel/units.ts';
import type { Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import { FramePool } from './framePool.ts';
import { nextDue } from './pace.ts';
import type { PictureSource } from './pictureSource.ts';

/**
 * The pictures of a source at its own pace. One picture is read ahead, so that each is there at its moment; it is
 * overwritten when it was delivered or the stream is closed.
 */
export class PacedStream implements FrameStream {
  readonly #clock: Clock;
  readonly #pool = new FramePool();
  readonly #ended: Promise<void>;
  /** Ends the wait for the next picture's moment. */
  #wake: (() => void) | undefined;

  constructor(clock: Clock, open: () => Promise<PictureSource>) {
    this.#clock = clock;
    this.#ended = this.#run(open);
  }

  get isOpen(): boolean {
    return this.#pool.isOpen;
  }

  next(): Promise<Frame | undefined> {
    return this.#pool.next();
  }

  async close(): Promise<void> {
    await this.#pool.close();
    this.#wake?.();
    await this.#ended;
  }

  async #run(open: () => Promise<PictureSource>): Promise<void> {
    let source: PictureSource | undefined;
    try {
      source = await open();
      let due = this.#clock.monotonic();
      while (this.#pool.isOpen) {
        using picture = await source.next();
        const { width, height, rgb } = picture;
        await this.#until(due);
        const now = this.#clock.monotonic();
        this.#pool.deliver({ width, height, draw: (pixels) => pixels.set(rgb) }, now);
        due = nextDue(due, source.periodMs, now);
      }
    } catch (thrown) {
      this.#pool.fail(thrown);
    } finally {
      await source?.close();
    }
  }

  async #until(due: Monotonic): Promise<void> {
    if (!this.#pool.isOpen) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.at(due, resolve);
      this.#wake = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
