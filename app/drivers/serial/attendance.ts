import { Fault, messageOf, type FaultCode } from '#core/kernel/fault.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Link, LinkState } from '#core/ports/hardware.ts';
import { NoAnswer, type Exchange, type Question, type Turn } from './exchange.ts';

/** Waits between attempts to reach what does not answer; the last goes on for ever. */
export const ASK_AGAIN_MS = [250, 500, 1_000, 2_000, 5_000] as const;

export interface AttendanceParts {
  readonly name: string;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly faults: FaultCode;
  /** Asks something harmless. That it resolves is what makes the link. @throws Fault */
  readonly probe: () => Promise<unknown>;
  /** How often that is done while it answers. */
  readonly everyMs: Millis;
}

/** Does who is at the far end of a line answer? The line being whole is not enough. */
export class Attendance implements Link {
  readonly #parts: AttendanceParts;
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  readonly #lineHeard: Disposable;
  #link: LinkState = 'down';
  #fault: Fault;
  #failures = 0;
  #next: Disposable | undefined;
  #asking: Promise<void> | undefined;
  #closed = false;

  private constructor(parts: AttendanceParts) {
    this.#parts = parts;
    this.#fault = this.#notYet('nobody who was asked', 'somebody who answers');
    this.#lineHeard = parts.exchange.onLink((link, why) => {
      if (link === 'up') void this.#ask();
      else this.lose(parts.exchange.fault ?? this.#notYet(why, 'a line that is whole'));
    });
  }

  /** Asks once before it resolves; without an answer the link is down, and it goes on asking. */
  static async open(parts: AttendanceParts): Promise<Attendance> {
    const attendance = new Attendance(parts);
    if (parts.exchange.link === 'up') await attendance.#ask();
    else attendance.#fault = parts.exchange.fault ?? attendance.#fault;
    return attendance;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** Why nobody answers; meaningless while the link is up. */
  get fault(): Fault {
    return this.#fault;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  /**
   * Asks, where somebody answers at all; a question without an answer loses the link.
   * @throws Fault
   */
  async ask<Answer>(question: Question<Answer>, turn: Turn): Promise<Answer> {
    if (this.#link === 'down') throw this.#fault;
    try {
      return await this.#parts.exchange.ask(question, turn);
    } catch (thrown) {
      if (thrown instanceof NoAnswer || this.#parts.exchange.link === 'down') this.lose(thrown);
      throw thrown;
    }
  }

  /** For whoever finds that the far end is not what it was; it is asked anew. */
  lose(thrown: unknown): void {
    if (this.#closed) return;
    this.#fault = thrown instanceof Fault ? thrown : this.#notYet(messageOf(thrown), 'an answer');
    if (this.#asking === undefined) this.#askLater();
    if (this.#link === 'down') return;
    this.#link = 'down';
    this.#links.tell('down', this.#fault.message);
  }

  close(): void {
    this.#closed = true;
    this.#link = 'down';
    this.#fault = this.#notYet('a line that was closed', 'an open line');
    this.#next?.[Symbol.dispose]();
    this.#lineHeard[Symbol.dispose]();
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
      if (this.#closed) return;
      if (this.#link === 'down') this.#askLater();
      else this.#arm(this.#parts.everyMs);
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    this.#next?.[Symbol.dispose]();
    try {
      await this.#parts.probe();
    } catch (thrown) {
      this.#failures++;
      this.lose(thrown);
      return;
    }
    this.#failures = 0;
    if (this.#closed || this.#link === 'up' || this.#parts.exchange.link === 'down') return;
    this.#link = 'up';
    this.#links.tell('up', `${this.#parts.name} answers on ${this.#parts.exchange.path}`);
  }

  /** Where the line itself is down, its coming back is what asks again. Whoever gave a wrong answer is there. */
  #askLater(): void {
    this.#next?.[Symbol.dispose]();
    if (this.#parts.exchange.link === 'down') return;
    const wrong = !(this.#fault instanceof NoAnswer) && this.#failures <= 1;
    const wait = ASK_AGAIN_MS[Math.min(Math.max(this.#failures - 1, 0), ASK_AGAIN_MS.length - 1)] ?? 0;
    this.#arm(millis(wrong ? 0 : wait));
  }

  #arm(wait: Millis): void {
    const { clock } = this.#parts;
    this.#next = clock.at(after(clock.monotonic(), wait), () => void this.#ask());
  }

  #notYet(found: string, expected: string): Fault {
    return new Fault(this.#parts.faults, { thing: this.#parts.name, found, expected });
  }
}
