import type { PadScore } from '#core/biometrics/pad.ts';
import type { Probe } from '#core/biometrics/probe.ts';
import type { Shortlist } from '#core/biometrics/shortlist.ts';
import { monotonic, type Monotonic } from '#core/kernel/units.ts';

/**
 * What one presentation has shown so far. Disposing of it overwrites every probe and ends it: what a frame that is still
 * in work brings later is overwritten as it comes.
 */
export class Evidence implements Disposable {
  readonly #since: Monotonic;
  readonly #scores: PadScore[] = [];
  readonly #probes: Probe[] = [];
  #shortlist: { readonly people: Shortlist; readonly probes: number } | undefined;
  #over = false;

  /** `since`: when the presentation before it ended. Whatever was captured until then shows whoever stood there then. */
  constructor(since: Monotonic = monotonic(-Infinity)) {
    this.#since = since;
  }

  get scores(): readonly PadScore[] {
    return this.#scores;
  }

  get probes(): readonly Probe[] {
    return this.#probes;
  }

  /** Who is near to what was seen, where that has been looked up. */
  get shortlist(): Shortlist | undefined {
    return this.#shortlist?.people;
  }

  /** Has more been seen than the shortlist knows of? */
  get outgrewShortlist(): boolean {
    return this.#probes.length > (this.#shortlist?.probes ?? 0);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Is a frame that was captured `at` this moment one of this presentation? */
  covers(at: Monotonic): boolean {
    return !this.#over && at > this.#since;
  }

  addScore(score: PadScore): void {
    if (!this.#over) this.#scores.push(score);
  }

  /** Takes the probe over: the caller must not keep it. */
  addProbe(probe: Probe): void {
    if (this.#over) probe[Symbol.dispose]();
    else this.#probes.push(probe);
  }

  /** Takes the shortlist over, made of all probes so far. */
  keepShortlist(people: Shortlist): void {
    this.#shortlist?.people[Symbol.dispose]();
    this.#shortlist = { people, probes: this.#probes.length };
    if (this.#over) this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#shortlist?.people[Symbol.dispose]();
    this.#shortlist = undefined;
    for (const probe of this.#probes.splice(0)) probe[Symbol.dispose]();
    this.#scores.length = 0;
  }
}
