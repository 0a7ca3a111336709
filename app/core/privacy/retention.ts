import type { Cardholder, Relation } from '../access/credential.ts';
import { millis, wallTime, type Millis, type WallTime } from '../kernel/units.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
export const days = (count: number): Millis => millis(count * DAY_MS);
export const inDays = (span: number): number => span / DAY_MS;

/** Three years, whichever of them is a leap year. */
const THREE_YEARS = days(3 * 365 + 1);
const TEN_YEARS = days(10 * 365 + 3);

/** How long what is kept of a person is kept, from the moment that its purpose has ended. */
export interface RetentionRules {
  /** Entries of the journal that name the person. */
  readonly accessEvents: Millis;
  /** Entries that tell what was done with the gate and with people's records. */
  readonly operatorActions: Millis;
  /** That and what the person agreed to, from the end of the consent. */
  readonly consentRecords: Millis;
  /** Impact assessments. */
  readonly assessments: Millis;
  /** Templates whose consent has ended. */
  readonly lapsedTemplates: Millis;
  /** Everything of a visitor, from the end of the visit. */
  readonly visitors: Millis;
  /** Everything of staff and residents, from the end of their validity. */
  readonly leavers: Millis;
  /** Everything of a person who no longer comes, from the last time. */
  readonly unused: Millis;
}
export type RetainedType = keyof RetentionRules;

interface Bounds {
  readonly min: Millis;
  readonly max: Millis;
  /** What draws these bounds. */
  readonly law: string;
}

const SHORTEST = 'no longer than the purpose needs (PIPL 19)';

/** No setting goes beyond these. */
export const RETENTION_BOUNDS: Readonly<Record<RetainedType, Bounds>> = {
  accessEvents: {
    min: days(184),
    max: THREE_YEARS,
    law: `network and operation logs, at least six months (网络安全法 21), and ${SHORTEST}`,
  },
  operatorActions: {
    min: days(184),
    max: TEN_YEARS,
    law: `network and operation logs, at least six months (网络安全法 21), and ${SHORTEST}`,
  },
  consentRecords: {
    min: THREE_YEARS,
    max: TEN_YEARS,
    law: 'records of processing, at least three years (PIPL 56, 办法 9)',
  },
  assessments: { min: THREE_YEARS, max: TEN_YEARS, law: 'impact assessments, at least three years (PIPL 56, 办法 9)' },
  lapsedTemplates: { min: days(0), max: days(0), law: 'at once, when the consent has ended (PIPL 15, 47)' },
  visitors: { min: days(0), max: days(31), law: `the visit is over, and ${SHORTEST}` },
  leavers: { min: days(0), max: days(184), law: `whoever has left needs no way in, and ${SHORTEST}` },
  unused: { min: days(30), max: THREE_YEARS, law: `whoever no longer comes needs no way in, and ${SHORTEST}` },
};

const each = (span: (bounds: Bounds) => Millis): RetentionRules => {
  const { accessEvents, operatorActions, consentRecords, assessments, ...others } = RETENTION_BOUNDS;
  return {
    accessEvents: span(accessEvents),
    operatorActions: span(operatorActions),
    consentRecords: span(consentRecords),
    assessments: span(assessments),
    lapsedTemplates: span(others.lapsedTemplates),
    visitors: span(others.visitors),
    leavers: span(others.leavers),
    unused: span(others.unused),
  };
};

export const LEGAL_MINIMUM: RetentionRules = each(({ min }) => min);

/** Access events for a year, since whether somebody still comes is told from them alone. */
export const RETENTION_DEFAULTS: RetentionRules = {
  ...LEGAL_MINIMUM,
  accessEvents: days(366),
  operatorActions: THREE_YEARS,
  visitors: days(1),
  leavers: days(30),
  unused: days(366),
};

/** What there is of a person whose data is to be erased. */
export interface HeldOf {
  /** When the erasure was asked for: an operation that is logged itself. */
  readonly erasedAt: WallTime;
  /** When the last consent to the use of the face ended; undefined for a person who never gave one. */
  readonly faceEndedAt: WallTime | undefined;
}

/** When the record key may be destroyed: with the end of the last of the spans, never before the erasure was asked for. */
export function recordKeyDue(
  { erasedAt, faceEndedAt }: HeldOf,
  rules: Pick<RetentionRules, 'accessEvents' | 'consentRecords'>,
): WallTime {
  const consent = faceEndedAt === undefined ? erasedAt : faceEndedAt + rules.consentRecords;
  return wallTime(Math.max(erasedAt + rules.accessEvents, consent));
}

/** After an erasure was asked for, logs are kept for as long as the law demands and no longer, whatever the setting. */
export const afterErasure = (rules: RetentionRules): RetentionRules => ({
  ...rules,
  accessEvents: LEGAL_MINIMUM.accessEvents,
});

/** Why nothing of a person is needed any more. */
export const PURPOSE_ENDS = ['visit-over', 'employment-ended', 'residence-ended', 'unused'] as const;
export type PurposeEnd = (typeof PURPOSE_ENDS)[number];

/** What a purge counts: people who were restricted, people whose purpose ended, entries that no longer say whose they are, and entries. */
export const PURGED_TYPES = [
  'restricted',
  'lapsedTemplates',
  'consents',
  'visitors',
  'leavers',
  'unused',
  'accessSubjects',
  'journalEntries',
] as const;
export type PurgedType = (typeof PURGED_TYPES)[number];

export const PURGED_WITH: Readonly<Record<PurposeEnd, PurgedType>> = {
  'visit-over': 'visitors',
  'employment-ended': 'leavers',
  'residence-ended': 'leavers',
  unused: 'unused',
};

const VALIDITY_OVER: Readonly<Record<Relation, { readonly why: PurposeEnd; readonly rule: 'visitors' | 'leavers' }>> = {
  visitor: { why: 'visit-over', rule: 'visitors' },
  staff: { why: 'employment-ended', rule: 'leavers' },
  resident: { why: 'residence-ended', rule: 'leavers' },
};

/**
 * When and why a person is to be erased: with the end of the validity and its span, or of too long a time without a use,
 * whichever comes first. `lastUse`: undefined where it is not known, which ends no purpose.
 */
export function purposeEnd(
  { relation, validity }: Pick<Cardholder, 'relation' | 'validity'>,
  lastUse: WallTime | undefined,
  rules: RetentionRules,
): { readonly at: WallTime; readonly why: PurposeEnd } {
  const { why, rule } = VALIDITY_OVER[relation];
  const over = { at: wallTime(validity.until + rules[rule]), why };
  // Whoever is not valid yet cannot have come.
  const unused = wallTime(Math.max(lastUse ?? Infinity, validity.from) + rules.unused);
  return unused < over.at ? { at: unused, why: 'unused' } : over;
}

/** Entries go in whole segments, so only when the longest span of any entry has ended. */
export const journalSpan = ({ accessEvents, operatorActions }: RetentionRules): Millis =>
  millis(Math.max(accessEvents, operatorActions));
