import { messageOf } from '#core/kernel/fault.ts';
import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Attention, Camera, CameraCapabilities, Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Light } from '#core/ports/light.ts';

/** Where nobody says anything more, the light goes out by itself after so long. */
export const LIT_MS = millis(4_000);
/** While somebody is looked at it is lit anew so often. */
export const RELIT_MS = millis(2_000);

export interface LitCameraParts {
  readonly camera: Camera;
  readonly light: Light;
  readonly clock: Clock;
  /** A light that fails keeps nobody from being looked at; whoever reads the health page is told. */
  readonly onTrouble: (says: string | undefined) => void;
}

/** A camera with an illuminator that is lit only while somebody is looked at. */
export class LitCamera implements Camera {
  readonly name: string;
  readonly capabilities: CameraCapabilities;
  readonly #parts: LitCameraParts;
  readonly #orders: LightOrders;

  /** Whatever an earlier run has left burning goes out. */
  constructor(parts: LitCameraParts) {
    this.name = parts.camera.name;
    this.capabilities = parts.camera.capabilities;
    this.#parts = parts;
    this.#orders = new LightOrders(parts);
    this.#orders.darken();
  }

  frames(): FrameStream {
    return new LitStream(this.#parts.camera.frames(), this.#orders, this.#parts.clock);
  }
}

/** One order to the light at a time, in the order in which they were given. */
class LightOrders {
  readonly #parts: LitCameraParts;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: LitCameraParts) {
    this.#parts = parts;
  }

  /** Resolves when all that were given are done. */
  get done(): Promise<void> {
    return this.#last;
  }

  shine(): void {
    this.#give((light) => light.shine(LIT_MS));
  }

  darken(): void {
    this.#give((light) => light.darken());
  }

  #give(order: (light: Light) => Promise<void>): void {
    const { light, onTrouble } = this.#parts;
    this.#last = this.#last.then(async () => {
      try {
        await order(light);
        onTrouble(undefined);
      } catch (thrown) {
        onTrouble(messageOf(thrown));
      }
    });
  }
}

class LitStream implements FrameStream {
  readonly #stream: FrameStream;
  readonly #orders: LightOrders;
  readonly #clock: Clock;
  #litAt: Monotonic | undefined;
  #open = true;

  constructor(stream: FrameStream, orders: LightOrders, clock: Clock) {
    this.#stream = stream;
    this.#orders = orders;
    this.#clock = clock;
  }

  async next(): Promise<Frame | undefined> {
    try {
      const frame = await this.#stream.next();
      if (frame === undefined) this.#darken();
      return frame;
    } catch (thrown) {
      this.#darken();
      throw thrown;
    }
  }

  attend(attention: Attention): void {
    this.#stream.attend?.(attention);
    if (!this.#open) return;
    if (!attention.lively) return this.#darken();
    const now = this.#clock.monotonic();
    if (this.#litAt !== undefined && now < after(this.#litAt, RELIT_MS)) return;
    this.#litAt = now;
    this.#orders.shine();
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#darken();
    await this.#stream.close();
    await this.#orders.done;
  }

  #darken(): void {
    if (this.#litAt === undefined) return;
    this.#litAt = undefined;
    this.#orders.darken();
  }
}
