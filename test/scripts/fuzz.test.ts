import { expect, it } from 'vitest';
import { Chance } from '../../scripts/fuzz/chance.ts';
import { PARSERS } from '../../scripts/fuzz/parsers.ts';
import { demand, fuzzTraffic, mutated } from '../../scripts/fuzz/traffic.ts';

const CASES = 3_000;
/** A configuration takes a thousand times as long as a frame: as many as cut it at every byte, and some more. */
const CASES_OF: Readonly<Record<string, number>> = { configuration: 1_500 };

it.each(Object.entries(PARSERS))(
  'no traffic, however mangled, makes the parser of %s break a promise',
  (name, fuzz) => {
    const cases = CASES_OF[name] ?? CASES;
    expect(fuzz(cases, 20_261_122)).toBe(cases);
  },
  30_000,
);

it('a parser that breaks a promise is found, with the seed that finds it again', () => {
  const traffic = [Uint8Array.of(1, 2, 3, 4)];
  const broken = () =>
    fuzzTraffic(CASES, 7, { traffic, put: (bytes) => demand(!bytes.includes(0xa0), 'it does not like A0') });
  expect(broken).toThrow(/case \d+ of seed 7, [0-9a-f]*a0[0-9a-f]*: Error: broken: it does not like A0/);
});

it('traffic is cut at every byte, and mutated the same way from the same seed', () => {
  const traffic = [Uint8Array.of(1, 2, 3)];
  const put: number[][] = [];
  fuzzTraffic(3, 1, { traffic, put: (bytes) => put.push([...bytes]) });
  expect(put).toEqual([[], [1], [1, 2]]);
  const once = (): string[] => {
    const chance = new Chance(5);
    return Array.from({ length: 50 }, () => Buffer.from(mutated(traffic[0]!, traffic, chance)).toString('hex'));
  };
  expect(once()).toEqual(once());
  expect(new Set(once()).size).toBeGreaterThan(25);
});
