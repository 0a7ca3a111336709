import type { MonotonicCounter } from '#core/ports/monotonicCounter.ts';

/** A counter in memory. */
export class FakeCounter implements MonotonicCounter {
  readonly name = 'a counter of a test';
  #count: number | undefined;

  read(): number | undefined {
    return this.#count;
  }

  increment(): number {
    this.#count = (this.#count ?? 0) + 1;
    return this.#count;
  }
}
