import { expect, it } from 'vitest';
import { fuzzOsdp } from '../../../../scripts/fuzz/osdp.ts';

it.each([1, 2, 3])('mutated traffic opens nothing, breaks nothing and fills nothing (seed %i)', (seed) => {
  expect(fuzzOsdp(10_000, seed)).toBe(10_000);
});
