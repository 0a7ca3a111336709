import { Fault } from '../kernel/fault.ts';
import { millis, wallTime, type Millis, type WallTime } from '../kernel/units.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
export const days = (count: number): Millis => millis(count * DAY_MS);

/** How long what is kept of a person is kept, from the moment that its purpose has ended. */
export interface RetentionRules {
  /** Entries of the journal that name the person. */
  readonly accessEvents: Millis;
  /** That and what the person agreed to, from the end of the consent. */
  readonly consentRecords: Millis;
}

/** No setting undercuts these. */
export const LEGAL_MINIMUM: RetentionRules = {
  /** Network and operation logs, six months: 网络安全法 21. */
  accessEvents: days(184),
  /** Records of processing, three years: PIPL 56, 办法 9. */
  consentRecords: days(3 * 365 + 1),
};

/** @throws Fault `config` for a span that is no span or undercuts its legal minimum. */
export function retentionRules(wanted: RetentionRules): RetentionRules {
  for (const type of ['accessEvents', 'consentRecords'] as const) {
    const found = wanted[type];
    if (Number.isFinite(found) && found >= LEGAL_MINIMUM[type]) continue;
    const expected = `at least ${LEGAL_MINIMUM[type] / DAY_MS} days: the law demands that these records are kept`;
    throw new Fault('config', { thing: `retention of ${type}`, found: `${found / DAY_MS} days`, expected });
  }
  return wanted;
}

/** What there is of a person whose data is to be erased. */
export interface HeldOf {
  /** When the erasure was asked for: an operation that is logged itself. */
  readonly erasedAt: WallTime;
  /** When the last consent to the use of the face ended; undefined for a person who never gave one. */
  readonly faceEndedAt: WallTime | undefined;
}

/** When the record key may be destroyed: with the end of the last of the spans, never before the erasure was asked for. */
export function recordKeyDue({ erasedAt, faceEndedAt }: HeldOf, rules: RetentionRules): WallTime {
  const consent = faceEndedAt === undefined ? erasedAt : faceEndedAt + rules.consentRecords;
  return wallTime(Math.max(erasedAt + rules.accessEvents, consent));
}
