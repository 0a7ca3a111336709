import { wallTime, type WallTime } from '../kernel/units.ts';
import { DayHours } from './dayHours.ts';
import type { Schedule, SpecialDay } from './schedule.ts';
import type { ZoneClock, ZoneClocks } from './zoneClock.ts';

const DAY_MS = 86_400_000;
/** 1970 to 9999: before and after it, and where a moment is no number, nothing is open. */
const FIRST_MS = 0;
const END_MS = Date.UTC(10_000, 0, 1);

/** How far ahead a change is looked for: every day of a year, and then some. */
export const CHANGE_AHEAD_MS_MAX = 400 * DAY_MS;

/** A schedule that can be asked. */
export interface OpeningTimes {
  isOpen(at: WallTime): boolean;
  /** The first moment after `at` from which the answer is another; undefined where there is none within 400 days. */
  nextChange(at: WallTime): WallTime | undefined;
}

/** From the first moment up to the last, `until` not included, the answer is the same. */
interface Steady {
  readonly from: number;
  readonly until: number;
  readonly open: boolean;
}

const NEVER: Steady = { from: Infinity, until: Infinity, open: false };

/** Open at all times: of somebody or something for whom no schedule was chosen. */
export const ALWAYS_OPEN: OpeningTimes = { isOpen: () => true, nextChange: () => undefined };

/** One schedule with the special days of its place. It remembers the time around its last answer. */
export class CompiledSchedule implements OpeningTimes {
  readonly #clock: ZoneClock;
  readonly #hours: DayHours;
  #last: Steady = NEVER;

  /** @throws RangeError for a time zone that the runtime does not know: see `scheduleFlaws`. */
  constructor(schedule: Schedule, specialDays: readonly SpecialDay[], clocks: ZoneClocks) {
    this.#clock = clocks.of(schedule.timeZone);
    this.#hours = new DayHours(schedule, specialDays);
  }

  isOpen(at: WallTime): boolean {
    if (at >= this.#last.from && at < this.#last.until) return this.#last.open;
    if (!(at >= FIRST_MS && at < END_MS)) return false;
    this.#last = this.#steadyAt(at);
    return this.#last.open;
  }

  nextChange(at: WallTime): WallTime | undefined {
    if (!(at >= FIRST_MS && at < END_MS)) return undefined;
    const open = this.isOpen(at);
    const horizon = Math.min(at + CHANGE_AHEAD_MS_MAX, END_MS);
    for (let { until } = this.#last; until < horizon;) {
      const next = this.#steadyAt(until);
      if (next.open !== open) return wallTime(until);
      until = next.until;
    }
    return undefined;
  }

  /** At most to the end of the day there, or to a change of its clocks. */
  #steadyAt(at: number): Steady {
    const span = this.#clock.spanAt(wallTime(at));
    const shown = at + span.offsetMs;
    const day = Math.floor(shown / DAY_MS);
    const hours = this.#hours.around(day, shown - day * DAY_MS);
    const dayStart = day * DAY_MS - span.offsetMs;
    return {
      from: Math.max(span.from, dayStart + hours.from),
      until: Math.min(span.until, dayStart + hours.until),
      open: hours.open,
    };
  }
}
