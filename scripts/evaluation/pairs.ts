/** Features of one person's pictures, each 512 numbers of length 1. */
export interface Person {
  readonly features: readonly Float32Array[];
}

/**
 * Pairs of pictures with their cosine. Of pairs across people only the most alike are kept one by one: those far below
 * every useful threshold are counted alone, so that a set of ten thousand pictures fits into memory.
 */
export interface Pairs {
  readonly people: number;
  readonly picturesOf: readonly number[];
  readonly genuine: PairList;
  readonly impostor: PairList;
  readonly impostorCount: number;
}

/** Cosines from the highest down, with the people they belong to. */
export interface PairList {
  readonly cosines: Float64Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Pairs across people that are kept. */
export const IMPOSTOR_PAIRS_KEPT_MAX = 2_000_000;

export function cosineOf(a: Float32Array, b: Float32Array): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < a.length; i += 4) {
    sum0 += a[i]! * b[i]!;
    sum1 += a[i + 1]! * b[i + 1]!;
    sum2 += a[i + 2]! * b[i + 2]!;
    sum3 += a[i + 3]! * b[i + 3]!;
  }
  return sum0 + sum1 + sum2 + sum3;
}

/** Every pair of pictures within and across people. */
export function pairsOf(people: readonly Person[], keptMax = IMPOSTOR_PAIRS_KEPT_MAX): Pairs {
  const genuine = new PairCollector(Infinity);
  const impostor = new PairCollector(keptMax);
  let impostorCount = 0;
  for (const [i, one] of people.entries()) {
    for (const [a, feature] of one.features.entries()) {
      for (let b = 0; b < a; b++) genuine.add(cosineOf(feature, one.features[b]!), i, i);
      for (let k = 0; k < i; k++) {
        for (const other of people[k]!.features) impostor.add(cosineOf(feature, other), i, k);
        impostorCount += people[k]!.features.length;
      }
    }
  }
  const picturesOf = people.map(({ features }) => features.length);
  return { people: people.length, picturesOf, genuine: genuine.list(), impostor: impostor.list(), impostorCount };
}

/** Keeps the highest cosines: when twice as many as wanted have come, the lower ones go. */
class PairCollector {
  readonly #keptMax: number;
  #pairs: { cosine: number; first: number; second: number }[] = [];
  #floor = -Infinity;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  add(cosine: number, first: number, second: number): void {
    if (cosine < this.#floor) return;
    this.#pairs.push({ cosine, first, second });
    if (this.#pairs.length >= 2 * this.#keptMax) this.#drop();
  }

  #drop(): void {
    this.#pairs.sort((a, b) => b.cosine - a.cosine);
    this.#pairs.length = Math.min(this.#pairs.length, this.#keptMax);
    if (this.#pairs.length === this.#keptMax) this.#floor = this.#pairs.at(-1)!.cosine;
  }

  list(): PairList {
    this.#drop();
    return {
      cosines: Float64Array.from(this.#pairs, ({ cosine }) => cosine),
      first: Int32Array.from(this.#pairs, ({ first }) => first),
      second: Int32Array.from(this.#pairs, ({ second }) => second),
    };
  }
}
