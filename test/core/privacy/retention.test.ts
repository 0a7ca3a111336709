import { expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis, wallTime } from '#core/kernel/units.ts';
import { days, LEGAL_MINIMUM, recordKeyDue, retentionRules } from '#core/privacy/retention.ts';

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
