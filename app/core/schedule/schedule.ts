import type { ScheduleId } from '../kernel/ids.ts';

/** As ISO 8601 counts them: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Whole minutes after midnight, as a clock on the wall there shows them: 0 to 1440. */
export type MinuteOfDay = number & { readonly unit: 'minutes after midnight' };
export const MINUTES_OF_DAY = 1_440;
export const minuteOfDay = (value: number): MinuteOfDay => value as MinuteOfDay;

/** What a special day is, say `holiday`: schedules say by this what they do on it. */
export type SpecialDayKind = string & { readonly id: 'special day kind' };

/**
 * Open from the first minute up to the last, `until` not included. Where `until` is the smaller one it lies on the day
 * after: such a night belongs to the day on which it begins, whatever day it ends on.
 */
export interface DayInterval {
  readonly from: MinuteOfDay;
  readonly until: MinuteOfDay;
}

export interface WeeklyInterval extends DayInterval {
  readonly days: readonly Weekday[];
}

/** A date in the calendar of the place, once or in every year. */
export interface SpecialDay {
  readonly year: number | 'every-year';
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly kind: SpecialDayKind;
}

/** When something is open: by the wall clock of its time zone, also on the days on which those clocks are changed. */
export interface Schedule {
  readonly id: ScheduleId;
  /** A name of the IANA list, say `Asia/Shanghai`. */
  readonly timeZone: string;
  readonly weekly: readonly WeeklyInterval[];
  /** In place of the weekly intervals. On a special day of a kind that is not named here nothing is open. */
  readonly special: ReadonlyMap<SpecialDayKind, readonly DayInterval[]>;
}
