import { wallTime, type WallTime } from '../kernel/units.ts';

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

/** Days whose offsets are remembered; beyond it all are forgotten and asked for anew. */
export const DAYS_REMEMBERED_MAX = 1_024;

/** From the first moment up to the last, `until` not included, clocks there are `offsetMs` ahead of UTC. */
export interface OffsetSpan {
  readonly from: WallTime;
  readonly until: WallTime;
  readonly offsetMs: number;
}

/**
 * How far the clocks of one time zone are ahead of UTC. What it says comes from the time zone data of the runtime; it
 * remembers the answers, since each costs more than a decision may.
 */
export class ZoneClock {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, readonly OffsetSpan[]>();
  /** The end of the day that was asked for last, which is most often the start of the next one. */
  #lastEnd = { at: NaN, offsetMs: 0 };

  /** @param name as in the IANA list. @throws RangeError for a name that the runtime does not know. */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The offset at that moment, and a time around it for which it holds: at most a day of UTC. */
  spanAt(at: WallTime): OffsetSpan {
    const spans = this.#spansOfDay(Math.floor(at / DAY_MS));
    return spans.find(({ until }) => at < until) ?? spans.at(-1)!;
  }

  #spansOfDay(day: number): readonly OffsetSpan[] {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    if (this.#days.size >= DAYS_REMEMBERED_MAX) this.#days.clear();
    const spans = this.#spansBetween(day * DAY_MS, (day + 1) * DAY_MS);
    this.#days.set(day, spans);
    return spans;
  }

  #spansBetween(start: number, end: number): OffsetSpan[] {
    const spans: OffsetSpan[] = [];
    const last = this.#offsetAt(end);
    const first = start === this.#lastEnd.at ? this.#lastEnd.offsetMs : this.#offsetAt(start);
    this.#lastEnd = { at: end, offsetMs: last };
    let from = start;
    for (let offset = first; offset !== last; offset = this.#offsetAt(from)) {
      const changed = this.#firstOtherThan(offset, from, end);
      spans.push({ from: wallTime(from), until: wallTime(changed), offsetMs: offset });
      from = changed;
    }
    if (from < end) spans.push({ from: wallTime(from), until: wallTime(end), offsetMs: last });
    return spans;
  }

  /** `from` has the offset, `until` has another: the first moment in between that has another. */
  #firstOtherThan(offset: number, from: number, until: number): number {
    let [same, other] = [from, until];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offsetAt(middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }

  #offsetAt(at: number): number {
    const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of this.#format.formatToParts(at)) {
      if (type in shown) shown[type as keyof typeof shown] = Number(value);
    }
    const { year, month, day, hour, minute, second } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / SECOND_MS) * SECOND_MS;
  }
}

/** One clock a zone, for all schedules of a gate. */
export class ZoneClocks {
  readonly #clocks = new Map<string, ZoneClock>();

  /** @throws RangeError for a name that the runtime does not know. */
  of(name: string): ZoneClock {
    const known = this.#clocks.get(name);
    if (known !== undefined) return known;
    const clock = new ZoneClock(name);
    this.#clocks.set(name, clock);
    return clock;
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return new ZoneClock(name).name === name;
  } catch {
    return false;
  }
}
