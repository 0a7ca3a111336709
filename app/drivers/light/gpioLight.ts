import { Fault } from '#core/kernel/fault.ts';
import { after, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Light } from '#core/ports/light.ts';
import { NativeLibrary, type LibC } from '#platform/nativeLibrary.ts';
import { GpioCalls, GpioLine, nameOf, type GpioPlace } from './gpioLine.ts';

export interface GpioLightParts extends GpioPlace {
  readonly clock: Clock;
  /** Another one only where the chip is made up. */
  readonly libc?: LibC;
}

/**
 * A light on a line of a GPIO chip of this machine. The line is held from the first order on, also while it is dark, so
 * that nothing else decides its level; one that fails is given back, and asked for anew with the next order.
 *
 * No GPIO line times itself. While this program lives, the end comes from its clock; when it dies the kernel takes the
 * line back, and the chip keeps the level or goes to what the board pulls it to, until a program takes the line again.
 */
export class GpioLight implements Light {
  readonly name: string;
  readonly #parts: GpioLightParts;
  readonly #calls: GpioCalls;
  #line: GpioLine | undefined;
  #end: Disposable | undefined;

  constructor(parts: GpioLightParts) {
    this.name = nameOf(parts);
    this.#parts = parts;
    this.#calls = new GpioCalls(parts.libc ?? new NativeLibrary());
  }

  async shine(forMs: Millis): Promise<void> {
    this.#set(true);
    const { clock } = this.#parts;
    this.#end = clock.at(after(clock.monotonic(), forMs), () => this.#tryToDarken());
  }

  async darken(): Promise<void> {
    this.#set(false);
  }

  /** Dark, and the line given back. */
  close(): void {
    if (this.#line !== undefined) this.#tryToDarken();
    this.#giveBack();
  }

  #set(lit: boolean): void {
    this.#end?.[Symbol.dispose]();
    this.#end = undefined;
    try {
      this.#line ??= GpioLine.hold(this.#parts, this.#calls);
      this.#line.set(lit);
    } catch (thrown) {
      this.#giveBack();
      throw thrown;
    }
  }

  /** Nobody waits for this one: where the line fails, the next order finds out. */
  #tryToDarken(): void {
    try {
      this.#set(false);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
    }
  }

  #giveBack(): void {
    this.#line?.[Symbol.dispose]();
    this.#line = undefined;
  }
}
