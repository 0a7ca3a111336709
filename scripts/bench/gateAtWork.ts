import type { AccessPointConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { elapsed, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { FaceEngine } from '#core/ports/engine.ts';
import type { OpenGate } from '#service/openGate.ts';
import { DEMONSTRATION_CARD_FORMAT } from '#service/simulated/demonstration.ts';
import type { SimulatedWorld } from '#service/simulated/world.ts';
import type { BenchFolder } from './benchFolder.ts';

/** Whoever is shown to the gate: enrolled by the demonstration from another photograph. */
export const SCENE = 'enrolled';
const CARD = '00a1b2c3';
const PERSONAL_NUMBER = '1001';
const PIN = '480213';
/** How long one way in may take before the gate is taken to be broken. */
const GRANT_MS_MAX = 30_000;

export interface Granted {
  /** When the last frame that features were extracted of had arrived. */
  readonly lastFrameAt: Monotonic;
  /** When the relay's bytes were read at the far end of its serial line. */
  readonly receivedAt: Monotonic;
}

/** A simulated gate in this process that somebody is let into again and again. */
export class GateAtWork implements AsyncDisposable {
  readonly #open: OpenGate;
  readonly #world: SimulatedWorld;
  readonly #at: AccessPointConfig;
  readonly #clock: Clock;
  #lastFrameAt: Monotonic | undefined;

  private constructor(parts: { open: OpenGate; world: SimulatedWorld; at: AccessPointConfig; clock: Clock }) {
    this.#open = parts.open;
    this.#world = parts.world;
    this.#at = parts.at;
    this.#clock = parts.clock;
    this.#watch(parts.open.gate.engine);
  }

  static async open(folder: BenchFolder, clock: Clock): Promise<GateAtWork> {
    const { open, config } = await folder.open();
    const [at] = config.accessPoints;
    assert(open.world !== undefined && at !== undefined, 'the gate that is measured is simulated');
    return new GateAtWork({ open, world: open.world, at, clock });
  }

  /** The enrolled person stands there and touches "use face"; settles when the strike is driven. */
  async presentFace(): Promise<Granted> {
    const camera = this.#world.camera(this.#at.id);
    if (camera?.scene !== SCENE) camera?.show(SCENE);
    const receivedAt = await this.#granted(() => this.#open.gate.terminal.accessPoint(this.#at.id).useFace());
    assert(this.#lastFrameAt !== undefined, 'a face that was let in was extracted from a frame');
    return { lastFrameAt: this.#lastFrameAt, receivedAt };
  }

  /** From the card at the reader to the relay's bytes. Nobody stands before the camera. */
  async presentCard(): Promise<Millis> {
    this.#world.camera(this.#at.id)?.show('empty');
    const start = this.#clock.monotonic();
    const card = { format: DEMONSTRATION_CARD_FORMAT, number: CARD };
    return elapsed(start, await this.#granted(() => this.#world.reader(this.#at.id).show(card)));
  }

  /** From the last digit to the relay's bytes. */
  async presentPin(): Promise<Millis> {
    this.#world.camera(this.#at.id)?.show('empty');
    const start = this.#clock.monotonic();
    const enter = (): void => void this.#open.gate.terminal.accessPoint(this.#at.id).presentPin(PERSONAL_NUMBER, PIN);
    return elapsed(start, await this.#granted(enter));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.close();
  }

  /** When the door's channel is energised for what `ask` has asked for. */
  async #granted(ask: () => void): Promise<Monotonic> {
    const [door] = this.#open.gate.doors.keys();
    const emulator = this.#world.emulator('board-1');
    assert(door !== undefined && emulator !== undefined, 'the gate that is measured has a simulated board');
    const { promise, resolve, reject } = Promise.withResolvers<Monotonic>();
    using _heard = emulator.onReceived(({ level, at }) => {
      if (level === 'energised') resolve(at);
    });
    const late = setTimeout(() => {
      const found = `nobody let in within ${GRANT_MS_MAX} ms`;
      reject(new Fault('camera', { thing: 'gate at work', found, expected: 'the enrolled person let in' }));
    }, GRANT_MS_MAX);
    try {
      ask();
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Sees which frame an extraction is of; everything else of the engine stays as it is. */
  #watch(engine: FaceEngine): void {
    const extract = engine.extract.bind(engine);
    engine.extract = (frame, face) => {
      this.#lastFrameAt = frame.capturedAt;
      return extract(frame, face);
    };
  }
}
