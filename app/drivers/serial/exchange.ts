import { Fault, type FaultCode } from '#core/kernel/fault.ts';
import { after, millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Link, LinkState } from '#core/ports/hardware.ts';
import { joined } from './joined.ts';
import { SerialLine } from './serialLine.ts';

/** Questions that may wait for the line. Each is over within its own limit: more, and nobody is in charge. */
export const QUESTIONS_WAITING_MAX = 64;
/** What may come in answer to one question; an endless answer keeps its newest bytes. */
export const HEARD_BYTES_MAX = 1_024;
/** After a question without an answer the line is left alone this long, so that a late one meets no newer question. */
export const QUIET_MS = millis(50);

/** Something to which the far end answers. */
export interface Question<Answer> {
  /** Who is asked, and for what, as a fault names them. */
  readonly thing: string;
  readonly asks: string;
  /** The code of the fault where there is no answer; by default the line's. */
  readonly code?: FaultCode;
  readonly bytes: Uint8Array;
  /** From everything heard since the question: its answer once that is whole. Noise and other answers are passed over. */
  readonly hear: (heard: Uint8Array) => Answer | undefined;
  readonly withinMs: Millis;
  /** How often it is asked before there is no answer. */
  readonly tries: number;
}

/** `first`: before everything that waits in turn. A strike is driven first, inputs are polled in turn. */
export type Turn = 'first' | 'in-turn';

export interface ExchangeOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly clock: Clock;
  readonly faults: FaultCode;
  /** Silence that the far end needs between what it heard or said and the next question. */
  readonly gapMs?: Millis;
}

/** Nobody answered: the line is whole, the far end is not there or not well. */
export class NoAnswer extends Fault {}

type Found<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'unanswered'; readonly heard: number };

interface Waiting {
  readonly begin: () => Promise<void>;
  readonly giveUp: (fault: Fault) => void;
}

/** Questions and answers over a serial line, one at a time. What comes unasked is dropped. */
export class Exchange implements Link {
  readonly #clock: Clock;
  readonly #faults: FaultCode;
  readonly #gapMs: Millis;
  readonly #line: SerialLine;
  readonly #waiting: Record<Turn, Waiting[]> = { first: [], 'in-turn': [] };
  #asking = false;
  /** Questions that the port has not sent off yet; one may be answered before the port says so. */
  #leaving = 0;
  /** Not before this moment is anything sent. */
  #freeAt: Monotonic;
  #heard: ((bytes: Uint8Array) => void) | undefined;
  #giveUp: ((fault: Fault | undefined) => void) | undefined;

  private constructor({ clock, faults, gapMs }: ExchangeOptions, line: SerialLine) {
    this.#clock = clock;
    this.#faults = faults;
    this.#gapMs = gapMs ?? millis(0);
    this.#line = line;
    this.#freeAt = clock.monotonic();
  }

  /** Resolves when the port was opened, or could not be: the line is down then and goes on trying. */
  static async open(options: ExchangeOptions): Promise<Exchange> {
    const { path, baudRate, clock, faults } = options;
    const hearing: { exchange?: Exchange } = {};
    const onBytes = (bytes: Uint8Array): void => {
      if (hearing.exchange !== undefined) hearing.exchange.#take(bytes);
    };
    const exchange = new Exchange(options, await SerialLine.open({ path, baudRate, clock, faults, onBytes }));
    hearing.exchange = exchange;
    return exchange;
  }

  get path(): string {
    return this.#line.path;
  }

  get link(): LinkState {
    return this.#line.link;
  }

  /** Why the line is down. */
  get fault(): Fault | undefined {
    return this.#line.fault;
  }

  /** Is something being asked, or waiting for that, or still leaving? */
  get busy(): boolean {
    return this.#asking || this.#leaving > 0 || this.#waiting.first.length + this.#waiting['in-turn'].length > 0;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#line.onLink(listener);
  }

  /**
   * @throws NoAnswer where none came in time.
   * @throws Fault saying why the line is down, or that too much waits for it.
   */
  ask<Answer>(question: Question<Answer>, turn: Turn = 'in-turn'): Promise<Answer> {
    return this.#queue(turn, () => this.#put(question));
  }

  /** Sends what nobody answers. @throws Fault saying why the line is down. */
  tell(bytes: Uint8Array, turn: Turn = 'in-turn'): Promise<void> {
    return this.#queue(turn, async () => {
      await this.#free();
      await this.#line.write(bytes);
      this.#freeAt = after(this.#clock.monotonic(), this.#gapMs);
    });
  }

  async close(): Promise<void> {
    await this.#line.close();
    const fault = this.#fault('a line that was closed', 'an open line');
    this.#giveUp?.(fault);
    for (const waiting of Object.values(this.#waiting).flatMap((list) => list.splice(0))) waiting.giveUp(fault);
  }

  #queue<Outcome>(turn: Turn, run: () => Promise<Outcome>): Promise<Outcome> {
    const list = this.#waiting[turn];
    if (this.link === 'down') return Promise.reject(this.fault);
    if (list.length >= QUESTIONS_WAITING_MAX) {
      return Promise.reject(this.#fault(`${list.length} questions waiting`, `at most ${QUESTIONS_WAITING_MAX}`));
    }
    return new Promise((resolve, reject) => {
      const begin = (): Promise<void> => run().then(resolve, reject);
      list.push({ begin, giveUp: reject });
      this.#beginNext();
    });
  }

  #beginNext(): void {
    const next = this.#asking ? undefined : (this.#waiting.first.shift() ?? this.#waiting['in-turn'].shift());
    if (next === undefined) return;
    this.#asking = true;
    void next.begin().finally(() => {
      this.#asking = false;
      this.#beginNext();
    });
  }

  async #put<Answer>(question: Question<Answer>): Promise<Answer> {
    let heard = 0;
    for (let tried = 0; tried < question.tries; tried++) {
      await this.#free();
      const found = await this.#putOnce(question);
      if (found.kind === 'answered') return found.answer;
      heard += found.heard;
    }
    const { thing, asks, withinMs, tries } = question;
    const what = heard === 0 ? 'no answer' : `${heard} bytes that are no answer`;
    const found = `${what} to ${asks} within ${withinMs} ms${tries > 1 ? `, asked ${tries} times` : ''}`;
    throw new NoAnswer(question.code ?? this.#faults, {
      thing: `${thing} on ${this.path}`,
      found,
      expected: 'an answer',
    });
  }

  /** Listens before it asks: an answer may be here before the port says that the question has left. */
  async #putOnce<Answer>(question: Question<Answer>): Promise<Found<Answer>> {
    const clock = this.#clock;
    let heard: Uint8Array = new Uint8Array(0);
    let timer: Disposable | undefined;
    let over = false;
    using _lost = this.#line.onLink((link) => link === 'down' && this.#giveUp?.(this.fault));
    try {
      return await new Promise<Found<Answer>>((resolve, reject) => {
        this.#giveUp = reject;
        this.#heard = (bytes) => {
          heard = newestOf(heard, bytes);
          this.#freeAt = after(clock.monotonic(), this.#gapMs);
          const answer = question.hear(heard);
          if (answer !== undefined) resolve({ kind: 'answered', answer });
        };
        this.#leaving++;
        const leaving = this.#line.write(question.bytes).finally(() => this.#leaving--);
        leaving.then(() => {
          if (over) return;
          timer = clock.at(after(clock.monotonic(), question.withinMs), () => {
            this.#freeAt = after(clock.monotonic(), millis(Math.max(QUIET_MS, this.#gapMs)));
            resolve({ kind: 'unanswered', heard: heard.length });
          });
        }, reject);
      });
    } finally {
      over = true;
      this.#heard = undefined;
      this.#giveUp = undefined;
      timer?.[Symbol.dispose]();
    }
  }

  /** Resolves when the line has been quiet for long enough. */
  async #free(): Promise<void> {
    while (this.#clock.monotonic() < this.#freeAt) {
      await new Promise<void>((resolve) => void this.#clock.at(this.#freeAt, resolve));
    }
  }

  #take(bytes: Uint8Array): void {
    this.#heard?.(bytes);
  }

  #fault(found: string, expected: string): Fault {
    return new Fault(this.#faults, { thing: this.path, found, expected });
  }
}

function newestOf(before: Uint8Array, more: Uint8Array): Uint8Array {
  const all = joined(before, more);
  return all.length > HEARD_BYTES_MAX ? all.slice(-HEARD_BYTES_MAX) : all;
}
