/** How much is measured: enough for figures to stand on, or as little as shows that the command works. */
export interface Effort {
  readonly rounds: number;
  readonly presentations: number;
  /** Made-up people in the data folder. */
  readonly people: number;
  /** Seconds over which an idle gate is watched, and a working one before its memory is read. */
  readonly idleSeconds: number;
  readonly workSeconds: number;
  /** Frames, and cycles of opening and closing, over which a camera must lose no memory. */
  readonly frames: number;
  readonly cycles: number;
}

export const FULL: Effort = {
  rounds: 5,
  presentations: 40,
  people: 10_000,
  idleSeconds: 10,
  workSeconds: 6,
  frames: 100_000,
  cycles: 1_000,
};
export const QUICK: Effort = {
  rounds: 1,
  presentations: 5,
  people: 500,
  idleSeconds: 2,
  workSeconds: 2,
  frames: 2_000,
  cycles: 20,
};
