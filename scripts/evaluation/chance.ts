/** Numbers 0..1 from a seed, the same on every machine (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often each of `count` things is drawn in `count` draws with replacement; written into `weights`. */
export function resample(count: number, random: () => number, weights: Float64Array): void {
  weights.fill(0, 0, count);
  for (let i = 0; i < count; i++) weights[Math.floor(random() * count)]! += 1;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const Z_95 = 1.959964;

/** Wilson's 95 % interval of a proportion. */
export function wilson(hits: number, count: number): Interval {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const squared = Z_95 ** 2;
  const centre = (share + squared / (2 * count)) / (1 + squared / count);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / count + squared / (4 * count ** 2))) / (1 + squared / count);
  return { low: Math.max(centre - half, 0), high: Math.min(centre + half, 1) };
}

/** The middle 95 % of repeated measurements; those that are not numbers are left out. */
export function percentileInterval(measured: readonly number[]): Interval | undefined {
  const sorted = measured.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const last = sorted.length - 1;
  return { low: sorted[Math.floor(last * 0.025)]!, high: sorted[Math.ceil(last * 0.975)]! };
}
