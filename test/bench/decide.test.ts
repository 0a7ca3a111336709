import { expect, it } from 'vitest';
import { measureDecide } from '../../scripts/bench/decide.ts';
import { Quiet } from '../../scripts/bench/quiet.ts';

it('the decisions that are measured are of both kinds, and reported by their names', () => {
  const results = measureDecide({ quiet: new Quiet(0), people: 2_000, count: 2_000 });
  expect(results.map(({ name, unit, limit }) => [name, unit, limit])).toEqual([
    ['decide.p99_us', 'us', 20],
    ['decide.cpu_us', 'us', 20],
    ['decide.apart_cpu_us', 'us', 20],
  ]);
  const granted = Number(/(\d+) % granted/.exec(results[0]?.note ?? '')?.[1]);
  expect(granted).toBeGreaterThan(10);
  expect(granted).toBeLessThan(90);
});
