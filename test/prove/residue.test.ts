import { expect, it } from 'vitest';
import { proveResidue } from '../../scripts/prove/residue.ts';

it('nothing of who passes the gate stays in a file or a memory of it or of its screen; and what is kept is found', async () => {
  const results = await proveResidue({ seed: 7, count: 8 });
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.find(({ name }) => name === 'faces that passed')?.value).toBe(8);
  expect(results.filter(({ name }) => name.startsWith('control: ')).length).toBeGreaterThan(10);
}, 240_000);
