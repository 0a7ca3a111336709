import { NO_PASS_SPENT, type SpentPasses } from '#core/access/pass.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { SpentPassStore } from '#core/ports/stores.ts';

/** Spent passes in memory. Handed to a second gate it is what survives a restart; its disk can be stuck or full. */
export class FakeSpentPasses implements SpentPassStore {
  #spent: SpentPasses | 'unknown' = NO_PASS_SPENT;
  #isFull = false;
  #stuck: PromiseWithResolvers<void> | undefined;

  read(): SpentPasses | 'unknown' {
    return this.#spent;
  }

  async write(spent: SpentPasses): Promise<void> {
    await this.#stuck?.promise;
    if (this.#isFull) {
      throw new Fault('storage', { thing: 'spent-passes', found: 'no room left', expected: 'room for one more write' });
    }
    this.#spent = spent;
  }

  /** What was written can no longer be read. */
  damage(): void {
    this.#spent = 'unknown';
  }

  /** Every write fails from now on. */
  fail(): void {
    this.#isFull = true;
  }

  /** Writes wait from now on; those that wait when the power goes never happen. */
  stick(): void {
    this.#stuck = Promise.withResolvers<void>();
  }

  unstick(): void {
    this.#stuck?.resolve();
    this.#stuck = undefined;
  }
}
