import { Fault } from '#core/kernel/fault.ts';
import { after, elapsed, millis, monotonic, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Attention, Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import { FramePool } from '../framePool.ts';
import { nextDue } from '../pace.ts';
import { WAIT_MS_MAX, type CameraShim } from './cameraShim.ts';
import { AUTOMATIC, sameControls, wantedControls, type FixedControls } from './attention.ts';
import { nextBias } from './metering.ts';
import type { GivenShape, Shape, ShimControls, ShimFrame } from './structs.ts';

/** A camera that runs and is silent for so long is stuck. */
export const SILENT_MS_MAX = 3_000;
/** USB cameras deliver a broken picture now and then, most of all as their first; one that delivers no other is broken. */
export const DAMAGED_IN_A_ROW_MAX = 10;

export interface ShimStreamParts {
  readonly shim: CameraShim;
  /** As the shim's header says; empty for the first camera that there is. */
  readonly id: string;
  /** What faults call it. */
  readonly name: string;
  readonly shape: Shape;
  /** While nobody is there; as the shape says where it is left out. */
  readonly idleFramesPerSecond?: number;
  /** What the camera no longer finds by itself. */
  readonly fixed?: FixedControls;
  readonly clock: Clock;
  /** Whatever is known of a frame besides its pixels. */
  readonly onFrame?: (frame: ShimFrame, given: GivenShape) => void;
}

interface Started {
  readonly camera: number;
  readonly given: GivenShape;
}

/** The frames of a camera behind the shim, taken one by one at its own pace, each copied once. */
export class ShimStream implements FrameStream {
  readonly #parts: ShimStreamParts;
  readonly #pool = new FramePool();
  readonly #ended: Promise<void>;
  #wake: (() => void) | undefined;
  #started: Started | undefined;
  #periodMs: Millis;
  /** The device's number of the frame before the first one. */
  #before: number | undefined;
  #heardAt: Monotonic;
  #capturedAt = monotonic(-Infinity);
  #damaged = 0;
  #attention: Attention = { lively: true };
  #controls: ShimControls = AUTOMATIC;
  /** Stops that the face needs more or less than the whole picture. */
  #bias = 0;

  constructor(parts: ShimStreamParts) {
    this.#parts = parts;
    this.#periodMs = millis(1_000 / parts.shape.framesPerSecond);
    this.#heardAt = parts.clock.monotonic();
    this.#ended = this.#run();
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

  attend(attention: Attention): void {
    this.#attention = attention;
  }

  async #run(): Promise<void> {
    const { shim, clock, id, name, shape } = this.#parts;
    try {
      const started = await shim.start({ id, name, shape });
      this.#started = started;
      this.#periodMs = millis(1_000 / started.given.framesPerSecond);
      this.#heardAt = clock.monotonic();
      await this.#adjust(started);
      let due = this.#heardAt;
      while (this.isOpen) {
        await this.#until(due);
        if (this.isOpen) due = await this.#take(started, due);
      }
    } catch (thrown) {
      this.#pool.fail(thrown);
    } finally {
      const started = this.#started;
      this.#started = undefined;
      if (started !== undefined) await shim.close(started.camera);
    }
  }

  /** Says when the next one is to be expected. */
  async #take({ camera, given }: Started, due: Monotonic): Promise<Monotonic> {
    const { shim, clock, name, onFrame } = this.#parts;
    const waitMs = Math.min(this.#periodMs, WAIT_MS_MAX);
    using blank = this.#pool.blank(given.out);
    const pixels = blank?.pixels;
    const frame = await shim.take(camera, { waitMs, name, ...(pixels !== undefined && { pixels }) });
    const now = clock.monotonic();
    if (frame === undefined) {
      this.#mindSilence(now);
      return now;
    }
    this.#heardAt = now;
    if (frame instanceof Fault) {
      if (++this.#damaged >= DAMAGED_IN_A_ROW_MAX) throw frame;
      return nextDue(due, this.#periodMs, now);
    }
    this.#damaged = 0;
    this.#before ??= frame.sequence - frame.replaced - 1;
    // This thread may have been late to look: time does not run backwards for that.
    this.#capturedAt = monotonic(Math.max(this.#capturedAt, now - frame.sensorAgeMs));
    blank?.hand({ sequence: frame.sequence - this.#before, capturedAt: this.#capturedAt });
    onFrame?.(frame, given);
    if (blank !== undefined) await shim.giveBack(camera, frame.lease);
    await this.#adjust({ camera, given }, frame.metered);
    // Asked for when the next one lies ready, so that it is neither waited for nor left lying.
    return nextDue(
      frame.readyAgeMs === 0 ? due : after(now, millis(-frame.readyAgeMs)),
      this.#periodMs,
      clock.monotonic(),
    );
  }

  /** Full rate and the light of the face while somebody is there; the camera's own judgement otherwise. */
  async #adjust({ camera, given }: Started, metered?: number): Promise<void> {
    const { face } = this.#attention;
    const { fixed = AUTOMATIC } = this.#parts;
    if (face === undefined) this.#bias = fixed.bias ?? 0;
    else if (this.#controls.meter !== undefined && metered !== undefined) this.#bias = nextBias(this.#bias, metered);
    const wanted = wantedControls(this.#attention, {
      fixed,
      bias: this.#bias,
      fullRate: given.framesPerSecond,
      idleRate: this.#parts.idleFramesPerSecond ?? given.framesPerSecond,
      frame: given.out,
    });
    if (sameControls(wanted, this.#controls)) return;
    this.#controls = wanted;
    this.#periodMs = millis(1_000 / (wanted.framesPerSecond ?? given.framesPerSecond));
    await this.#parts.shim.control(camera, wanted);
  }

  #mindSilence(now: Monotonic): void {
    const silentMs = elapsed(this.#heardAt, now);
    if (silentMs < SILENT_MS_MAX) return;
    const found = `no frame for ${Math.round(silentMs / 1_000)} s`;
    throw new Fault('camera', { thing: this.#parts.name, found, expected: 'a camera that delivers frames' });
  }

  async #until(due: Monotonic): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.at(due, resolve);
      this.#wake = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
