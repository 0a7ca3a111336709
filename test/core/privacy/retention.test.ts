import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { wallTime } from '#core/kernel/units.ts';
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
  type RetainedType,
} from '#core/privacy/retention.ts';

const NOW = wallTime(1_770_000_000_000);

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

it('the defaults are within the bounds', () => {
  for (const type of TYPES) {
    const { min, max } = RETENTION_BOUNDS[type];
    expect(RETENTION_DEFAULTS[type]).toBeGreaterThanOrEqual(min);
    expect(RETENTION_DEFAULTS[type]).toBeLessThanOrEqual(max);
  }
  expect(RETENTION_DEFAULTS.unused).toBeLessThanOrEqual(RETENTION_DEFAULTS.accessEvents);
});

it('templates of a lapsed consent are kept for no time at all', () => {
  expect(RETENTION_BOUNDS.lapsedTemplates).toMatchObject({ min: 0, max: 0 });
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
