import { expect, it } from 'vitest';
import { proveTamper } from '../../../scripts/prove/tamper.ts';

const SEED = 20_260_101;

it('whoever holds the file key but not the signing key changes nothing unseen before the last anchor', async () => {
  const results = await proveTamper({ seed: SEED, cases: 360 });
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.map(({ name }) => name)).toContain('tamper: roll back');
});
