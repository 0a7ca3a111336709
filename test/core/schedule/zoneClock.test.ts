import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
import { DAYS_REMEMBERED_MAX, isTimeZone, ZoneClock, ZoneClocks } from '#core/schedule/zoneClock.ts';
import { moments, utc, ZONES } from './schedules.ts';

const HOUR = 3_600_000;

describe('the clock of a time zone', () => {
  it('knows to the millisecond when clocks are changed', () => {
    const berlin = new ZoneClock('Europe/Berlin');
    const change = utc('2026-03-29T01:00');
    expect(berlin.spanAt(wallTime(change - 1))).toMatchObject({ offsetMs: HOUR, until: change });
    expect(berlin.spanAt(change)).toMatchObject({ offsetMs: 2 * HOUR, from: change });
  });

  it('knows offsets of quarters of an hour, and a day that was left out', () => {
    expect(new ZoneClock('Asia/Kathmandu').spanAt(utc('2026-01-01T00:00')).offsetMs).toBe(5.75 * HOUR);
    const apia = new ZoneClock('Pacific/Apia');
    expect(apia.spanAt(utc('2011-12-30T09:00')).offsetMs).toBe(-10 * HOUR);
    expect(apia.spanAt(utc('2011-12-30T11:00')).offsetMs).toBe(14 * HOUR);
  });

  it('says for every moment what the runtime says, and of a span nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), moments, fc.nat(), (zone, at, share) => {
        const { from, until, offsetMs } = new ZoneClock(zone).spanAt(at);
        expect(at).toBeGreaterThanOrEqual(from);
        expect(at).toBeLessThan(until);
        const within = wallTime(from + (share % (until - from)));
        for (const moment of [at, within]) {
          const shown = new Date(moment).toLocaleString('sv-SE', { timeZone: zone });
          expect(new Date(Math.floor((moment + offsetMs) / 1_000) * 1_000).toISOString().slice(0, 19)).toBe(
            shown.replace(' ', 'T'),
          );
        }
      }),
    );
  });

  it('says the same after it has forgotten', () => {
    const berlin = new ZoneClock('Europe/Berlin');
    const first = berlin.spanAt(utc('2026-03-29T01:00'));
    for (let day = 0; day <= DAYS_REMEMBERED_MAX; day++) berlin.spanAt(wallTime(day * 24 * HOUR));
    expect(berlin.spanAt(utc('2026-03-29T01:00'))).toEqual(first);
  });

  it('is one for all schedules of its zone', () => {
    const clocks = new ZoneClocks();
    expect(clocks.of('UTC')).toBe(clocks.of('UTC'));
    expect(clocks.of('UTC').name).toBe('UTC');
  });

  it.each(['Mars/Olympus', '', 'Europe/berlin/x'])('is not made for a zone that nobody knows: "%s"', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(() => new ZoneClock(name)).toThrow(RangeError);
    expect(isTimeZone('Asia/Shanghai')).toBe(true);
  });
});
