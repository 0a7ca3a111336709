import { monotonic, wallTime, type Monotonic, type WallTime } from './units.ts';

/** Both clocks at one moment. */
export interface Clocks {
  readonly now: Monotonic;
  readonly wall: WallTime;
}

/** A moment as it is kept across a restart, which the monotonic clock does not outlive. */
export const keptMoment = (moment: Monotonic, { now, wall }: Clocks): WallTime => wallTime(wall - (now - moment));

/**
 * A kept moment as the clock of this run has it. One that lies ahead, since the wall clock was put back, or is no moment
 * at all, is taken to be now: what it forbids is forbidden for one full span at most.
 */
export const recalledMoment = (kept: WallTime, { now, wall }: Clocks): Monotonic => {
  const ago = wall - kept;
  return monotonic(ago >= 0 ? now - ago : now);
};
