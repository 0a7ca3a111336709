import { after, millis, type Monotonic } from '#core/kernel/units.ts';

export const WRONG_TOKENS_MAX = 5;
export const WRONG_TOKENS_WINDOW_MS = millis(30_000);

/**
 * Counts wrong tokens of everybody together, since all come from this machine. While too many count, no token is looked
 * at, the right one neither; screens that are signed in already do not notice.
 */
export class TokenTries {
  #wrong: readonly Monotonic[] = [];

  mayTry(at: Monotonic): boolean {
    this.#wrong = this.#wrong.filter((moment) => after(moment, WRONG_TOKENS_WINDOW_MS) > at);
    return this.#wrong.length < WRONG_TOKENS_MAX;
  }

  countWrong(at: Monotonic): void {
    this.#wrong = [...this.#wrong, at];
  }
}
