import type { Monotonic, WallTime } from '../kernel/units.ts';

export interface Clock {
  monotonic(): Monotonic;
  wall(): WallTime;
  /** Calls `act` once, at `deadline` or right after it; disposing of the result before then calls it off. */
  at(deadline: Monotonic, act: () => void): Disposable;
}
