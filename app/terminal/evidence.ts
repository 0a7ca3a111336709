import type { PadScore } from '#core/biometrics/pad.ts';
import type { Probe } from '#core/biometrics/probe.ts';
import { monotonic, type Monotonic } from '#core/kernel/units.ts';

/**
 * What one presentation has shown so far. Disposing of it overwrites every probe and ends it: what a frame that is still
 * in work brings later is overwritten as it comes.
 */
export class Evidence implements Disposable {
  readonly #since: Monotonic;
  readonly #scores: PadScore[] = [];
  readonly #probes: Probe[] = [];
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

  [Symbol.dispose](): void {
    this.#over = true;
    for (const probe of this.#probes.splice(0)) probe[Symbol.dispose]();
    this.#scores.length = 0;
  }
}
