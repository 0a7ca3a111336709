import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { ALWAYS_OPEN, CHANGE_AHEAD_MS_MAX } from '#core/schedule/openingTimes.ts';
import type { DayInterval, Schedule, SpecialDay } from '#core/schedule/schedule.ts';
import {
  compiled,
  HALF_DAY,
  HOLIDAY,
  interval,
  moments,
  scheduleOf,
  schedules,
  specialDays,
  utc,
  weekly,
  WORKDAYS,
} from './schedules.ts';

const MINUTE = 60_000;
const OFFICE = scheduleOf({ weekly: [weekly(WORKDAYS, '8:00', '18:00')] });
const at = (schedule: Schedule, moment: WallTime, days: readonly SpecialDay[] = []): boolean =>
  compiled(schedule, days).isOpen(moment);
const change = (schedule: Schedule, moment: WallTime, days: readonly SpecialDay[] = []): string | undefined => {
  const next = compiled(schedule, days).nextChange(moment);
  return next === undefined ? undefined : new Date(next).toISOString().slice(0, 16);
};

describe('a schedule', () => {
  it('is open from its first minute up to its last, by the wall clock of its place', () => {
    // Wednesday, 14 January 2026: Berlin is an hour ahead of UTC.
    expect(at(OFFICE, wallTime(utc('2026-01-14T07:00') - 1))).toBe(false);
    expect(at(OFFICE, utc('2026-01-14T07:00'))).toBe(true);
    expect(at(OFFICE, wallTime(utc('2026-01-14T17:00') - 1))).toBe(true);
    expect(at(OFFICE, utc('2026-01-14T17:00'))).toBe(false);
    expect(at(OFFICE, utc('2026-01-17T12:00')), 'on a Saturday').toBe(false);
  });

  it('begins an hour earlier by UTC once the clocks there are put on', () => {
    expect(change(OFFICE, utc('2026-03-27T20:00'))).toBe('2026-03-30T06:00');
    expect(change(OFFICE, utc('2026-10-24T20:00'))).toBe('2026-10-26T07:00');
  });

  it('opens with the change where the clocks skip the minute at which it begins', () => {
    const night = scheduleOf({ weekly: [weekly([7], '2:30', '4:00')] });
    // At 2:00 the clocks are put on to 3:00.
    expect(change(night, utc('2026-03-29T00:00'))).toBe('2026-03-29T01:00');
    expect(change(night, utc('2026-03-29T01:00'))).toBe('2026-03-29T02:00');
  });

  it('goes by what the clocks show where they show an hour twice', () => {
    const night = scheduleOf({ weekly: [weekly([7], '2:30', '4:00')] });
    expect(change(night, utc('2026-10-25T00:00'))).toBe('2026-10-25T00:30');
    expect(change(night, utc('2026-10-25T00:30')), 'back to 2:00').toBe('2026-10-25T01:00');
    expect(change(night, utc('2026-10-25T01:00'))).toBe('2026-10-25T01:30');
    expect(change(night, utc('2026-10-25T01:30'))).toBe('2026-10-25T03:00');
  });

  it('runs through the night that begins on its day, also into a special day', () => {
    const guard = scheduleOf({ weekly: [weekly([5], '22:00', '6:00')] });
    const saturday: SpecialDay = { year: 2026, month: 1, day: 17, kind: HOLIDAY };
    for (const days of [[], [saturday]]) {
      expect(at(guard, utc('2026-01-16T21:00'), days)).toBe(true);
      expect(at(guard, utc('2026-01-17T04:59'), days)).toBe(true);
      expect(at(guard, utc('2026-01-17T05:00'), days)).toBe(false);
    }
    expect(at(guard, utc('2026-01-16T03:00')), 'the night before').toBe(false);
  });

  it('does on a special day what it says of its kind, and is closed on one that it does not name', () => {
    const schedule = scheduleOf({ ...OFFICE, special: new Map([[HALF_DAY, [interval('8:00', '12:00')]]]) });
    const days: SpecialDay[] = [
      { year: 2026, month: 12, day: 24, kind: HALF_DAY },
      { year: 'every-year', month: 12, day: 25, kind: HOLIDAY },
    ];
    expect(at(schedule, utc('2026-12-24T08:00'), days)).toBe(true);
    expect(at(schedule, utc('2026-12-24T12:00'), days)).toBe(false);
    expect(at(schedule, utc('2026-12-25T08:00'), days)).toBe(false);
    expect(at(schedule, utc('2028-12-25T08:00'), days), 'in every year').toBe(false);
    expect(at(schedule, utc('2027-12-24T08:00'), days), 'in that year alone').toBe(true);
  });

  it('takes a date of one year before the same date of every year', () => {
    const days: SpecialDay[] = [
      { year: 'every-year', month: 5, day: 1, kind: HOLIDAY },
      { year: 2026, month: 5, day: 1, kind: HALF_DAY },
    ];
    const schedule = scheduleOf({ special: new Map([[HALF_DAY, [interval('0:00', '24:00')]]]) });
    expect(at(schedule, utc('2026-05-01T12:00'), days)).toBe(true);
    expect(at(schedule, utc('2027-05-01T12:00'), days)).toBe(false);
  });

  it('has no next change where it is always open or never', () => {
    const always = scheduleOf({ weekly: [weekly([1, 2, 3, 4, 5, 6, 7], '0:00', '24:00')] });
    expect(change(always, utc('2026-01-01T00:00'))).toBeUndefined();
    expect(change(scheduleOf({}), utc('2026-01-01T00:00'))).toBeUndefined();
    expect(ALWAYS_OPEN.isOpen(utc('2026-01-01T00:00'))).toBe(true);
    expect(ALWAYS_OPEN.nextChange(utc('2026-01-01T00:00'))).toBeUndefined();
  });

  it.each([NaN, Infinity, -Infinity, -1, 1e300])('is closed at a moment that no clock shows: %s', (moment) => {
    const always = compiled(scheduleOf({ weekly: [weekly([1, 2, 3, 4, 5, 6, 7], '0:00', '24:00')] }));
    expect(always.isOpen(wallTime(moment))).toBe(false);
    expect(always.nextChange(wallTime(moment))).toBeUndefined();
  });
});

/** What a person with a calendar and a clock on the wall would say. */
class Onlooker {
  readonly #schedule: Schedule;
  readonly #days: readonly SpecialDay[];
  readonly #format: Intl.DateTimeFormat;

  constructor(schedule: Schedule, days: readonly SpecialDay[]) {
    this.#schedule = schedule;
    this.#days = days;
    const twoDigits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone: schedule.timeZone, year: 'numeric', ...twoDigits });
  }

  isOpen(moment: number): boolean {
    const [date = '', clock = ''] = this.#format.format(moment).split(' ');
    const [hours = 0, minutes = 0] = clock.split(':').map(Number);
    const minute = hours * 60 + minutes;
    const today = new Date(`${date}T00:00Z`);
    const yesterday = new Date(today.getTime() - 86_400_000);
    return (
      this.#intervalsOn(today).some(({ from, until }) => minute >= from && (until < from || minute < until)) ||
      this.#intervalsOn(yesterday).some(({ from, until }) => until < from && minute < until)
    );
  }

  #intervalsOn(date: Date): readonly DayInterval[] {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const falling = this.#days.filter((one) => one.month === month && one.day === day);
    const special = falling.find((one) => one.year === year) ?? falling.find((one) => one.year === 'every-year');
    if (special !== undefined) return this.#schedule.special.get(special.kind) ?? [];
    const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
    return this.#schedule.weekly.filter(({ days }) => days.some((one) => one === weekday));
  }
}

describe('any schedule in any time zone', () => {
  it('is open exactly where a person with a calendar and a clock on the wall says so, whatever it was asked before', () => {
    let open = 0;
    fc.assert(
      fc.property(
        schedules,
        specialDays,
        fc.array(moments, { minLength: 1, maxLength: 20 }),
        (schedule, days, asked) => {
          const subject = compiled(schedule, days);
          const onlooker = new Onlooker(schedule, days);
          for (const moment of asked) {
            expect(subject.isOpen(moment)).toBe(onlooker.isOpen(moment));
            if (onlooker.isOpen(moment)) open++;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(open, 'the property saw open schedules').toBeGreaterThan(100);
  });

  it('changes at its next change, and not once before', () => {
    let changes = 0;
    fc.assert(
      fc.property(schedules, specialDays, moments, (schedule, days, moment) => {
        const onlooker = new Onlooker(schedule, days);
        const was = onlooker.isOpen(moment);
        const next = compiled(schedule, days).nextChange(moment);
        if (next === undefined) {
          for (let day = 0; day < 400; day += 1.37) expect(onlooker.isOpen(moment + day * 86_400_000)).toBe(was);
          return;
        }
        changes++;
        expect(next).toBeGreaterThan(moment);
        expect(next - moment).toBeLessThanOrEqual(CHANGE_AHEAD_MS_MAX);
        expect(onlooker.isOpen(next)).toBe(!was);
        expect(onlooker.isOpen(next - 1)).toBe(was);
        const step = Math.max(MINUTE, (next - moment) / 200);
        for (let before = moment + 0; before < next; before = wallTime(before + step)) {
          expect(onlooker.isOpen(before)).toBe(was);
        }
      }),
      { numRuns: 300 },
    );
    expect(changes, 'the property saw changes').toBeGreaterThan(100);
  });
});
