import {
  MINUTES_OF_DAY,
  type DayInterval,
  type Schedule,
  type SpecialDay,
  type SpecialDayKind,
  type Weekday,
} from './schedule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_OF_DAY * MINUTE_MS;

/** In milliseconds after midnight: up to `until`, not included, it is open or it is not. */
interface Hours {
  readonly from: number;
  readonly until: number;
  readonly open: boolean;
}

/** What a day is to a schedule: a weekday, or a special day of a kind that it names or not. */
type DayType = Weekday | SpecialDayKind;

/** The hours of a schedule on every day of the calendar. Days are counted from 1970-01-01, as the place has it. */
export class DayHours {
  readonly #schedule: Schedule;
  readonly #special = new Map<string, SpecialDayKind>();
  /** By what the day is and what the day before was, whose nights run into it. */
  readonly #hours = new Map<string, readonly Hours[]>();
  #lastDay = { day: NaN, hours: [] as readonly Hours[] };

  constructor(schedule: Schedule, specialDays: readonly SpecialDay[]) {
    this.#schedule = schedule;
    for (const { year, month, day, kind } of specialDays) this.#special.set(`${year}-${month}-${day}`, kind);
  }

  /** What holds at that moment of the day, and from when to when it does. */
  around(day: number, ms: number): Hours {
    if (day !== this.#lastDay.day) this.#lastDay = { day, hours: this.#hoursOf(day) };
    const { hours } = this.#lastDay;
    return hours.find(({ until }) => ms < until) ?? hours.at(-1)!;
  }

  #hoursOf(day: number): readonly Hours[] {
    const [before, own] = [this.#typeOf(day - 1), this.#typeOf(day)];
    const key = `${before} ${own}`;
    const known = this.#hours.get(key);
    if (known !== undefined) return known;
    const nights = this.#intervalsOf(before).flatMap(({ from, until }) => (until < from ? [[0, until] as const] : []));
    const days = this.#intervalsOf(own).map(
      ({ from, until }) => [from, until < from ? MINUTES_OF_DAY : until] as const,
    );
    const hours = joined([...nights, ...days]);
    this.#hours.set(key, hours);
    return hours;
  }

  /** A date of one year goes before the same date of every year. */
  #typeOf(day: number): DayType {
    const date = new Date(day * DAY_MS);
    const monthAndDay = `${date.getUTCMonth() + 1}-${date.getUTCDate()}`;
    const special =
      this.#special.get(`${date.getUTCFullYear()}-${monthAndDay}`) ?? this.#special.get(`every-year-${monthAndDay}`);
    return special ?? ((((date.getUTCDay() + 6) % 7) + 1) as Weekday);
  }

  #intervalsOf(type: DayType): readonly DayInterval[] {
    if (typeof type === 'string') return this.#schedule.special.get(type) ?? [];
    return this.#schedule.weekly.filter(({ days }) => days.includes(type));
  }
}

/** The whole day in pieces that follow on one another, of open minutes that may overlap or be empty. */
function joined(open: readonly (readonly [from: number, until: number])[]): readonly Hours[] {
  const pieces: Hours[] = [];
  let reached = 0;
  for (const [from, until] of open.toSorted(([a], [b]) => a - b)) {
    if (until <= Math.max(from, reached)) continue;
    const start = Math.max(from, reached);
    if (start > reached) pieces.push({ from: reached * MINUTE_MS, until: start * MINUTE_MS, open: false });
    pieces.push({ from: start * MINUTE_MS, until: until * MINUTE_MS, open: true });
    reached = until;
  }
  if (reached < MINUTES_OF_DAY) pieces.push({ from: reached * MINUTE_MS, until: DAY_MS, open: false });
  return pieces;
}
