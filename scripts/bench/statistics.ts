import { assert } from '#core/kernel/assert.ts';

/** The value that a share of them lies at or under, 0..1, by linear interpolation between neighbours. */
export function percentile(values: readonly number[], share: number): number {
  assert(values.length > 0 && share >= 0 && share <= 1, 'a percentile is of something, and between 0 and 1');
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** As a report shows it: `digits` decimals, no more. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** `12.3 to 14.5`: how far rounds lie apart. */
export function range(values: readonly number[], digits: number): string {
  return `${rounded(Math.min(...values), digits)} to ${rounded(Math.max(...values), digits)}`;
}
