import { Fault } from '#core/kernel/fault.ts';
import { after, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Light } from '#core/ports/light.ts';

/** A light that can be looked at, and broken. */
export class FakeLight implements Light {
  readonly name = 'light';
  isBroken = false;
  readonly #clock: Clock;
  #isLit: boolean;
  #end: Disposable | undefined;

  constructor(clock: Clock, isLit = false) {
    this.#clock = clock;
    this.#isLit = isLit;
  }

  get isLit(): boolean {
    return this.#isLit;
  }

  async shine(forMs: Millis): Promise<void> {
    this.#set(true);
    this.#end = this.#clock.at(after(this.#clock.monotonic(), forMs), () => void (this.#isLit = false));
  }

  async darken(): Promise<void> {
    this.#set(false);
  }

  #set(lit: boolean): void {
    if (this.isBroken) throw new Fault('light', { thing: this.name, found: 'no light', expected: 'one that works' });
    this.#end?.[Symbol.dispose]();
    this.#isLit = lit;
  }
}
