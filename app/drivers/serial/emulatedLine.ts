import { assert } from '#core/kernel/assert.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState } from '#core/ports/hardware.ts';
import { SerialLine } from './serialLine.ts';
import { SerialPair } from './serialPair.ts';

/** How a made-up board answers. Real ones do all of this now and then. */
export type Manner =
  | { readonly kind: 'prompt' | 'silent' | 'in-pieces' | 'echoing' }
  | { readonly kind: 'slow'; readonly byMs: Millis }
  /** Noise before what it says. */
  | { readonly kind: 'noisy'; readonly noise: Uint8Array }
  /** Every answer changed on its way. */
  | { readonly kind: 'changed'; readonly change: (bytes: Uint8Array) => Uint8Array };

export interface EmulatedLineOptions {
  /** Where the line's two ends are made; it must exist and be ours alone. */
  readonly folder: string;
  readonly baudRate: number;
  readonly clock: Clock;
  /** Called when the board hears something. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called when the line is whole again, before anybody can open its other end. */
  readonly onPlugged?: () => void;
}

/**
 * The far end of a real serial line, for made-up boards and readers. The line can be cut and mended; whatever is at its
 * end keeps its power meanwhile.
 */
export class EmulatedLine {
  manner: Manner = { kind: 'prompt' };
  readonly #options: EmulatedLineOptions;
  readonly #pair: SerialPair;
  #line: SerialLine | undefined;
  #said: Promise<void> = Promise.resolve();
  #saying = 0;

  private constructor(options: EmulatedLineOptions) {
    this.#options = options;
    // It listens before the gate can find its end: opening a port throws away what came before.
    this.#pair = new SerialPair(options.folder, (end) => this.#plugIn(end));
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: EmulatedLineOptions): Promise<EmulatedLine> {
    const line = new EmulatedLine(options);
    await line.mend();
    return line;
  }

  /** The port that the gate opens. It is there while the line is whole. */
  get path(): string {
    return this.#pair.gate;
  }

  get link(): LinkState {
    return this.#pair.whole ? 'up' : 'down';
  }

  /** Is something that was said still on its way out? */
  get busy(): boolean {
    return this.#saying > 0;
  }

  /** Cuts the line; resolves when both ends are gone. */
  async cut(): Promise<void> {
    await this.#line?.close();
    this.#line = undefined;
    await this.#pair.cut();
  }

  /** Makes the line again; resolves when the gate can open its port. */
  mend(): Promise<void> {
    return this.#pair.mend();
  }

  /** The line stands still without being cut: it takes bytes until every buffer is full. */
  freeze(): void {
    this.#pair.freeze();
  }

  /** Sends bytes as they are. A line that is cut meanwhile swallows them. */
  say(bytes: Uint8Array): Promise<void> {
    assert(this.#line !== undefined, 'the line is whole');
    const line = this.#line;
    this.#saying++;
    this.#said = this.#said
      .then(() => line.write(bytes))
      .catch(() => undefined)
      .finally(() => this.#saying--);
    return this.#said;
  }

  /** Answers, in the manner that is set. */
  answer(bytes: Uint8Array): void {
    const { manner } = this;
    switch (manner.kind) {
      case 'silent':
        return;
      case 'prompt':
      case 'echoing':
        return void this.say(bytes);
      case 'in-pieces':
        for (const byte of bytes) void this.say(Uint8Array.of(byte));
        return;
      case 'noisy':
        return void this.say(Uint8Array.from([...manner.noise, ...bytes]));
      case 'changed':
        return void this.say(manner.change(bytes));
      case 'slow': {
        const { clock } = this.#options;
        const say = (): void => void (this.#line !== undefined && this.say(bytes));
        clock.at(after(clock.monotonic(), millis(manner.byMs)), say);
      }
    }
  }

  async #plugIn(path: string): Promise<void> {
    const { baudRate, clock, onBytes, onPlugged } = this.#options;
    onPlugged?.();
    const heard = (bytes: Uint8Array): void => {
      if (this.manner.kind === 'echoing') void this.say(bytes);
      onBytes(bytes);
    };
    this.#line = await SerialLine.open({ path, baudRate, clock, faults: 'relay', onBytes: heard });
    if (this.#line.fault !== undefined) throw this.#line.fault;
  }
}
