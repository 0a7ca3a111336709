const FIRST_MS = 250;
export const RESTART_DELAY_MS_MAX = 2_000;
/** What ran for this long is not counted as failing again and again. */
export const STEADY_MS = 60_000;

/**
 * The same law as the supervisor's outside of Electron, where main must not reach: at once, then 250 ms, doubling.
 * @param failures in a row, from 1.
 */
export const restartDelayMs = (failures: number): number =>
  failures <= 1 ? 0 : Math.min(RESTART_DELAY_MS_MAX, FIRST_MS * 2 ** (failures - 2));

/** Elapsed time and deadlines, in milliseconds. */
export interface HostClock {
  now(): number;
  /** Calls `act` once after `ms`; the result calls it off. */
  later(ms: number, act: () => void): () => void;
}

/** Counts failures in a row and says how long to wait after each. */
export class Backoff {
  readonly #clock: HostClock;
  #failures = 0;
  #since: number;

  constructor(clock: HostClock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  began(): void {
    this.#since = this.#clock.now();
  }

  /** How long to wait after a failure that happened now. */
  failed(): number {
    if (this.#clock.now() - this.#since >= STEADY_MS) this.#failures = 0;
    return restartDelayMs(++this.#failures);
  }
}
