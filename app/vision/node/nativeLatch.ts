const OUTSIDE = 0;
const INSIDE = 1;
const SHUT = 2;

export const LATCH_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Runs what enters the model runtime. */
export type InRuntime = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/**
 * Keeps a thread from being ended while it is in the model runtime: one that loses its thread in the middle of a run throws
 * in C++ where nobody can catch it, and takes the whole process with it, doors included. The thread that runs models and the
 * one that may end it share the latch.
 */
export class NativeLatch {
  readonly #state: Int32Array<SharedArrayBuffer>;

  /** @param shared LATCH_BYTES, zero at first */
  constructor(shared: SharedArrayBuffer) {
    this.#state = new Int32Array(shared);
  }

  /** In the thread: one call at a time. Where the latch was shut, `leave` ends the thread in place of an answer. */
  within(leave: () => never): InRuntime {
    return async (call) => {
      if (!this.#move(OUTSIDE, INSIDE)) leave();
      try {
        return await call();
      } finally {
        if (!this.#move(INSIDE, OUTSIDE)) leave();
      }
    };
  }

  /** From outside, for good: true where the thread may be ended now; otherwise it leaves by itself once it is out. */
  shut(): boolean {
    return Atomics.exchange(this.#state, 0, SHUT) === OUTSIDE;
  }

  #move(from: number, to: number): boolean {
    return Atomics.compareExchange(this.#state, 0, from, to) === from;
  }
}
