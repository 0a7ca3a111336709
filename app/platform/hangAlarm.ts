import { NativeLibrary, type LibC } from './nativeLibrary.ts';

/**
 * The kernel's alarm clock: unless it is wound again within the span, SIGALRM ends this process, whatever its event loop
 * is doing. It works without anybody who watches, so a hung process never outlives the one that would have killed it.
 */
export class HangAlarm implements Disposable {
  readonly #alarm;

  constructor(libc: LibC = new NativeLibrary()) {
    this.#alarm = libc.int('int alarm(unsigned int seconds)');
  }

  /** @param seconds whole seconds, at least 1. */
  wind(seconds: number): void {
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new RangeError(`an alarm needs whole seconds, found ${seconds}`);
    this.#alarm(seconds);
  }

  /** Calls the alarm off. */
  [Symbol.dispose](): void {
    this.#alarm(0);
  }
}
