import * as fc from 'fast-check';
import type { ScheduleId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { CompiledSchedule } from '#core/schedule/openingTimes.ts';
import {
  minuteOfDay,
  type DayInterval,
  type Schedule,
  type SpecialDay,
  type SpecialDayKind,
  type Weekday,
} from '#core/schedule/schedule.ts';
import { ZoneClocks } from '#core/schedule/zoneClock.ts';

export const HOLIDAY = 'holiday' as SpecialDayKind;
export const HALF_DAY = 'half-day' as SpecialDayKind;

/** `'8:30'` as minutes after midnight. */
export const time = (text: string): DayInterval['from'] => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return minuteOfDay(hours * 60 + minutes);
};
export const interval = (from: string, until: string): DayInterval => ({ from: time(from), until: time(until) });
export const weekly = (days: readonly Weekday[], from: string, until: string) => ({ days, ...interval(from, until) });
export const WORKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5];

export const scheduleOf = (differing: Partial<Schedule>): Schedule => ({
  id: 'office' as ScheduleId,
  timeZone: 'Europe/Berlin',
  weekly: [],
  special: new Map(),
  ...differing,
});

export const compiled = (schedule: Schedule, specialDays: readonly SpecialDay[] = []): CompiledSchedule =>
  new CompiledSchedule(schedule, specialDays, new ZoneClocks());

export const utc = (text: string): WallTime => wallTime(Date.parse(`${text}Z`));

/** Zones that change their clocks in several ways, by half an hour and by law, and some that never do. */
export const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Shanghai',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'UTC',
] as const;

const minutes = fc.oneof(fc.constantFrom(0, 30, 60, 90, 120, 150, 180, 1_380), fc.integer({ min: 0, max: 1_439 }));
export const intervals: fc.Arbitrary<DayInterval> = fc
  .tuple(minutes, fc.oneof(minutes, fc.constant(1_440)))
  .filter(([from, until]) => from !== until)
  .map(([from, until]) => ({ from: minuteOfDay(from), until: minuteOfDay(until) }));

const days = fc.uniqueArray(fc.constantFrom<Weekday>(1, 2, 3, 4, 5, 6, 7), { minLength: 1 });
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  id: fc.constant('any' as ScheduleId),
  timeZone: fc.constantFrom(...ZONES),
  weekly: fc.array(
    fc.tuple(days, intervals).map(([on, hours]) => ({ days: on, ...hours })),
    { maxLength: 4 },
  ),
  special: fc
    .dictionary(fc.constantFrom<string>(HOLIDAY, HALF_DAY), fc.array(intervals, { maxLength: 2 }), { maxKeys: 2 })
    .map((byKind) => new Map(Object.entries(byKind) as [SpecialDayKind, DayInterval[]][])),
});

export const specialDays: fc.Arbitrary<SpecialDay[]> = fc.uniqueArray(
  fc.record({
    year: fc.constantFrom(2026, 2027, 'every-year' as const),
    month: fc.constantFrom(3, 3, 10, 11, 12),
    day: fc.integer({ min: 1, max: 31 }),
    kind: fc.constantFrom(HOLIDAY, HALF_DAY),
  }),
  { maxLength: 12, selector: ({ year, month, day }) => `${year} ${month} ${day}` },
);

/** Around the nights on which clocks are changed, and anywhere else. */
const START = Date.UTC(2026, 0, 1);
export const moments: fc.Arbitrary<WallTime> = fc
  .oneof(
    fc.integer({ min: START, max: START + 700 * 86_400_000 }),
    fc
      .tuple(
        fc.constantFrom(
          '2026-03-29T01:00',
          '2026-10-25T01:00',
          '2026-03-08T07:00',
          '2026-11-01T06:00',
          '2026-04-04T15:00',
          '2026-10-03T15:30',
          '2026-02-15T02:00',
          '2026-03-22T02:00',
        ),
        fc.integer({ min: -120, max: 120 }),
      )
      .map(([night, minute]) => utc(night) + minute * 60_000),
  )
  .map(wallTime);
