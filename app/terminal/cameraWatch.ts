import { Fault, messageOf } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import type { Attention, Camera, Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import { Deadline } from './deadline.ts';

/** First and longest wait before a camera that failed is tried again. */
export const CAMERA_RETRY_MS_FIRST = 1_000;
export const CAMERA_RETRY_MS_MAX = 30_000;
/** One that nobody tries again by itself is called out of order for so long. */
export const CAMERA_REST_MS = millis(10_000);

export interface CameraWatchParts {
  readonly camera: Camera;
  readonly clock: Clock;
  readonly health: Health;
  /** The health page's name of it. */
  readonly part: string;
  /** Looks at one frame, which is overwritten as soon as this settles. The next waits for it. */
  readonly onFrame: (frame: Frame) => Promise<void>;
  /** What is to be done once the frame has been overwritten and before the next is taken. */
  readonly onFrameGone: () => Promise<void>;
  /** The camera, or what looks at its frames, failed. True where it is to be tried again after a while. */
  readonly onLost: () => boolean;
  /** It is no longer called out of order, though nobody has tried it. */
  readonly onRested: () => void;
}

/** Keeps a camera open while it is wanted, and brings it back with growing delays when it fails. */
export class CameraWatch {
  readonly #parts: CameraWatchParts;
  /** Of the next try, or of the end of a rest. */
  readonly #retry: Deadline;
  #stream: FrameStream | undefined;
  #running: Promise<void> | undefined;
  #wanted = false;
  #stopped = false;
  #faulty = false;
  #rests = false;
  #retryMs: Millis = millis(CAMERA_RETRY_MS_FIRST);

  constructor(parts: CameraWatchParts) {
    this.#parts = parts;
    this.#retry = new Deadline(parts.clock);
  }

  get on(): boolean {
    return this.#stream !== undefined;
  }

  get faulty(): boolean {
    return this.#faulty;
  }

  /** It has just failed, and is not tried again before somebody asks for it. */
  get rests(): boolean {
    return this.#rests;
  }

  open(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    this.#rests = false;
    this.#retry[Symbol.dispose]();
    this.#running ??= this.#run();
  }

  close(): void {
    this.#wanted = false;
    this.#rests = false;
    this.#retry[Symbol.dispose]();
    const stream = this.#stream;
    this.#stream = undefined;
    // Ends a wait for the next frame; #watch sees the stream to its end.
    stream?.close().catch((error: unknown) => this.#failed(error));
  }

  /** Tells the camera what it is wanted for, while it is open. */
  attend(attention: Attention): void {
    this.#stream?.attend?.(attention);
  }

  /** Closed for good, and every frame given back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.close();
    await this.#running;
  }

  /** One stream after the other, as long as the camera is wanted. */
  async #run(): Promise<void> {
    try {
      while (this.#wanted) await this.#watch(this.#parts.camera.frames());
    } catch (error) {
      this.#lost(error);
    }
    this.#running = undefined;
  }

  async #watch(stream: FrameStream): Promise<void> {
    this.#stream = stream;
    try {
      while (this.#stream === stream && (await this.#next(stream))) await this.#parts.onFrameGone();
      if (this.#stream === stream) {
        throw new Fault('camera', { thing: this.#parts.camera.name, found: 'no more frames', expected: 'a frame' });
      }
    } finally {
      if (this.#stream === stream) this.#stream = undefined;
      await stream.close();
    }
  }

  /** Takes one frame in. False where the stream has ended. */
  async #next(stream: FrameStream): Promise<boolean> {
    using frame = await stream.next();
    if (frame === undefined) return false;
    if (this.#stream === stream) await this.#parts.onFrame(frame);
    if (this.#faulty) this.#recovered();
    return true;
  }

  #lost(error: unknown): void {
    this.#failed(error);
    this.#wanted = false;
    const again = this.#parts.onLost();
    if (this.#stopped) return;
    this.#rests = !again;
    if (!again) return this.#retry.in(CAMERA_REST_MS, () => this.#rested());
    this.#retry.in(this.#retryMs, () => this.open());
    this.#retryMs = millis(Math.min(this.#retryMs * 2, CAMERA_RETRY_MS_MAX));
  }

  #rested(): void {
    this.#rests = false;
    this.#parts.onRested();
  }

  #failed(error: unknown): void {
    this.#faulty = true;
    this.#report('failed', messageOf(error));
  }

  #recovered(): void {
    this.#faulty = false;
    this.#retryMs = millis(CAMERA_RETRY_MS_FIRST);
    this.#report('ok', 'delivers frames');
  }

  #report(level: 'ok' | 'failed', says: string): void {
    const { camera, health, part } = this.#parts;
    health.report({ part, level, says: `${camera.name}: ${says}` });
  }
}
