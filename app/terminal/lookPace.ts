import { after, elapsed, millis, type Millis, type Monotonic } from '#core/kernel/units.ts';

/** How long after a face was last seen every frame is looked at; an empty scene is looked at less often. */
const LIVELY_MS = 3_000;

/** Which frames are looked at: of an empty scene only so many, of a lively one every one. */
export class LookPace {
  readonly #pauseMs: Millis;
  #lastFaceAt: Monotonic | undefined;
  #lastLookAt: Monotonic | undefined;

  constructor(idleFramesPerSecond: number) {
    this.#pauseMs = millis(1_000 / idleFramesPerSecond);
  }

  sawFace(at: Monotonic): void {
    this.#lastFaceAt = at;
  }

  /** `touched`: somebody asked to be looked at. */
  isLively(at: Monotonic, touched: boolean): boolean {
    return touched || (this.#lastFaceAt !== undefined && at < after(this.#lastFaceAt, millis(LIVELY_MS)));
  }

  /** Once for each frame: one that is due counts as looked at. */
  isDue(at: Monotonic, touched: boolean): boolean {
    if (!this.isLively(at, touched) && this.#lastLookAt !== undefined && elapsed(this.#lastLookAt, at) < this.#pauseMs)
      return false;
    this.#lastLookAt = at;
    return true;
  }
}
