import { assert } from '#core/kernel/assert.ts';
import type { Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { Listeners } from '../listeners.ts';
import { SerialLine } from '../serial/serialLine.ts';
import { SerialPair } from '../serial/serialPair.ts';
import { encodeLcusFrame, LCUS_BAUD_RATE, LcusParser } from './lcusFrames.ts';

/** One command as it reached the board. */
export interface LcusReceived {
  readonly channel: number;
  readonly level: RelayLevel;
  /** The bytes, say `A0 01 01 A2`. */
  readonly bytes: string;
  readonly at: Monotonic;
}

export interface LcusEmulatorOptions {
  /** Where the line's two ends are made; it must exist and be ours alone. */
  readonly folder: string;
  readonly channels: number;
  readonly clock: Clock;
}

/**
 * A made-up LCUS board at the far end of a real serial line: it reads commands, checks their sums, holds its relays and
 * answers nothing. Its line can be cut and mended; the board keeps its power, and its levels, meanwhile.
 */
export class LcusEmulator {
  readonly #clock: Clock;
  readonly #levels: RelayLevel[];
  readonly #received = new Listeners<[received: LcusReceived]>();
  readonly #pair: SerialPair;
  #parser = new LcusParser();
  #line: SerialLine | undefined;

  private constructor({ folder, channels, clock }: LcusEmulatorOptions) {
    this.#clock = clock;
    this.#levels = Array.from({ length: channels }, () => 'de-energised');
    // The board listens before the gate can find its end: opening a port throws away what came before.
    this.#pair = new SerialPair(folder, (end) => this.#plugIn(end));
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: LcusEmulatorOptions): Promise<LcusEmulator> {
    const board = new LcusEmulator(options);
    await board.mend();
    return board;
  }

  /** The port that the gate opens. It is there while the line is whole. */
  get path(): string {
    return this.#pair.gate;
  }

  get link(): LinkState {
    return this.#pair.whole ? 'up' : 'down';
  }

  /** What the coil does now. */
  level(channel: number): RelayLevel {
    const level = this.#levels[channel - 1];
    assert(level !== undefined, `the board has a channel ${channel}`);
    return level;
  }

  onReceived(listener: (received: LcusReceived) => void): Disposable {
    return this.#received.add(listener);
  }

  /** Cuts the line; resolves when both ends are gone. */
  async cut(): Promise<void> {
    await this.#line?.close();
    this.#line = undefined;
    await this.#pair.cut();
  }

  /** Makes the line again; resolves when the board listens and the gate can open its port. */
  mend(): Promise<void> {
    return this.#pair.mend();
  }

  /** The line stands still without being cut: it takes bytes until every buffer is full. */
  freeze(): void {
    this.#pair.freeze();
  }

  /** As when the board is unplugged: every relay falls off. */
  losePower(): void {
    this.#levels.fill('de-energised');
  }

  /** Sends bytes to whoever drives the board. A real one never does, short of noise. */
  async chatter(bytes: Uint8Array): Promise<void> {
    assert(this.#line !== undefined, 'the line is whole');
    await this.#line.write(bytes);
  }

  close(): Promise<void> {
    return this.cut();
  }

  async #plugIn(path: string): Promise<void> {
    this.#parser = new LcusParser();
    const onBytes = (bytes: Uint8Array): void => this.#take(bytes);
    const options = { path, baudRate: LCUS_BAUD_RATE, clock: this.#clock, faults: 'relay', onBytes } as const;
    this.#line = await SerialLine.open(options);
    if (this.#line.fault !== undefined) throw this.#line.fault;
  }

  #take(bytes: Uint8Array): void {
    const at = this.#clock.monotonic();
    for (const frame of this.#parser.feed(bytes)) {
      // A command for a channel that the board lacks is passed over, as the real ones do.
      if (frame.channel > this.#levels.length) continue;
      this.#levels[frame.channel - 1] = frame.level;
      this.#received.tell({ ...frame, bytes: spelt(encodeLcusFrame(frame)), at });
    }
  }
}

const spelt = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
