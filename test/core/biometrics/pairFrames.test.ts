import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairFrames } from '#core/biometrics/pairFrames.ts';
import { millis } from '#core/kernel/units.ts';

const at = (...times: readonly number[]) => times.map((ms) => ({ sensorNanos: BigInt(ms) * 1_000_000n }));
const shown = (ones: readonly number[], others: readonly number[], withinMs: number): string[] =>
  pairFrames(at(...ones), at(...others), millis(withinMs)).map(
    ({ one, other }) => `${one.sensorNanos / 1_000_000n}-${other.sensorNanos / 1_000_000n}`,
  );

describe('the frames of two cameras', () => {
  it('belong together where their sensors began nearly at once', () => {
    expect(shown([0, 33, 66], [2, 35, 68], 10)).toEqual(['0-2', '33-35', '66-68']);
  });

  it('have no partner where the other camera missed one', () => {
    expect(shown([0, 33, 66], [2, 68], 10)).toEqual(['0-2', '66-68']);
    expect(shown([0, 66], [2, 35, 68], 10)).toEqual(['0-2', '66-68']);
  });

  it('wait for the nearer one where both would do', () => {
    expect(shown([0, 8], [7], 10)).toEqual(['8-7']);
  });

  const times = fc
    .array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 })
    .map((all) => all.toSorted((a, b) => a - b));

  it('are never paired twice, nor out of order, nor further apart than allowed', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 0, max: 40 }), (ones, others, within) => {
        const [a, b] = [at(...ones), at(...others)];
        const pairs = pairFrames(a, b, millis(within));
        const places = pairs.map(({ one, other }) => [a.indexOf(one), b.indexOf(other)] as const);
        for (const [index, [one, other]] of places.entries()) {
          expect(Math.abs(ones[one]! - others[other]!)).toBeLessThanOrEqual(within);
          const before = places[index - 1];
          if (before !== undefined) expect(one > before[0] && other > before[1]).toBe(true);
        }
      }),
    );
  });

  it('all find each other where both cameras see every moment, however the second one lags', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 25, max: 60 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 12 }),
        (gaps, lag) => {
          let now = 0;
          const ones = gaps.map((gap) => (now += gap));
          const pairs = pairFrames(at(...ones), at(...ones.map((time) => time + lag)), millis(12));
          expect(pairs.length).toBe(ones.length);
        },
      ),
    );
  });
});
