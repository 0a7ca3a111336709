import { Fault } from '#core/kernel/fault.ts';
import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DriveOutcome, LinkState, RelayLevel } from '#core/ports/hardware.ts';
import { Attendance } from '../serial/attendance.ts';
import type { Exchange } from '../serial/exchange.ts';
import { opposite, type BoardPulses, type RelayLine } from './relayLine.ts';
import type { Asker, RelayTalk } from './relayTalk.ts';

/** How often a board that nobody drives is asked for its levels, so that a dead one is known before somebody knocks. */
export const LEVELS_EVERY_MS = millis(5_000);
/** Slack for a board's own timer against ours. */
const TIMER_SLACK_MS = 500;

export interface AnsweringLineParts {
  readonly name: string;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly talk: RelayTalk;
  /** Lets go of the line, or of this board's part in it. */
  readonly letGo: () => Promise<void>;
}

/** A level that the board confirmed; `from` that moment on it must stand so. */
interface Told {
  readonly level: RelayLevel;
  readonly from: Monotonic;
}

/**
 * A board that answers: a drive is confirmed or refused, and the link is up while it answers. A board whose relays no
 * longer stand as it said, say because its power failed for a moment, counts as lost and found again, so that whoever
 * drives it drives it anew.
 */
export class AnsweringLine implements RelayLine {
  readonly pulses?: BoardPulses;
  readonly #parts: AnsweringLineParts;
  readonly #told = new Map<number, Told>();
  readonly #drives: Asker;
  #attendance!: Attendance;
  #heard: Disposable | undefined;

  private constructor(parts: AnsweringLineParts) {
    this.#parts = parts;
    const { exchange, talk } = parts;
    this.#drives = {
      ask: (question) => this.#attendance.ask(question, 'first'),
      tell: (bytes) => exchange.tell(bytes, 'first'),
    };
    const { pulses } = talk;
    if (pulses !== undefined) {
      this.pulses = {
        stepMs: pulses.stepMs,
        maxMs: pulses.maxMs,
        send: (channel, level, steps) => this.#pulse(pulses, { channel, level, steps }),
      };
    }
  }

  /** Resolves when the board has answered once, or did not. */
  static async open(parts: AnsweringLineParts): Promise<AnsweringLine> {
    const line = new AnsweringLine(parts);
    const { name, exchange, clock } = parts;
    const probe = (): Promise<void> => line.#compare();
    line.#attendance = await Attendance.open({
      name,
      exchange,
      clock,
      faults: 'relay',
      probe,
      everyMs: LEVELS_EVERY_MS,
    });
    line.#heard = line.onLink((link) => link === 'down' && line.#told.clear());
    return line;
  }

  get link(): LinkState {
    return this.#attendance.link;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#attendance.onLink(listener);
  }

  async send(channel: number, level: RelayLevel): Promise<DriveOutcome> {
    if (this.link === 'down') throw this.#attendance.fault;
    this.#told.delete(channel);
    await this.#parts.talk.drive(this.#drives, channel, level);
    this.#told.set(channel, { level, from: this.#now() });
    return 'confirmed';
  }

  async close(): Promise<void> {
    this.#heard?.[Symbol.dispose]();
    this.#attendance.close();
    await this.#parts.letGo();
  }

  async #pulse(
    pulses: NonNullable<RelayTalk['pulses']>,
    pulse: { readonly channel: number; readonly level: RelayLevel; readonly steps: number },
  ): Promise<DriveOutcome | 'refused'> {
    if (this.link === 'down') throw this.#attendance.fault;
    this.#told.delete(pulse.channel);
    const outcome = await pulses.send(this.#drives, pulse);
    const lasts = millis(pulse.steps * pulses.stepMs + TIMER_SLACK_MS);
    if (outcome === 'confirmed') {
      this.#told.set(pulse.channel, { level: opposite(pulse.level), from: after(this.#now(), lasts) });
    }
    return outcome;
  }

  async #compare(): Promise<void> {
    const { name, exchange, talk } = this.#parts;
    const levels = await talk.levels({
      ask: (question) => exchange.ask(question),
      tell: (bytes) => exchange.tell(bytes),
    });
    if (levels === undefined) return;
    for (const [channel, { level, from }] of this.#told) {
      const found = levels[channel - 1];
      if (found === undefined || found === level || from > this.#now()) continue;
      this.#told.clear();
      const about = { thing: `${name} channel ${channel}`, found: `a relay that is ${found}`, expected: `it ${level}` };
      throw new Fault('relay', about);
    }
  }

  #now(): Monotonic {
    return this.#parts.clock.monotonic();
  }
}
