import {
  MINUTES_OF_DAY,
  type DayInterval,
  type Schedule,
  type SpecialDay,
  type SpecialDayKind,
  type Weekday,
} from './schedule.ts';
import { isTimeZone } from './zoneClock.ts';

/** What is wrong and where, as the path of members and places from the thing that was looked at. */
export interface Flaw {
  readonly at: readonly (string | number)[];
  readonly says: string;
}

/** Nobody writes more by hand; a schedule with more is looked up more slowly than a decision may take. */
export const INTERVALS_MAX = 100;

/** Why a schedule cannot be used, if anything; `kinds` are those that the special days of the place have. */
export function scheduleFlaws(schedule: Schedule, kinds: ReadonlySet<SpecialDayKind>): readonly Flaw[] {
  const flaws: Flaw[] = [];
  if (!isTimeZone(schedule.timeZone)) flaws.push({ at: ['timeZone'], says: `no time zone ${schedule.timeZone}` });
  if (schedule.weekly.length > INTERVALS_MAX) {
    flaws.push({ at: ['weekly'], says: `more than ${INTERVALS_MAX} intervals` });
    return flaws;
  }
  schedule.weekly.forEach((interval, index) => {
    if (interval.days.length === 0) flaws.push({ at: ['weekly', index, 'days'], says: 'an interval on no day' });
    if (new Set(interval.days).size < interval.days.length) {
      flaws.push({ at: ['weekly', index, 'days'], says: 'the same weekday twice' });
    }
    flaws.push(...intervalFlaws(interval, ['weekly', index]));
  });
  flaws.push(...weeklyOverlaps(schedule));
  for (const [kind, intervals] of schedule.special) {
    const at = ['special', kind];
    if (!kinds.has(kind)) flaws.push({ at, says: `no special day is of the kind ${kind}` });
    intervals.forEach((interval, index) => flaws.push(...intervalFlaws(interval, [...at, index])));
    const placed = intervals.map((interval, index) => placedOn(1, interval, [...at, index]));
    flaws.push(...overlaps(placed, DAY_AND_NIGHT));
  }
  return flaws;
}

/** Why a list of special days cannot be used, if anything. */
export function specialDayFlaws(days: readonly SpecialDay[]): readonly Flaw[] {
  const kinds = new Map<string, SpecialDayKind>();
  return days.flatMap(({ year, month, day, kind }, index): readonly Flaw[] => {
    if (!isDate(year, month, day)) return [{ at: [index], says: `there is no day ${day} in month ${month}` }];
    const date = `${year}-${month}-${day}`;
    const other = kinds.get(date);
    kinds.set(date, kind);
    if (other === undefined) return [];
    return [{ at: [index], says: other === kind ? 'the same day twice' : `the same day as ${other} and as ${kind}` }];
  });
}

/** 29 February is a day of every year that has it. */
function isDate(year: number | 'every-year', month: number, day: number): boolean {
  const date = new Date(Date.UTC(year === 'every-year' ? 2_000 : year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function intervalFlaws({ from, until }: DayInterval, at: Flaw['at']): readonly Flaw[] {
  const isMinute = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MINUTES_OF_DAY;
  if (!isMinute(from) || !isMinute(until)) return [{ at, says: 'a time that no clock shows' }];
  if (from === until) return [{ at, says: 'an interval that ends as it begins' }];
  return from === MINUTES_OF_DAY ? [{ at, says: 'an interval that begins at 24:00: say 00:00 of the day after' }] : [];
}

/** An interval in minutes after the beginning of the week, or of the one special day. */
interface Placed extends DayIntervalSpan {
  readonly at: Flaw['at'];
}
interface DayIntervalSpan {
  readonly from: number;
  readonly until: number;
}

const WEEK = 7 * MINUTES_OF_DAY;
const DAY_AND_NIGHT = 2 * MINUTES_OF_DAY;

const placedOn = (day: Weekday, { from, until }: DayInterval, at: Flaw['at']): Placed => {
  const start = (day - 1) * MINUTES_OF_DAY;
  return { from: start + from, until: start + until + (until < from ? MINUTES_OF_DAY : 0), at };
};

const weeklyOverlaps = ({ weekly }: Schedule): readonly Flaw[] =>
  overlaps(
    weekly.flatMap((interval, index) => interval.days.map((day) => placedOn(day, interval, ['weekly', index]))),
    WEEK,
  );

/** The night of the last day runs into the first again. */
function overlaps(placed: readonly Placed[], cycle: number): readonly Flaw[] {
  const inOrder = placed.toSorted((a, b) => a.from - b.from);
  const [first] = inOrder;
  const round = first === undefined ? [] : [{ ...first, from: first.from + cycle, until: first.until + cycle }];
  const flaws = new Map<string, Flaw>();
  let before: Placed | undefined;
  for (const one of [...inOrder, ...round]) {
    if (before !== undefined && one.from < before.until && before.at !== one.at) {
      const says = `overlaps with ${before.at.join(' ')}`;
      flaws.set(one.at.join(' '), { at: one.at, says });
    }
    if (before === undefined || one.until > before.until) before = one;
  }
  return [...flaws.values()];
}
