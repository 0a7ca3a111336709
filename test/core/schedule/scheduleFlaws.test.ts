import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minuteOfDay, type Schedule, type SpecialDay } from '#core/schedule/schedule.ts';
import { INTERVALS_MAX, scheduleFlaws, specialDayFlaws } from '#core/schedule/scheduleFlaws.ts';
import {
  compiled,
  HALF_DAY,
  HOLIDAY,
  interval,
  moments,
  scheduleOf,
  schedules,
  weekly,
  WORKDAYS,
} from './schedules.ts';

const KINDS = new Set([HOLIDAY, HALF_DAY]);
const flawsOf = (differing: Partial<Schedule>) => scheduleFlaws(scheduleOf(differing), KINDS);

describe('a schedule that contradicts itself', () => {
  it('is told from one that does not', () => {
    const sound = flawsOf({
      weekly: [weekly(WORKDAYS, '8:00', '12:00'), weekly(WORKDAYS, '12:00', '18:00'), weekly([7], '22:00', '6:00')],
      special: new Map([[HALF_DAY, [interval('8:00', '12:00')]]]),
    });
    expect(sound).toEqual([]);
  });

  it.each<[string, Partial<Schedule>, readonly (string | number)[], string]>([
    ['in a time zone that nobody knows', { timeZone: 'Mars/Olympus' }, ['timeZone'], 'no time zone Mars/Olympus'],
    ['on no day', { weekly: [weekly([], '8:00', '9:00')] }, ['weekly', 0, 'days'], 'an interval on no day'],
    ['twice on one day', { weekly: [weekly([1, 1], '8:00', '9:00')] }, ['weekly', 0, 'days'], 'the same weekday twice'],
    ['for no time', { weekly: [weekly([1], '8:00', '8:00')] }, ['weekly', 0], 'an interval that ends as it begins'],
    [
      'from midnight at the end',
      { weekly: [weekly([1], '24:00', '8:00')] },
      ['weekly', 0],
      'an interval that begins at 24:00: say 00:00 of the day after',
    ],
    ['after the day is over', { weekly: [weekly([1], '8:00', '24:01')] }, ['weekly', 0], 'a time that no clock shows'],
    [
      'at half a minute',
      { weekly: [{ days: [1], from: minuteOfDay(0.5), until: minuteOfDay(9) }] },
      ['weekly', 0],
      'a time that no clock shows',
    ],
    [
      'in two intervals at once',
      { weekly: [weekly([1, 2], '8:00', '12:00'), weekly([2], '11:59', '13:00')] },
      ['weekly', 1],
      'overlaps with weekly 0',
    ],
    [
      'in the night of Sunday and on Monday',
      { weekly: [weekly([1], '5:59', '7:00'), weekly([7], '22:00', '6:00')] },
      ['weekly', 0],
      'overlaps with weekly 1',
    ],
    [
      'on a kind of special day that there is none of',
      { special: new Map([['carnival' as typeof HOLIDAY, []]]) },
      ['special', 'carnival'],
      'no special day is of the kind carnival',
    ],
    [
      'in two intervals of a special day',
      { special: new Map([[HOLIDAY, [interval('8:00', '10:00'), interval('9:00', '11:00')]]]) },
      ['special', 'holiday', 1],
      'overlaps with special holiday 0',
    ],
  ])('is refused with the place and the reason: %s', (_, differing, at, says) => {
    expect(flawsOf(differing)).toContainEqual({ at, says });
  });

  it('is refused where it has more intervals than anybody writes', () => {
    const many = Array.from({ length: INTERVALS_MAX + 1 }, () => weekly([1], '8:00', '9:00'));
    expect(flawsOf({ weekly: many })).toEqual([{ at: ['weekly'], says: `more than ${INTERVALS_MAX} intervals` }]);
  });

  it('can be asked all the same: overlapping intervals are open together', () => {
    fc.assert(
      fc.property(schedules, moments, (schedule, moment) => {
        const alone = schedule.weekly.map((one) => compiled({ ...schedule, weekly: [one] }).isOpen(moment));
        expect(compiled(schedule).isOpen(moment)).toBe(alone.some(Boolean));
        expect(Array.isArray(scheduleFlaws(schedule, KINDS))).toBe(true);
      }),
    );
  });
});

describe('a list of special days', () => {
  const day = (year: SpecialDay['year'], month: number, of: number, kind = HOLIDAY): SpecialDay => ({
    year,
    month,
    day: of,
    kind,
  });

  it('may have 29 February in every year, and in those that have it', () => {
    expect(specialDayFlaws([day('every-year', 2, 29), day(2028, 2, 29), day(2028, 3, 1)])).toEqual([]);
  });

  it.each<[string, SpecialDay[], string]>([
    ['29 February of another', [day(2027, 2, 29)], 'there is no day 29 in month 2'],
    ['month 13', [day('every-year', 13, 1)], 'there is no day 1 in month 13'],
  ])('may not have %s', (_, days, says) => {
    expect(specialDayFlaws(days)).toEqual([{ at: [0], says }]);
  });

  it('may not say two things of one day', () => {
    expect(specialDayFlaws([day(2026, 5, 1), day(2026, 5, 1, HALF_DAY)])).toEqual([
      { at: [1], says: 'the same day as holiday and as half-day' },
    ]);
    expect(specialDayFlaws([day(2026, 5, 1), day(2026, 5, 1)])).toEqual([{ at: [1], says: 'the same day twice' }]);
  });
});
