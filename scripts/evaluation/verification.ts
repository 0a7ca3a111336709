import { percentileInterval, resample, seededRandom, type Interval } from './chance.ts';
import type { PairList, Pairs } from './pairs.ts';

/** One threshold and what it does: false matches and false non-matches, each as a share of its pairs. */
export interface Verification {
  /** Equal error rate, between the two thresholds where the rates cross; NaN where they do not among the pairs kept. */
  readonly eer: number;
  readonly eerThreshold: number;
  /** Highest mean of the shares of pairs judged rightly, within and across people, over all thresholds. */
  readonly accuracy: number;
  readonly accuracyThreshold: number;
}

/** How often each person counts: a person drawn twice counts twice, and a pair as often as both its people together. */
type Weights = Float64Array;

export function verify(pairs: Pairs, weights: Weights = new Float64Array(pairs.people).fill(1)): Verification {
  const genuineTotal = genuineWeight(pairs, weights);
  const impostorTotal = impostorWeight(pairs, weights);
  const { genuine, impostor } = pairs;
  const found = { eer: Number.NaN, eerThreshold: Number.NaN, accuracy: 0, accuracyThreshold: Number.NaN };
  let matched = 0;
  let falselyMatched = 0;
  let fmrBefore = 0;
  let fnmrBefore = 1;
  let g = 0;
  let i = 0;
  // The threshold falls from the highest cosine to the lowest kept; equal cosines are passed together.
  while (g < genuine.cosines.length || i < impostor.cosines.length) {
    const threshold = Math.max(genuine.cosines[g] ?? -Infinity, impostor.cosines[i] ?? -Infinity);
    if (threshold < lowestKnown(pairs)) break;
    while (g < genuine.cosines.length && genuine.cosines[g]! >= threshold) matched += weights[genuine.first[g++]!]!;
    while (i < impostor.cosines.length && impostor.cosines[i]! >= threshold) {
      falselyMatched += weights[impostor.first[i]!]! * weights[impostor.second[i]!]!;
      i++;
    }
    const fmr = falselyMatched / impostorTotal;
    const fnmr = 1 - matched / genuineTotal;
    const accuracy = 1 - (fmr + fnmr) / 2;
    if (accuracy > found.accuracy) Object.assign(found, { accuracy, accuracyThreshold: threshold });
    if (Number.isNaN(found.eer) && fmr >= fnmr) {
      Object.assign(found, { eer: crossing({ fmrBefore, fnmrBefore, fmr, fnmr }), eerThreshold: threshold });
    }
    // Further down false matches alone cost more than the best threshold does altogether.
    if (!Number.isNaN(found.eer) && fmr / 2 >= 1 - found.accuracy) break;
    fmrBefore = fmr;
    fnmrBefore = fnmr;
  }
  return found;
}

/** Below this, pairs across people are missing from the list and rates cannot be told. */
function lowestKnown({ impostor, impostorCount }: Pairs): number {
  return impostor.cosines.length < impostorCount ? impostor.cosines.at(-1)! : -Infinity;
}

/** Where two rates cross that run straight from their values before to those after. */
function crossing(rates: { fmrBefore: number; fnmrBefore: number; fmr: number; fnmr: number }): number {
  const gapBefore = rates.fnmrBefore - rates.fmrBefore;
  const gap = rates.fnmr - rates.fmr;
  const share = gapBefore === gap ? 0 : gapBefore / (gapBefore - gap);
  return rates.fmrBefore + share * (rates.fmr - rates.fmrBefore);
}

function genuineWeight({ genuine }: { genuine: PairList }, weights: Weights): number {
  let sum = 0;
  for (let g = 0; g < genuine.first.length; g++) sum += weights[genuine.first[g]!]!;
  return sum;
}

/** The sum over all pairs of different people, also of those that were not kept. */
function impostorWeight({ picturesOf }: Pairs, weights: Weights): number {
  let sum = 0;
  let squares = 0;
  for (const [person, pictures] of picturesOf.entries()) {
    const weight = pictures * weights[person]!;
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum - squares) / 2;
}

/** 95 % intervals by drawing people, not pairs, with replacement: pairs of one person stand or fall together. */
export function verificationIntervals(
  pairs: Pairs,
  { seed, repeats }: { readonly seed: number; readonly repeats: number },
): { readonly eer: Interval | undefined; readonly accuracy: Interval | undefined } {
  const random = seededRandom(seed);
  const weights = new Float64Array(pairs.people);
  const eers: number[] = [];
  const accuracies: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    resample(pairs.people, random, weights);
    const { eer, accuracy } = verify(pairs, weights);
    if (genuineWeight(pairs, weights) === 0) continue;
    eers.push(eer);
    accuracies.push(accuracy);
  }
  return { eer: percentileInterval(eers), accuracy: percentileInterval(accuracies) };
}
