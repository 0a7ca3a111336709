import type { Clock } from '#core/ports/clock.ts';
import { monotonic, wallTime, type Monotonic, type WallTime } from '#core/kernel/units.ts';

interface Waiting {
  readonly deadline: number;
  readonly order: number;
  readonly act: () => void;
}

/** Actions that one `advance` may run; a machine that keeps setting deadlines in the past ends here, not in a hang. */
const ACTIONS_PER_ADVANCE_MAX = 1_000_000;

/** A clock that stands still until it is moved by hand. */
export class FakeClock implements Clock {
  #now: number;
  #wallAhead: number;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(start: { readonly monotonic?: number; readonly wall?: number } = {}) {
    this.#now = start.monotonic ?? 1_000;
    this.#wallAhead = (start.wall ?? Date.UTC(2026, 0, 5, 9, 0, 0)) - this.#now;
  }

  monotonic(): Monotonic {
    return monotonic(this.#now);
  }

  wall(): WallTime {
    return wallTime(this.#now + this.#wallAhead);
  }

  at(deadline: Monotonic, act: () => void): Disposable {
    const waiting: Waiting = { deadline, order: this.#order++, act };
    this.#waiting.add(waiting);
    return { [Symbol.dispose]: () => void this.#waiting.delete(waiting) };
  }

  /**
   * Moves time on by `ms` and runs what becomes due on the way, each at its own moment, in order of deadline and then
   * of asking; what they ask for within the span runs as well. `advance(0)` runs what is due already.
   */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let run = 0; run < ACTIONS_PER_ADVANCE_MAX; run++) {
      const next = this.#earliest();
      if (next === undefined || next.deadline > end) {
        this.#now = end;
        return;
      }
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.deadline);
      next.act();
    }
    const found = `${ACTIONS_PER_ADVANCE_MAX} actions fell due within ${ms} ms`;
    throw new Error(`${found}: something sets deadlines in the past for ever`);
  }

  /** Moves time to the next deadline, however far, and runs what is due then. */
  advanceToNext(): void {
    const next = this.#earliest();
    if (next === undefined) throw new Error('nothing waits for any time to come');
    this.advance(Math.max(next.deadline - this.#now, 0));
  }

  /** As when somebody sets the wall clock: spans and deadlines do not notice. */
  setWall(wall: number): void {
    this.#wallAhead = wall - this.#now;
  }

  /** Milliseconds until the next action falls due; undefined where none waits. */
  get untilNext(): number | undefined {
    const next = this.#earliest();
    return next === undefined ? undefined : Math.max(next.deadline - this.#now, 0);
  }

  /** Actions still to come: a part that was closed leaves none behind. */
  get waiting(): number {
    return this.#waiting.size;
  }

  #earliest(): Waiting | undefined {
    let earliest: Waiting | undefined;
    for (const one of this.#waiting) {
      if (earliest === undefined || one.deadline < earliest.deadline) earliest = one;
    }
    return earliest;
  }
}
