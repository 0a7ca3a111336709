import { expect, it } from 'vitest';
import { proveErasure } from '../../../scripts/prove/erasure.ts';

it('nothing of a deleted person opens under any key that is left, in no file and no copy; and the search would find it', async () => {
  const results = await proveErasure({ seed: 7, numbers: 64 });
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.length).toBeGreaterThan(8);
}, 120_000);
