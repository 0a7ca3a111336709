import { messageOf } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { ChangeableKey, KeyRoom } from '#core/ports/keyRoom.ts';
import { days } from '#core/privacy/retention.ts';
import { Deadline } from './deadline.ts';

/** How often the age of the keys is looked at, and how long after a start first: the door has opened for many by then. */
export const KEY_LOOK_MS = days(1);
export const KEY_FIRST_LOOK_MS = millis(15 * 60_000);
/** After a change that failed. */
export const KEY_RETRY_MS = millis(60 * 60_000);

/**
 * What is changed by age. Not the people's keys, which would make every backup worthless, nor the root secret, which two
 * of three stores cannot change without somebody who is root: these are changed by command.
 */
const BY_AGE: ReadonlySet<ChangeableKey> = new Set<ChangeableKey>([
  'keyring.db',
  'biometrics.db',
  'identities.db',
  'journal.db',
  'signing',
  'epoch',
]);

export interface KeyCalendarParts {
  readonly keys: KeyRoom;
  readonly changeAfterMs: Millis;
  readonly clock: Clock;
  readonly health: Health;
}

/** Changes keys that have become too old, one after the other, while everything else goes on. */
export class KeyCalendar {
  readonly #parts: KeyCalendarParts;
  readonly #deadline: Deadline;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: KeyCalendarParts) {
    this.#parts = parts;
    this.#deadline = new Deadline(parts.clock);
  }

  start(): void {
    this.#lookAfter(KEY_FIRST_LOOK_MS);
  }

  /** Settles when the change that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deadline[Symbol.dispose]();
    await this.#looking;
  }

  #lookAfter(span: Millis): void {
    if (this.#stopped) return;
    this.#deadline.in(span, () => {
      this.#looking = this.#look();
    });
  }

  async #look(): Promise<void> {
    const { health } = this.#parts;
    try {
      await this.#changeOld();
      this.#lookAfter(KEY_LOOK_MS);
    } catch (error) {
      health.report({ part: 'key age', level: 'failed', says: `a key could not be changed: ${messageOf(error)}` });
      this.#lookAfter(KEY_RETRY_MS);
    }
  }

  async #changeOld(): Promise<void> {
    const { keys, changeAfterMs, clock, health } = this.#parts;
    const byAge = async () => (await keys.changes()).filter(({ key }) => BY_AGE.has(key));
    for (const { key, at } of await byAge())
      if (!this.#stopped && clock.wall() - at >= changeAfterMs) await keys.change(key);
    const oldest = Math.min(...(await byAge()).map(({ at }) => at));
    const says = `keys are changed after ${changeAfterMs / days(1)} days; the next on ${dateOf(oldest + changeAfterMs)}`;
    health.report({ part: 'key age', level: 'ok', says });
  }
}

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
