import * as z from 'zod';
import {
  days,
  inDays,
  RETENTION_BOUNDS,
  RETENTION_DEFAULTS,
  type RetainedType,
  type RetentionRules,
} from '#core/privacy/retention.ts';
import { millis } from '#core/kernel/units.ts';

/** Whole days, with the law that draws the bounds in the refusal. */
const bounded = (type: RetainedType) => {
  const { min, max, law } = RETENTION_BOUNDS[type];
  const expected = `${inDays(min)} to ${inDays(max)} days: ${law}`;
  return z.int(expected).min(inDays(min), expected).max(inDays(max), expected);
};
const span = (type: RetainedType) => bounded(type).default(inDays(RETENTION_DEFAULTS[type]));

/** How many days what is kept. */
export const retention = z.strictObject({
  'access-events': span('accessEvents'),
  'operator-actions': span('operatorActions'),
  'consent-records': span('consentRecords'),
  assessments: span('assessments'),
  'lapsed-templates': span('lapsedTemplates'),
  visitors: span('visitors'),
  leavers: span('leavers'),
  unused: bounded('unused').optional(),
});

/** The last use is known from access events alone: without a setting of its own, `unused` follows theirs. */
export function toRetention(file: z.infer<typeof retention>): RetentionRules {
  const accessEvents = days(file['access-events']);
  const { unused } = RETENTION_DEFAULTS;
  return {
    accessEvents,
    operatorActions: days(file['operator-actions']),
    consentRecords: days(file['consent-records']),
    assessments: days(file.assessments),
    lapsedTemplates: days(file['lapsed-templates']),
    visitors: days(file.visitors),
    leavers: days(file.leavers),
    unused: file.unused === undefined ? millis(Math.min(unused, accessEvents)) : days(file.unused),
  };
}
