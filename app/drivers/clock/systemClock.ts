import type { Clock } from '#core/ports/clock.ts';
import { monotonic, wallTime, type Monotonic, type WallTime } from '#core/kernel/units.ts';

/** A longer delay overflows setTimeout's 32 bits and would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The machine's own clocks. An action that is waited for keeps no process alive. */
export class SystemClock implements Clock {
  monotonic(): Monotonic {
    return monotonic(performance.now());
  }

  wall(): WallTime {
    return wallTime(Date.now());
  }

  at(deadline: Monotonic, act: () => void): Disposable {
    return new SystemTimer(deadline, act);
  }
}

class SystemTimer implements Disposable {
  readonly #deadline: number;
  readonly #act: () => void;
  #timer: NodeJS.Timeout;

  constructor(deadline: number, act: () => void) {
    this.#deadline = deadline;
    this.#act = act;
    this.#timer = this.#start();
  }

  #start(): NodeJS.Timeout {
    const left = Math.ceil(this.#deadline - performance.now());
    return setTimeout(() => this.#fire(), Math.min(Math.max(left, 0), TIMER_MS_MAX)).unref();
  }

  #fire(): void {
    // setTimeout counts whole milliseconds and may fire a fraction early; a long wait comes in several pieces.
    if (performance.now() < this.#deadline) this.#timer = this.#start();
    else this.#act();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
