import { messageOf } from '#core/kernel/fault.ts';
import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Attention, Camera, CameraCapabilities, Frame, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Strike } from '#core/ports/hardware.ts';

/** The light goes out by itself after so long, also where this program has died. */
export const LIT_MS = millis(4_000);
/** While somebody is looked at it is lit anew so often. */
export const RELIT_MS = millis(2_000);

export interface LitCameraParts {
  readonly camera: Camera;
  /** The relay channel that the illuminator hangs on. */
  readonly light: Strike;
  readonly clock: Clock;
  /** A light that fails keeps nobody from being looked at; whoever reads the health page is told. */
  readonly onTrouble: (says: string | undefined) => void;
}

/** A camera with an illuminator that is lit only while somebody is looked at. */
export class LitCamera implements Camera {
  readonly name: string;
  readonly capabilities: CameraCapabilities;
  readonly #parts: LitCameraParts;

  constructor(parts: LitCameraParts) {
    this.name = parts.camera.name;
    this.capabilities = parts.camera.capabilities;
    this.#parts = parts;
  }

  frames(): FrameStream {
    return new LitStream(this.#parts, this.#parts.camera.frames());
  }
}

class LitStream implements FrameStream {
  readonly #parts: LitCameraParts;
  readonly #stream: FrameStream;
  #litAt: Monotonic | undefined;
  #open = true;
  /** One order to the relay at a time, in the order in which they were given. */
  #orders: Promise<void> = Promise.resolve();

  constructor(parts: LitCameraParts, stream: FrameStream) {
    this.#parts = parts;
    this.#stream = stream;
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
    const now = this.#parts.clock.monotonic();
    if (this.#litAt !== undefined && now < after(this.#litAt, RELIT_MS)) return;
    this.#litAt = now;
    this.#order('energised');
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#darken();
    await this.#stream.close();
    await this.#orders;
  }

  #darken(): void {
    if (this.#litAt === undefined) return;
    this.#litAt = undefined;
    this.#order('de-energised');
  }

  #order(level: 'energised' | 'de-energised'): void {
    const { light, onTrouble } = this.#parts;
    this.#orders = this.#orders.then(async () => {
      try {
        await light.drive(level, level === 'energised' ? LIT_MS : 'until-driven');
        onTrouble(undefined);
      } catch (thrown) {
        onTrouble(messageOf(thrown));
      }
    });
  }
}
