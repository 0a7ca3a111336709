import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';

/** Somebody who pauses for so long between two keys has gone. */
export const KEYPAD_PAUSE_MS_MAX = 10_000;
const DIGITS_MAX = 12;

/** What somebody types at a reader: digits, `#` for the end of a number, `*` to begin anew. */
export class KeypadEntry implements Disposable {
  readonly #clock: Clock;
  readonly #onPin: (pin: string, personalNumber: string | undefined) => void;
  readonly #isPinAsked: () => boolean;
  #digits = '';
  #personalNumber: string | undefined;
  #pause: Disposable | undefined;

  /** `isPinAsked`: something else has said already whose PIN it is. */
  constructor(parts: {
    readonly clock: Clock;
    readonly isPinAsked: () => boolean;
    readonly onPin: (pin: string, personalNumber: string | undefined) => void;
  }) {
    this.#clock = parts.clock;
    this.#isPinAsked = parts.isPinAsked;
    this.#onPin = parts.onPin;
  }

  keys(keys: string): void {
    for (const key of keys) {
      if (key === '*') this.#clear();
      else if (key === '#') this.#confirm();
      else if (/^\d$/.test(key) && this.#digits.length < DIGITS_MAX) this.#digits += key;
    }
    this.#pause?.[Symbol.dispose]();
    const until = after(this.#clock.monotonic(), millis(KEYPAD_PAUSE_MS_MAX));
    if (this.#digits !== '' || this.#personalNumber !== undefined)
      this.#pause = this.#clock.at(until, () => this.#clear());
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
    this.#clear();
  }

  #confirm(): void {
    const digits = this.#digits;
    this.#digits = '';
    if (digits === '') return;
    if (this.#personalNumber === undefined && !this.#isPinAsked()) {
      this.#personalNumber = digits;
      return;
    }
    const personalNumber = this.#personalNumber;
    this.#clear();
    this.#onPin(digits, personalNumber);
  }

  #clear(): void {
    this.#digits = '';
    this.#personalNumber = undefined;
  }
}
