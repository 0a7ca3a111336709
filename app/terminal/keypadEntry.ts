import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Deadline } from './deadline.ts';

/** Somebody who pauses for so long between two keys has gone. */
export const KEYPAD_PAUSE_MS_MAX = 10_000;
const DIGITS_MAX = 12;

/** What somebody types at a reader: digits, `#` for the end of a number, `*` to begin anew. */
export class KeypadEntry implements Disposable {
  readonly #pause: Deadline;
  readonly #onPin: (pin: string, personalNumber: string | undefined) => void;
  readonly #isPinAsked: () => boolean;
  #digits = '';
  #personalNumber: string | undefined;

  /** `isPinAsked`: something else has said already whose PIN it is. */
  constructor(parts: {
    readonly clock: Clock;
    readonly isPinAsked: () => boolean;
    readonly onPin: (pin: string, personalNumber: string | undefined) => void;
  }) {
    this.#pause = new Deadline(parts.clock);
    this.#isPinAsked = parts.isPinAsked;
    this.#onPin = parts.onPin;
  }

  keys(keys: string): void {
    for (const key of keys) {
      if (key === '*') this.#clear();
      else if (key === '#') this.#confirm();
      else if (/^\d$/.test(key) && this.#digits.length < DIGITS_MAX) this.#digits += key;
    }
    if (this.#digits === '' && this.#personalNumber === undefined) this.#pause[Symbol.dispose]();
    else this.#pause.in(millis(KEYPAD_PAUSE_MS_MAX), () => this.#clear());
  }

  [Symbol.dispose](): void {
    this.#pause[Symbol.dispose]();
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
