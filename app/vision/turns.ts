import { Fault } from '#core/kernel/fault.ts';

/** Calls that may wait for an engine. Each holds a leased frame, of which a camera has few. */
export const CALLS_WAITING_MAX = 16;

/** One thing after the other, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws Fault `model` where too many calls wait already */
  async take<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#waiting >= CALLS_WAITING_MAX) {
      const found = `${this.#waiting} calls waiting`;
      throw new Fault('model', { thing: 'face engine', found, expected: `at most ${CALLS_WAITING_MAX}` });
    }
    return this.last(work);
  }

  /** As `take`, beyond the limit: for the one that ends it all. */
  async last<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#waiting++;
    const before = this.#last;
    const mine = before.then(work, work).finally(() => this.#waiting--);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
