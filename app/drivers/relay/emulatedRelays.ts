import { assert } from '#core/kernel/assert.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { opposite } from './relayLine.ts';

/** A relay that was told something, or whose timer ran out. */
export interface RelayMove {
  readonly channel: number;
  readonly level: RelayLevel;
  readonly at: Monotonic;
}

/** A made-up board, as whoever looks at it sees it. */
export interface BoardEmulator {
  /** The port that the gate opens. It is there while the line is whole. */
  readonly path: string;
  readonly link: LinkState;
  /** What the coil does now. */
  level(channel: number): RelayLevel;
  /** Called for everything that a relay is told, whether or not it already stood so. */
  onMove(listener: (move: RelayMove) => void): Disposable;
  /** As when the board is unplugged: every relay falls off. */
  losePower(): void;
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export interface EmulatedRelaysOptions {
  readonly channels: number;
  readonly clock: Clock;
  /** Does a timer that was started run on when the relay is told a level? On some boards it does. */
  readonly keepsTimers?: boolean;
}

/** The relays of a made-up board, which it may also time by itself. */
export class EmulatedRelays {
  readonly channels: number;
  readonly #clock: Clock;
  readonly #keepsTimers: boolean;
  readonly #levels: RelayLevel[];
  readonly #timers = new Map<number, Disposable>();
  readonly #moves = new Listeners<[move: RelayMove]>();

  constructor({ channels, clock, keepsTimers }: EmulatedRelaysOptions) {
    this.channels = channels;
    this.#clock = clock;
    this.#keepsTimers = keepsTimers ?? false;
    this.#levels = Array.from({ length: channels }, () => 'de-energised');
  }

  has(channel: number): boolean {
    return Number.isInteger(channel) && channel >= 1 && channel <= this.channels;
  }

  level(channel: number): RelayLevel {
    const level = this.#levels[channel - 1];
    assert(level !== undefined, `the board has a channel ${channel}`);
    return level;
  }

  onMove(listener: (move: RelayMove) => void): Disposable {
    return this.#moves.add(listener);
  }

  set(channel: number, level: RelayLevel): void {
    if (!this.#keepsTimers) this.#stopTimer(channel);
    this.#move(channel, level);
  }

  /** To `level`, and back by itself. */
  pulse(channel: number, level: RelayLevel, forMs: Millis): void {
    this.#stopTimer(channel);
    this.#move(channel, level);
    const end = (): void => {
      this.#timers.delete(channel);
      this.#move(channel, opposite(level));
    };
    this.#timers.set(channel, this.#clock.at(after(this.#clock.monotonic(), forMs), end));
  }

  losePower(): void {
    for (const channel of this.#timers.keys()) this.#stopTimer(channel);
    this.#levels.fill('de-energised');
  }

  #move(channel: number, level: RelayLevel): void {
    this.#levels[channel - 1] = level;
    this.#moves.tell({ channel, level, at: this.#clock.monotonic() });
  }

  #stopTimer(channel: number): void {
    this.#timers.get(channel)?.[Symbol.dispose]();
    this.#timers.delete(channel);
  }
}
