import { after, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';

/** Tags that may be in a field at once; more, and the oldest is forgotten. */
export const TAGS_PRESENT_MAX = 16;

/** Which tags are in the field of a reader that tells of them again and again. */
export class Presence {
  readonly #clock: Clock;
  readonly #goneAfterMs: Millis;
  readonly #present = new Map<string, Disposable>();

  /** A tag is gone when nothing was heard of it for `goneAfterMs`. */
  constructor(clock: Clock, goneAfterMs: Millis) {
    this.#clock = clock;
    this.#goneAfterMs = goneAfterMs;
  }

  /** To be called whenever a tag is heard of. Was it not there before? */
  isNew(tag: string): boolean {
    const before = this.#present.get(tag);
    before?.[Symbol.dispose]();
    this.#present.delete(tag);
    if (this.#present.size >= TAGS_PRESENT_MAX) this.#forget(this.#present.keys().next().value);
    const gone = this.#clock.at(after(this.#clock.monotonic(), this.#goneAfterMs), () => this.#present.delete(tag));
    this.#present.set(tag, gone);
    return before === undefined;
  }

  /** Nobody is known to be there: whoever is heard of next is new. */
  clear(): void {
    for (const tag of this.#present.keys()) this.#forget(tag);
  }

  #forget(tag: string | undefined): void {
    if (tag === undefined) return;
    this.#present.get(tag)?.[Symbol.dispose]();
    this.#present.delete(tag);
  }
}
