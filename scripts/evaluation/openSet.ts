import { percentileInterval, resample, seededRandom, type Interval } from './chance.ts';
import { cosineOf, type Person } from './pairs.ts';

/** What a search of a gallery with one template a person gave, picture by picture. */
export interface Searches {
  readonly enrolled: number;
  /** For each person with further pictures: the cosine of each to its own template, or -1 where another came first. */
  readonly mated: readonly (readonly number[])[];
  /** For each person who is not enrolled: the highest cosine of each picture to anybody. */
  readonly nonMated: readonly (readonly number[])[];
}

/** Enrols the first picture of each person and searches with all others. `missed` pictures show no face: no match. */
export function searchAll(
  gallery: readonly (Person & { readonly missed: number })[],
  impostors: readonly Person[],
): Searches {
  const enrolled = gallery.filter(({ features }) => features.length > 0);
  const templates = enrolled.map(({ features }) => features[0]!);
  const mated = enrolled.map(({ features, missed }, own) => [
    ...features.slice(1).map((probe) => cosineToOwn(probe, templates, own)),
    ...Array.from({ length: missed }, () => -1),
  ]);
  const nonMated = impostors.map(({ features }) =>
    features.map((probe) => Math.max(...templates.map((template) => cosineOf(probe, template)))),
  );
  return {
    enrolled: enrolled.length,
    mated: mated.filter((cosines) => cosines.length > 0),
    nonMated: nonMated.filter((cosines) => cosines.length > 0),
  };
}

function cosineToOwn(probe: Float32Array, templates: readonly Float32Array[], own: number): number {
  const cosine = cosineOf(probe, templates[own]!);
  return templates.some((template, other) => other !== own && cosineOf(probe, template) >= cosine) ? -1 : cosine;
}

/** Fewer non-mated searches than this cannot show an FPIR: the rule of three. */
export const searchesNeeded = (fpir: number): number => Math.ceil(3 / fpir);

/** The lowest threshold at which no more than `fpir` of the non-mated searches give anybody. */
export function thresholdAt(nonMated: readonly number[], fpir: number): number {
  const sorted = nonMated.toSorted((a, b) => b - a);
  const allowed = Math.floor(fpir * sorted.length);
  const next = sorted[allowed];
  // A search is a match from the threshold on, so it must stand just above the first one too many.
  return next === undefined ? -1 : next + Number.EPSILON;
}

/** Share of mated searches that do not give their own person first, at the threshold or above. */
export function fnirAt(mated: readonly number[], threshold: number): number {
  return mated.filter((cosine) => cosine < threshold).length / mated.length;
}

/** 95 % interval of FNIR at an FPIR, by drawing enrolled and other people with replacement. */
export function fnirInterval(
  searches: Searches,
  { fpir, seed, repeats }: { readonly fpir: number; readonly seed: number; readonly repeats: number },
): Interval | undefined {
  const random = seededRandom(seed);
  const measured: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const nonMated = drawn(searches.nonMated, random);
    const mated = drawn(searches.mated, random);
    measured.push(fnirAt(mated, thresholdAt(nonMated, fpir)));
  }
  return percentileInterval(measured);
}

function drawn(people: readonly (readonly number[])[], random: () => number): number[] {
  const weights = new Float64Array(people.length);
  resample(people.length, random, weights);
  const all: number[] = [];
  for (const [i, cosines] of people.entries()) for (let n = 0; n < weights[i]!; n++) all.push(...cosines);
  return all;
}
