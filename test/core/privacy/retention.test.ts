import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis, wallTime } from '#core/kernel/units.ts';
import type { Relation } from '#core/access/credential.ts';
import {
  afterErasure,
  days,
  journalSpan,
  LEGAL_MINIMUM,
  purposeEnd,
  recordKeyDue,
  RETENTION_BOUNDS,
  RETENTION_DEFAULTS,
  retentionRules,
  type RetainedType,
} from '#core/privacy/retention.ts';

const NOW = wallTime(1_770_000_000_000);

it('no setting undercuts a legal minimum, and a longer one stands', () => {
  expect(retentionRules(LEGAL_MINIMUM)).toEqual(LEGAL_MINIMUM);
  expect(retentionRules({ ...LEGAL_MINIMUM, accessEvents: days(400) }).accessEvents).toBe(days(400));
  for (const type of ['accessEvents', 'consentRecords'] as const)
    for (const span of [LEGAL_MINIMUM[type] - 1, 0, -1, NaN, Infinity])
      expect(() => retentionRules({ ...LEGAL_MINIMUM, [type]: millis(span) })).toThrow(Fault);
});

it('the minimums are six months of logs and three years of consents, leap years included', () => {
  expect(LEGAL_MINIMUM.accessEvents).toBeGreaterThanOrEqual(days(184));
  expect(LEGAL_MINIMUM.consentRecords).toBeGreaterThanOrEqual(days(1_096));
});

it('the record key goes with the last of what is kept: the log of the erasure, or the consent that ended', () => {
  const long = wallTime(NOW - days(2_000));
  expect(recordKeyDue({ erasedAt: NOW, faceEndedAt: undefined }, LEGAL_MINIMUM)).toBe(NOW + LEGAL_MINIMUM.accessEvents);
  expect(recordKeyDue({ erasedAt: NOW, faceEndedAt: NOW }, LEGAL_MINIMUM)).toBe(NOW + LEGAL_MINIMUM.consentRecords);
  expect(recordKeyDue({ erasedAt: NOW, faceEndedAt: long }, LEGAL_MINIMUM)).toBe(NOW + LEGAL_MINIMUM.accessEvents);
});

const TYPES = Object.keys(RETENTION_BOUNDS) as RetainedType[];
const moment = fc.integer({ min: NOW - days(2_000), max: NOW + days(2_000) }).map(wallTime);

it('the defaults are within the bounds, and no setting goes beyond either of them', () => {
  expect(retentionRules(RETENTION_DEFAULTS)).toEqual(RETENTION_DEFAULTS);
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), fc.integer({ min: -10, max: 5_000 }), (type, count) => {
      const { min, max, law } = RETENTION_BOUNDS[type];
      const rules = { ...RETENTION_DEFAULTS, unused: LEGAL_MINIMUM.unused, [type]: days(count) };
      const within = days(count) >= min && days(count) <= max && rules.unused <= rules.accessEvents;
      if (within) expect(retentionRules(rules)).toEqual(rules);
      else if (days(count) < min || days(count) > max) expect(() => retentionRules(rules)).toThrow(law);
      else expect(() => retentionRules(rules)).toThrow(Fault);
    }),
  );
});

it('templates of a lapsed consent are kept for no time at all', () => {
  expect(RETENTION_BOUNDS.lapsedTemplates).toMatchObject({ min: 0, max: 0 });
  expect(() => retentionRules({ ...RETENTION_DEFAULTS, lapsedTemplates: days(1) })).toThrow('PIPL');
});

it('whoever came too long ago cannot be told from access events that are kept for less', () => {
  const rules = { ...RETENTION_DEFAULTS, accessEvents: days(200), unused: days(201) };
  expect(() => retentionRules(rules)).toThrow('the last use is known from these alone');
});

it('after an erasure logs are kept for as long as the law demands, whatever the setting', () => {
  expect(afterErasure(RETENTION_DEFAULTS).accessEvents).toBe(LEGAL_MINIMUM.accessEvents);
  expect(afterErasure(RETENTION_DEFAULTS).consentRecords).toBe(RETENTION_DEFAULTS.consentRecords);
});

it('a record key never goes before the erasure was asked for, nor before either legal minimum', () => {
  fc.assert(
    fc.property(moment, fc.option(moment, { nil: undefined }), (erasedAt, faceEndedAt) => {
      const due = recordKeyDue({ erasedAt, faceEndedAt }, LEGAL_MINIMUM);
      expect(due).toBeGreaterThanOrEqual(erasedAt + LEGAL_MINIMUM.accessEvents);
      if (faceEndedAt !== undefined) expect(due).toBeGreaterThanOrEqual(faceEndedAt + LEGAL_MINIMUM.consentRecords);
    }),
  );
});

it('the purpose of a person ends with the validity or for want of a use, whichever comes first', () => {
  const relations = fc.constantFrom<Relation>('staff', 'resident', 'visitor');
  fc.assert(
    fc.property(relations, moment, moment, fc.option(moment, { nil: undefined }), (relation, from, until, lastUse) => {
      const rules = RETENTION_DEFAULTS;
      const { at, why } = purposeEnd({ relation, validity: { from, until } }, lastUse, rules);
      const over = until + (relation === 'visitor' ? rules.visitors : rules.leavers);
      expect(at).toBeLessThanOrEqual(over);
      expect(at).toBe(why === 'unused' ? Math.max(lastUse ?? NaN, from) + rules.unused : over);
    }),
  );
  const always = { from: wallTime(0), until: wallTime(Number.MAX_SAFE_INTEGER) };
  expect(purposeEnd({ relation: 'staff', validity: always }, undefined, RETENTION_DEFAULTS).at).toBeGreaterThan(1e15);
});

it('segments of the journal stay for the longest span of any entry in them', () => {
  expect(journalSpan(RETENTION_DEFAULTS)).toBe(RETENTION_DEFAULTS.operatorActions);
  expect(journalSpan({ ...RETENTION_DEFAULTS, operatorActions: days(184) })).toBe(RETENTION_DEFAULTS.accessEvents);
});
