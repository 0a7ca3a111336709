import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monotonic, wallTime } from '#core/kernel/units.ts';
import {
  CLOCK_AHEAD_MS_MAX,
  CLOCK_WAIT_MS,
  CLOCK_WAITED_OUT_MS_MAX,
  confirmedClock,
  judgeClock,
  timeToRecord,
  type ClockBasis,
  type ClockTrust,
} from '#core/privacy/clockTrust.ts';
import { days } from '#core/privacy/retention.ts';

const START = wallTime(1_770_000_000_000);
const at = (now: number, ahead = 0): ClockBasis => ({ wall: wallTime(START + now + ahead), now: monotonic(now) });
const KNOWN = confirmedClock(at(0));

describe('a wall clock', () => {
  it('is believed while it goes with the other one, also where it goes back', () => {
    for (const ahead of [0, CLOCK_AHEAD_MS_MAX, 0 - days(20_000)])
      expect(judgeClock(KNOWN, at(days(5), ahead))).toEqual(KNOWN);
  });

  it('that is a few days ahead is believed when it has stood so for a day', () => {
    const held = judgeClock(KNOWN, at(0, days(3)));
    expect(held).toMatchObject({ kind: 'held', aheadMs: days(3) });
    expect(judgeClock(held, at(CLOCK_WAIT_MS - 1, days(3)))).toEqual(held);
    expect(judgeClock(held, at(CLOCK_WAIT_MS, days(3)))).toEqual(confirmedClock(at(CLOCK_WAIT_MS, days(3))));
  });

  it('that is years ahead is not believed however long it stands', () => {
    const held = judgeClock(KNOWN, at(0, days(3_650)));
    expect(judgeClock(held, at(days(400), days(3_650)))).toEqual(held);
  });

  it('that jumps once more waits anew', () => {
    const held = judgeClock(KNOWN, at(0, days(3)));
    expect(judgeClock(held, at(CLOCK_WAIT_MS, days(6)))).toMatchObject({ kind: 'held', since: CLOCK_WAIT_MS });
  });

  it('that was put right is believed at once', () => {
    expect(judgeClock(judgeClock(KNOWN, at(0, days(3_650))), at(1_000))).toEqual(KNOWN);
  });

  it('without a number is not believed', () => {
    expect(judgeClock(KNOWN, { wall: wallTime(NaN), now: monotonic(0) }).kind).toBe('held');
  });

  it('never gets further than a day ahead of what was known, by steps however small, without a day of waiting', () => {
    const steps = fc.array(fc.tuple(fc.nat(CLOCK_WAIT_MS / 4), fc.integer({ min: 0 - days(40), max: days(40) })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (moves) => {
        let trust: ClockTrust = KNOWN;
        let [now, ahead] = [0, 0];
        for (const [passed, jump] of moves) {
          now += passed;
          ahead += jump;
          const before: ClockTrust = trust;
          trust = judgeClock(before, at(now, ahead));
          if (trust.kind === 'held') continue;
          const known = ahead + now - (before.basis.wall - START) - (now - before.basis.now);
          const waited = before.kind === 'held' && now - before.since >= CLOCK_WAIT_MS;
          expect(known <= CLOCK_AHEAD_MS_MAX || (waited && known <= CLOCK_WAITED_OUT_MS_MAX + CLOCK_AHEAD_MS_MAX)).toBe(
            true,
          );
        }
      }),
    );
  });
});

describe('what is written on what lasts', () => {
  it('is the time of a clock that may be right, and the known time where it cannot be', () => {
    for (const ahead of [0, days(3), -1_000]) expect(timeToRecord(KNOWN, at(50, ahead))).toBe(START + 50 + ahead);
    for (const ahead of [days(400), 0 - days(400)]) expect(timeToRecord(KNOWN, at(50, ahead))).toBe(START + 50);
  });
});
