import { wallTime, type Millis, type Monotonic, type WallTime } from '../kernel/units.ts';
import { days } from './retention.ts';

/** A wall clock that is ahead of what was known by no more than this is believed. */
export const CLOCK_AHEAD_MS_MAX = days(1);
/** Further ahead, up to this, it is believed after CLOCK_WAIT_MS: the gate was off for a while. Beyond only a person can tell. */
export const CLOCK_WAITED_OUT_MS_MAX = days(31);
export const CLOCK_WAIT_MS = days(1);

/** Both clocks at a moment at which the wall clock was believed. */
export interface ClockBasis {
  readonly wall: WallTime;
  readonly now: Monotonic;
}

/** What a wall clock is worth. What it says destroys keys, and a clock that jumped ahead must not destroy them all. */
export type ClockTrust =
  | { readonly kind: 'trusted'; readonly basis: ClockBasis }
  | {
      readonly kind: 'held';
      readonly basis: ClockBasis;
      readonly since: Monotonic;
      /** How far the wall clock was ahead then. */
      readonly aheadMs: Millis;
    };

/**
 * Holds both clocks against the last basis. The basis moves only where somebody confirmed the clock or it was waited out:
 * steps that are each small do not add up.
 */
export function judgeClock(trust: ClockTrust, { wall, now }: ClockBasis): ClockTrust {
  const { basis } = trust;
  const ahead = aheadOf(basis, { wall, now });
  // Written as "not within" so that a broken clock holds.
  if (ahead <= CLOCK_AHEAD_MS_MAX) return { kind: 'trusted', basis };
  const anew: ClockTrust = { kind: 'held', basis, since: now, aheadMs: ahead };
  if (trust.kind === 'trusted' || !(Math.abs(ahead - trust.aheadMs) <= CLOCK_AHEAD_MS_MAX)) return anew;
  const waitedOut = trust.aheadMs <= CLOCK_WAITED_OUT_MS_MAX && now - trust.since >= CLOCK_WAIT_MS;
  return waitedOut ? { kind: 'trusted', basis: { wall, now } } : trust;
}

/** Somebody looked at a clock and says that this one is right. */
export const confirmedClock = (basis: ClockBasis): ClockTrust => ({ kind: 'trusted', basis });

/**
 * The time to write on what lasts: the wall clock's, but not that of a clock which is far ahead, or behind what is known
 * already.
 */
export function timeToRecord({ basis }: ClockTrust, clock: ClockBasis): WallTime {
  const ahead = aheadOf(basis, clock);
  const plausible = ahead + CLOCK_AHEAD_MS_MAX >= 0 && ahead <= CLOCK_WAITED_OUT_MS_MAX;
  return plausible ? clock.wall : wallTime(clock.wall - ahead);
}

const aheadOf = (basis: ClockBasis, { wall, now }: ClockBasis): Millis =>
  (wall - basis.wall - (now - basis.now)) as Millis;
