import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayBoard, RelayLevel, Strike } from '#core/ports/hardware.ts';
import { DriveQueue } from './driveQueue.ts';
import { opposite, type BoardPulses, type RelayLine } from './relayLine.ts';

/** Drives that may wait for the line. Each is over within the line's own limit: more, and nobody is in charge. */
export const DRIVES_WAITING_MAX = 64;
/** How much later than reckoned a board's own timer may run out: our clock starts before the board has the command. */
export const BOARD_TIMER_SLACK_MS = 300;

export interface DrivenBoardParts {
  readonly name: string;
  readonly channels: number;
  readonly clock: Clock;
  readonly line: RelayLine;
}

interface Pulse {
  readonly back: RelayLevel;
  readonly timer: Disposable;
}

/** A level that a channel is still owed after its pulse; a newer drive of the channel cancels it. */
interface Debt {
  readonly back: RelayLevel;
}

/** A timer of the board's own that may still run, whatever was driven since. */
interface BoardTimer {
  readonly back: RelayLevel;
  readonly until: Monotonic;
}

/**
 * Ends every pulse: the board by its own timer, where it has one, or this by the clock; at `close()`, and where the line
 * was lost in the middle of one, by driving its channel back before the link counts as up again. Drives reach the line
 * one at a time and in order.
 */
export class DrivenBoard implements RelayBoard {
  readonly name: string;
  readonly channels: number;
  readonly #clock: Clock;
  readonly #line: RelayLine;
  readonly #pulses = new Map<number, Pulse>();
  readonly #debts = new Map<number, Debt>();
  readonly #boardTimers = new Map<number, BoardTimer>();
  readonly #sendingAgain = new Map<number, Disposable>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  readonly #lineHeard: Disposable;
  readonly #drives = new DriveQueue();
  #refusesPulses = false;
  #link: LinkState;
  #closed: Promise<void> | undefined;

  constructor({ name, channels, clock, line }: DrivenBoardParts) {
    this.name = name;
    this.channels = channels;
    this.#clock = clock;
    this.#line = line;
    this.#link = line.link;
    this.#lineHeard = line.onLink((link, why) => (link === 'up' ? this.#onUp(why) : this.#onDown(why)));
  }

  get timesPulses(): boolean {
    return this.#line.pulses !== undefined && !this.#refusesPulses;
  }

  get link(): LinkState {
    return this.#link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  strike(channel: number): Strike {
    if (!Number.isInteger(channel) || channel < 1 || channel > this.channels) {
      const expected = `a channel from 1 to ${this.channels}`;
      throw new Fault('relay', { thing: this.name, found: `channel ${channel}`, expected });
    }
    const link = (): LinkState => this.#link;
    return {
      name: `${this.name} channel ${channel}`,
      get link() {
        return link();
      },
      onLink: (listener) => this.onLink(listener),
      drive: (level, forMs) => this.#drive(channel, level, forMs),
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#cutPulsesShort();
    await this.#payAll();
    this.#cutPulsesShort();
    this.#lineHeard[Symbol.dispose]();
    await this.#line.close();
    this.#link = 'down';
  }

  #drive(channel: number, level: RelayLevel, forMs: Millis | 'until-driven'): Promise<DriveOutcome> {
    assert(forMs === 'until-driven' || (Number.isFinite(forMs) && forMs > 0), `a pulse lasts, not ${forMs} ms`);
    if (this.#closed !== undefined) return Promise.reject(this.#fault('a board that was closed', 'an open one'));
    if (this.#line.link === 'down') {
      // The line tells what is wrong with it, better than could be told here.
      return this.#line.send(channel, level);
    }
    return this.#queue(() => this.#begin(channel, level, forMs));
  }

  async #begin(channel: number, level: RelayLevel, forMs: Millis | 'until-driven'): Promise<DriveOutcome> {
    if (this.#closed !== undefined) throw this.#fault('a board that was closed', 'an open one');
    const before = this.#stopPulse(channel) ?? this.#debts.get(channel)?.back;
    this.#debts.delete(channel);
    const back = forMs === 'until-driven' ? before : opposite(level);
    try {
      if (forMs === 'until-driven') return await this.#sendLevel(channel, level);
      const pulses = this.#boardPulses(forMs);
      if (pulses === undefined) return await this.#ownPulse(channel, level, forMs);
      const outcome = await this.#boardPulse(pulses, { channel, level, forMs });
      return outcome === 'refused' ? await this.#ownPulse(channel, level, forMs) : outcome;
    } catch (thrown) {
      this.#stopPulse(channel);
      if (back !== undefined) this.#debts.set(channel, { back });
      throw thrown;
    }
  }

  #boardPulses(forMs: Millis): BoardPulses | undefined {
    const { pulses } = this.#line;
    return this.timesPulses && pulses !== undefined && forMs <= pulses.maxMs ? pulses : undefined;
  }

  async #boardPulse(
    pulses: BoardPulses,
    { channel, level, forMs }: { channel: number; level: RelayLevel; forMs: Millis },
  ): Promise<DriveOutcome | 'refused'> {
    const steps = Math.ceil(forMs / pulses.stepMs);
    const back = opposite(level);
    const until = after(this.#clock.monotonic(), millis(steps * pulses.stepMs + BOARD_TIMER_SLACK_MS));
    this.#boardTimers.set(channel, { back, until });
    this.#pulses.set(channel, { back, timer: this.#clock.at(until, () => this.#pulses.delete(channel)) });
    const outcome = await pulses.send(channel, level, steps);
    if (outcome !== 'refused') return outcome;
    this.#refusesPulses = true;
    this.#boardTimers.delete(channel);
    this.#stopPulse(channel);
    return outcome;
  }

  /** The pulse's end is set before its beginning is sent: whatever becomes of the sending, it ends. */
  #ownPulse(channel: number, level: RelayLevel, forMs: Millis): Promise<DriveOutcome> {
    const timer = this.#clock.at(after(this.#clock.monotonic(), forMs), () => this.#endPulse(channel));
    this.#pulses.set(channel, { back: opposite(level), timer });
    return this.#sendLevel(channel, level);
  }

  /**
   * Not every board stops its own timer when it is told a level. Where one may still run out into the other level, the
   * level is sent once more behind it: a fire that came in the middle of a pulse keeps its door unlocked.
   */
  async #sendLevel(channel: number, level: RelayLevel): Promise<DriveOutcome> {
    const outcome = await this.#line.send(channel, level);
    const running = this.#boardTimers.get(channel);
    if (running === undefined || running.back === level || running.until <= this.#clock.monotonic()) return outcome;
    const again = this.#clock.at(running.until, () => {
      this.#sendingAgain.delete(channel);
      void this.#drives.add(() => this.#line.send(channel, level)).catch(() => undefined);
    });
    this.#sendingAgain.set(channel, again);
    return outcome;
  }

  #endPulse(channel: number): void {
    const back = this.#stopPulse(channel);
    if (back === undefined) return;
    const debt = { back };
    this.#debts.set(channel, debt);
    // Where this fails the line is down, and the debt is paid when it is up again.
    void this.#pay(channel, debt).catch(() => undefined);
  }

  #cutPulsesShort(): void {
    for (const again of this.#sendingAgain.values()) again[Symbol.dispose]();
    this.#sendingAgain.clear();
    for (const channel of this.#pulses.keys()) {
      const back = this.#stopPulse(channel);
      if (back !== undefined) this.#debts.set(channel, { back });
    }
  }

  #payAll(): Promise<unknown> {
    return Promise.allSettled([...this.#debts].map(([channel, debt]) => this.#pay(channel, debt)));
  }

  /** Never turned away for want of room: a door that stays unlocked is worse than a long queue. */
  #pay(channel: number, debt: Debt): Promise<DriveOutcome> {
    return this.#drives.add(async () => {
      if (this.#debts.get(channel) !== debt) return 'written';
      const outcome = await this.#sendLevel(channel, debt.back);
      if (this.#debts.get(channel) === debt) this.#debts.delete(channel);
      return outcome;
    });
  }

  /** The level that the channel's pulse would have fallen back to, where one was running. */
  #stopPulse(channel: number): RelayLevel | undefined {
    this.#sendingAgain.get(channel)?.[Symbol.dispose]();
    this.#sendingAgain.delete(channel);
    const pulse = this.#pulses.get(channel);
    pulse?.timer[Symbol.dispose]();
    this.#pulses.delete(channel);
    return pulse?.back;
  }

  #onDown(why: string): void {
    this.#cutPulsesShort();
    this.#announce('down', why);
  }

  #onUp(why: string): void {
    if (this.#debts.size === 0) return this.#announce('up', why);
    void this.#payAll().then(() => {
      if (this.#line.link === 'up' && this.#closed === undefined) this.#announce('up', why);
    });
  }

  #announce(link: LinkState, why: string): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#links.tell(link, why);
  }

  #queue(send: () => Promise<DriveOutcome>): Promise<DriveOutcome> {
    const { waiting } = this.#drives;
    if (waiting < DRIVES_WAITING_MAX) return this.#drives.add(send);
    return Promise.reject(this.#fault(`${waiting} drives waiting`, `at most ${DRIVES_WAITING_MAX}`));
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('relay', { thing: this.name, found, expected });
  }
}
