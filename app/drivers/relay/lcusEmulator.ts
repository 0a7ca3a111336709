import { Listeners } from '#core/kernel/listeners.ts';
import type { Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { EmulatedLine } from '../serial/emulatedLine.ts';
import { spelt } from '../serial/hex.ts';
import { EmulatedRelays, type BoardEmulator, type RelayMove } from './emulatedRelays.ts';
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
 * answers nothing.
 */
export class LcusEmulator implements BoardEmulator {
  readonly #clock: Clock;
  readonly #relays: EmulatedRelays;
  readonly #received = new Listeners<[received: LcusReceived]>();
  #line!: EmulatedLine;
  #parser = new LcusParser();

  private constructor({ channels, clock }: LcusEmulatorOptions) {
    this.#clock = clock;
    this.#relays = new EmulatedRelays({ channels, clock });
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: LcusEmulatorOptions): Promise<LcusEmulator> {
    const board = new LcusEmulator(options);
    board.#line = await EmulatedLine.open({
      folder: options.folder,
      clock: options.clock,
      baudRate: LCUS_BAUD_RATE,
      onBytes: (bytes) => board.#take(bytes),
      onPlugged: () => (board.#parser = new LcusParser()),
    });
    return board;
  }

  get path(): string {
    return this.#line.path;
  }

  get link(): LinkState {
    return this.#line.link;
  }

  level(channel: number): RelayLevel {
    return this.#relays.level(channel);
  }

  onMove(listener: (move: RelayMove) => void): Disposable {
    return this.#relays.onMove(listener);
  }

  onReceived(listener: (received: LcusReceived) => void): Disposable {
    return this.#received.add(listener);
  }

  cut(): Promise<void> {
    return this.#line.cut();
  }

  mend(): Promise<void> {
    return this.#line.mend();
  }

  /** The line stands still without being cut: it takes bytes until every buffer is full. */
  freeze(): void {
    this.#line.freeze();
  }

  losePower(): void {
    this.#relays.losePower();
  }

  /** Sends bytes to whoever drives the board. A real one never does, short of noise. */
  chatter(bytes: Uint8Array): Promise<void> {
    return this.#line.say(bytes);
  }

  close(): Promise<void> {
    return this.cut();
  }

  #take(bytes: Uint8Array): void {
    const at = this.#clock.monotonic();
    for (const frame of this.#parser.feed(bytes)) {
      // A command for a channel that the board lacks is passed over, as the real ones do.
      if (!this.#relays.has(frame.channel)) continue;
      this.#relays.set(frame.channel, frame.level);
      this.#received.tell({ ...frame, bytes: spelt(encodeLcusFrame(frame)), at });
    }
  }
}
