import { expect, it } from 'vitest';
import { CardholderRow, type CardholderContent } from '#storage/stores/records.ts';
import type { AccessLevelId } from '#core/kernel/ids.ts';
import { holder } from '../core/people.ts';

it.each<Partial<CardholderContent>>([
  {},
  { levels: [] },
  { levels: ['office' as AccessLevelId], privileges: ['opens-first', 'free-of-anti-passback'] },
])('a cardholder is read back with levels and privileges, and without them where there are none: %j', (differing) => {
  const { pseudonym: _elsewhere, ...content } = holder('anna', differing);
  expect(CardholderRow.parse(JSON.parse(JSON.stringify(content)))).toEqual(content);
  expect(CardholderRow.safeParse({ ...content, privileges: ['everything'] }).success).toBe(false);
});
