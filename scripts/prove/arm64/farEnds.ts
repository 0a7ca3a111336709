import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { LCUS_BAUD_RATE } from '#drivers/relay/lcusFrames.ts';
import { EmulatedLine } from '#drivers/serial/emulatedLine.ts';
import { spelt } from '#drivers/serial/hex.ts';

/** For bytes that were written and are still on their way. */
const HEARD_MS_MAX = 5_000;

/** The far ends of two serial lines, held by this process: one only hears, the other says again whatever it hears. */
export class FarEnds implements AsyncDisposable {
  readonly #listening: EmulatedLine;
  readonly #echoing: EmulatedLine;
  readonly #heard: Heard;

  private constructor(listening: EmulatedLine, echoing: EmulatedLine, heard: Heard) {
    this.#listening = listening;
    this.#echoing = echoing;
    this.#heard = heard;
  }

  /** @throws Fault `relay` where no line can be made */
  static async open(folder: string): Promise<FarEnds> {
    const heard = new Heard();
    const listening = await lineIn(join(folder, 'listening'), (bytes) => heard.add(bytes));
    const echoing = await lineIn(join(folder, 'echoing'), () => undefined);
    echoing.manner = { kind: 'echoing' };
    return new FarEnds(listening, echoing, heard);
  }

  /** The ends that a program opens. */
  get paths(): { readonly board: string; readonly echo: string } {
    return { board: this.#listening.path, echo: this.#echoing.path };
  }

  /** What the first one has heard, `A0 01 01 A2`, once so many bytes have come, or no more do. */
  async heard(bytes: number): Promise<string> {
    await Promise.race([this.#heard.reach(bytes), setTimeout(HEARD_MS_MAX, undefined, { ref: false })]);
    return spelt(this.#heard.bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening.cut();
    await this.#echoing.cut();
  }
}

class Heard {
  readonly bytes: number[] = [];
  #waiting: { readonly count: number; readonly reached: () => void } | undefined;

  add(bytes: Uint8Array): void {
    this.bytes.push(...bytes);
    if (this.#waiting !== undefined && this.bytes.length >= this.#waiting.count) this.#waiting.reached();
  }

  reach(count: number): Promise<void> {
    if (this.bytes.length >= count) return Promise.resolve();
    const { promise, resolve: reached } = Promise.withResolvers<void>();
    this.#waiting = { count, reached };
    return promise;
  }
}

function lineIn(folder: string, onBytes: (bytes: Uint8Array) => void): Promise<EmulatedLine> {
  mkdirSync(folder, { recursive: true });
  return EmulatedLine.open({ folder, clock: new SystemClock(), baudRate: LCUS_BAUD_RATE, onBytes });
}
