import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { after, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayBoard, RelayLevel, Strike } from '#core/ports/hardware.ts';
import { Listeners } from '../listeners.ts';
import { opposite, type RelayLine } from './relayLine.ts';

/** Drives that may wait for the line. Each is over within the line's own limit: more, and nobody is in charge. */
export const DRIVES_WAITING_MAX = 64;

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

interface Waiting {
  readonly send: () => Promise<DriveOutcome>;
  readonly resolve: (outcome: DriveOutcome) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * A board that times no pulses itself: this ends them, by the clock, at `close()`, and where the line was lost in the
 * middle of one, by driving its channel back before the link counts as up again. Drives reach the line one at a time
 * and in order.
 */
export class DrivenBoard implements RelayBoard {
  readonly name: string;
  readonly channels: number;
  readonly timesPulses = false;
  readonly #clock: Clock;
  readonly #line: RelayLine;
  readonly #pulses = new Map<number, Pulse>();
  readonly #debts = new Map<number, Debt>();
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  readonly #lineHeard: Disposable;
  readonly #waiting: Waiting[] = [];
  #sending = false;
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

  /** The pulse's end is set before its beginning is sent: whatever becomes of the sending, it ends. */
  async #begin(channel: number, level: RelayLevel, forMs: Millis | 'until-driven'): Promise<DriveOutcome> {
    if (this.#closed !== undefined) throw this.#fault('a board that was closed', 'an open one');
    const before = this.#stopTimer(channel) ?? this.#debts.get(channel)?.back;
    this.#debts.delete(channel);
    const back = forMs === 'until-driven' ? before : opposite(level);
    if (forMs !== 'until-driven') {
      const timer = this.#clock.at(after(this.#clock.monotonic(), forMs), () => this.#endPulse(channel));
      this.#pulses.set(channel, { back: opposite(level), timer });
    }
    try {
      return await this.#line.send(channel, level);
    } catch (thrown) {
      this.#stopTimer(channel);
      if (back !== undefined) this.#debts.set(channel, { back });
      throw thrown;
    }
  }

  #endPulse(channel: number): void {
    const back = this.#stopTimer(channel);
    if (back === undefined) return;
    const debt = { back };
    this.#debts.set(channel, debt);
    // Where this fails the line is down, and the debt is paid when it is up again.
    void this.#pay(channel, debt).catch(() => undefined);
  }

  #cutPulsesShort(): void {
    for (const channel of this.#pulses.keys()) {
      const back = this.#stopTimer(channel);
      if (back !== undefined) this.#debts.set(channel, { back });
    }
  }

  #payAll(): Promise<unknown> {
    return Promise.allSettled([...this.#debts].map(([channel, debt]) => this.#pay(channel, debt)));
  }

  /** Never turned away for want of room: a door that stays unlocked is worse than a long queue. */
  #pay(channel: number, debt: Debt): Promise<DriveOutcome> {
    return this.#enqueue(async () => {
      if (this.#debts.get(channel) !== debt) return 'written';
      const outcome = await this.#line.send(channel, debt.back);
      if (this.#debts.get(channel) === debt) this.#debts.delete(channel);
      return outcome;
    });
  }

  /** The level that the channel's pulse would have fallen back to, where one was running. */
  #stopTimer(channel: number): RelayLevel | undefined {
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
    if (this.#waiting.length < DRIVES_WAITING_MAX) return this.#enqueue(send);
    return Promise.reject(this.#fault(`${this.#waiting.length} drives waiting`, `at most ${DRIVES_WAITING_MAX}`));
  }

  /** Sends at once, before this returns, where nothing else is being sent. */
  #enqueue(send: () => Promise<DriveOutcome>): Promise<DriveOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ send, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    const next = this.#sending ? undefined : this.#waiting.shift();
    if (next === undefined) return;
    this.#sending = true;
    const settled = (settle: () => void): void => {
      this.#sending = false;
      settle();
      this.#sendNext();
    };
    next.send().then(
      (outcome) => settled(() => next.resolve(outcome)),
      (thrown: unknown) => settled(() => next.reject(thrown)),
    );
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('relay', { thing: this.name, found, expected });
  }
}
