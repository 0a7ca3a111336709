import { expect, it } from 'vitest';
import { relayLevelFor } from '#core/door/lock.ts';

it('a fail-secure lock needs power to open', () => {
  expect(relayLevelFor('fail-secure', 'unlocked')).toBe('energised');
  expect(relayLevelFor('fail-secure', 'locked')).toBe('de-energised');
});

it('a fail-safe lock needs power to stay shut', () => {
  expect(relayLevelFor('fail-safe', 'unlocked')).toBe('de-energised');
  expect(relayLevelFor('fail-safe', 'locked')).toBe('energised');
});
