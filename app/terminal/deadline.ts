import { after, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';

/** What it comes to, or `late` after the span; it goes on by itself then. */
export async function within<Outcome>(
  clock: Clock,
  span: Millis,
  act: () => Promise<Outcome>,
): Promise<Outcome | 'late'> {
  const late = Promise.withResolvers<'late'>();
  using _deadline = clock.at(after(clock.monotonic(), span), () => late.resolve('late'));
  return await Promise.race([act(), late.promise]);
}

/** The one moment that somebody waits for: another takes its place, and disposing calls it off. */
export class Deadline implements Disposable {
  readonly #clock: Clock;
  #waiting: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param moment undefined where nothing is due */
  at(moment: Monotonic | undefined, act: () => void): void {
    this[Symbol.dispose]();
    this.#waiting = moment === undefined ? undefined : this.#clock.at(moment, act);
  }

  in(span: Millis, act: () => void): void {
    this.at(after(this.#clock.monotonic(), span), act);
  }

  [Symbol.dispose](): void {
    this.#waiting?.[Symbol.dispose]();
  }
}
