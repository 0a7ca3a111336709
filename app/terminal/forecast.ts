import type { Cardholder } from '#core/access/credential.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import {
  PURGED_TYPES,
  PURGED_WITH,
  purposeEnd,
  type PurgedType,
  type RetentionRules,
} from '#core/privacy/retention.ts';

/** How much of one type will be removed, and when that begins. Nothing of whom. */
export interface Forecast {
  readonly type: PurgedType;
  readonly count: number;
  readonly from: WallTime;
}

/** Something that will be removed. */
export interface Due {
  readonly type: PurgedType;
  readonly at: WallTime;
  /** 1 where it is left out. */
  readonly count?: number;
}

/** What falls due before `until`, by type. */
export function forecastOf(due: Iterable<Due>, until: WallTime): Forecast[] {
  const forecasts = new Map<PurgedType, Forecast>();
  for (const { type, at, count = 1 } of due) {
    if (at > until) continue;
    const known = forecasts.get(type) ?? { type, count: 0, from: at };
    forecasts.set(type, { type, count: known.count + count, from: wallTime(Math.min(known.from, at)) });
  }
  return PURGED_TYPES.flatMap((type) => forecasts.get(type) ?? []);
}

/** When the purpose of each of these people ends. */
export function* purposesOf(
  holders: Iterable<Cardholder>,
  lastUse: ReadonlyMap<Pseudonym, WallTime>,
  rules: RetentionRules,
): Generator<Due> {
  for (const holder of holders) {
    const { at, why } = purposeEnd(holder, lastUse.get(holder.pseudonym), rules);
    yield { type: PURGED_WITH[why], at };
  }
}
