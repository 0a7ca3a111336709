import { millis, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Deadline } from './deadline.ts';

/** By then the wall clock is looked at again: it may have been set, and then a change comes at another moment. */
const LOOK_AGAIN_MS_MAX = 60_000;

/** Acts at every change of schedules, by the wall clock. */
export class Timetable implements Disposable {
  readonly #clock: Clock;
  readonly #next: (at: WallTime) => WallTime | undefined;
  readonly #act: () => void;
  readonly #deadline: Deadline;

  /** @param next when something changes, if ever @param act may be called when nothing has */
  constructor(clock: Clock, next: (at: WallTime) => WallTime | undefined, act: () => void) {
    this.#clock = clock;
    this.#deadline = new Deadline(clock);
    this.#next = next;
    this.#act = act;
  }

  /** To be called once, and again whenever the next change may come at another moment. */
  arm(): void {
    this.#deadline[Symbol.dispose]();
    const wall = this.#clock.wall();
    const next = this.#next(wall);
    if (next === undefined) return;
    const wait = millis(Math.min(Math.max(next - wall, 1), LOOK_AGAIN_MS_MAX));
    this.#deadline.in(wait, () => {
      this.#act();
      this.arm();
    });
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}
