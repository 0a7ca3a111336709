import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { result, type Result } from '../report.ts';
import { wilson, type Interval } from './chance.ts';
import { RETRY_SCORE_MIN, type Observation } from './observe.ts';
import { fnirAt, fnirInterval, searchAll, searchesNeeded, thresholdAt, type Searches } from './openSet.ts';
import { pairsOf } from './pairs.ts';
import { verificationIntervals, verify } from './verification.ts';

/** Everything that was seen of one person. */
export interface Observed {
  readonly observations: readonly Observation[];
}

interface Evaluation {
  readonly gallery: readonly Observed[];
  readonly impostors: readonly Observed[];
  readonly models: ModelsFile;
  readonly seed: number;
}

const BOOTSTRAP_REPEATS = 1_000;
const SHARE = 'share';

/** The results of an evaluation, shares as 0..1; rates of the gates stand beside, they are not applied. */
export function evaluationResults(evaluation: Evaluation): Result[] {
  const people = evaluation.gallery.map(personOf);
  const others = evaluation.impostors.map(personOf);
  const searches = searchAll(people, others);
  return [
    ...detectionResults(evaluation),
    ...verificationResults([...people, ...others], evaluation.seed),
    fnirResult('openset.fnir_at_fpir_1pct', searches, { fpir: 0.01, seed: evaluation.seed }),
    fnirResult('openset.fnir_at_fpir_0.3pct', searches, { fpir: 0.003, seed: evaluation.seed }),
    ...thresholdResults(searches, evaluation.models.operating.identification.threshold),
    ...gateResults(evaluation),
  ];
}

function personOf({ observations }: Observed) {
  const features = observations.flatMap((seen) => (seen.kind === 'face' ? [seen.feature] : []));
  return { features, missed: observations.length - features.length };
}

const facesOf = ({ gallery, impostors }: Evaluation) =>
  [...gallery, ...impostors].flatMap(({ observations }) => observations);

function detectionResults(evaluation: Evaluation): Result[] {
  const seen = facesOf(evaluation);
  const { scoreMin } = evaluation.models.operating.detection;
  const failures = seen.filter(({ kind }) => kind === 'nobody').length;
  const retried = seen.filter((one) => one.kind === 'face' && one.retried).length;
  return [
    result('detection.failures', {
      value: failures,
      unit: 'pictures',
      note: `of ${seen.length} pictures nobody is found in, at ${RETRY_SCORE_MIN} either; ${withShare(failures, seen.length)}`,
    }),
    result('detection.retried', {
      value: retried,
      unit: 'pictures',
      note: `found only between ${RETRY_SCORE_MIN} and the operating point's ${scoreMin}; ${withShare(retried, seen.length)}`,
    }),
  ];
}

function verificationResults(people: readonly { features: readonly Float32Array[] }[], seed: number): Result[] {
  const pairs = pairsOf(people);
  const within = pairs.genuine.cosines.length;
  const counts = `${within} pairs within and ${pairs.impostorCount} across ${pairs.people} people`;
  if (within === 0 || pairs.impostorCount === 0) {
    return ['accuracy', 'eer'].map((name) =>
      result(`verification.${name}`, { unit: SHARE, note: `too little: ${counts}` }),
    );
  }
  const { eer, eerThreshold, accuracy, accuracyThreshold } = verify(pairs);
  const intervals = verificationIntervals(pairs, { seed, repeats: BOOTSTRAP_REPEATS });
  const how = `bootstrap over people, ${BOOTSTRAP_REPEATS} times`;
  return [
    result('verification.accuracy', {
      value: accuracy,
      unit: SHARE,
      note:
        `${told(accuracy, intervals.accuracy)}; ${counts}; pairs within and across count half each, ` +
        `at the best threshold, ${accuracyThreshold.toFixed(3)}; ${how}`,
    }),
    result('verification.eer', {
      ok: !Number.isNaN(eer),
      value: Number.isNaN(eer) ? null : eer,
      unit: SHARE,
      note: `${told(eer, intervals.eer)}; at ${eerThreshold.toFixed(3)}; ${how}`,
    }),
  ];
}

function fnirResult(name: string, searches: Searches, at: { fpir: number; seed: number }): Result {
  const nonMated = searches.nonMated.flat();
  const mated = searches.mated.flat();
  const needed = searchesNeeded(at.fpir);
  if (nonMated.length < needed || mated.length === 0) {
    const note = `too little: ${nonMated.length} pictures of impostors of ${needed} needed, ${mated.length} of enrolled people`;
    return result(name, { unit: SHARE, note });
  }
  const threshold = thresholdAt(nonMated, at.fpir);
  const fnir = fnirAt(mated, threshold);
  const interval = fnirInterval(searches, { ...at, repeats: BOOTSTRAP_REPEATS });
  const note =
    `${told(fnir, interval)}; ${searches.enrolled} people with one template each, ${mated.length} pictures of them and ` +
    `${nonMated.length} of impostors, threshold ${threshold.toFixed(3)}; the own person must come first`;
  return result(name, { value: fnir, unit: SHARE, note });
}

function thresholdResults(searches: Searches, threshold: number): Result[] {
  const mated = searches.mated.flat();
  const nonMated = searches.nonMated.flat();
  const missed = mated.filter((cosine) => cosine < threshold).length;
  const found = nonMated.filter((cosine) => cosine >= threshold).length;
  const at = `at ${threshold}, the operating point's, on single pictures`;
  return [
    shareResult('openset.fnir_at_operating_point', missed, { of: mated.length, note: at }),
    shareResult('openset.fpir_at_operating_point', found, { of: nonMated.length, note: at }),
  ];
}

function gateResults(evaluation: Evaluation): Result[] {
  const faces = facesOf(evaluation).filter((seen) => seen.kind === 'face');
  const flaws = new Map<string, number>();
  for (const { flaw } of faces) if (flaw !== undefined) flaws.set(flaw, (flaws.get(flaw) ?? 0) + 1);
  const reasons = [...flaws].map(([flaw, count]) => `${flaw} ${count}`).join(', ') || 'no flaw';
  const attacks = faces.filter(({ attackSuspected }) => attackSuspected).length;
  const refused = faces.filter(({ flaw }) => flaw !== undefined).length;
  return [
    shareResult('quality.refused', refused, { of: faces.length, note: `not applied above; ${reasons}` }),
    shareResult('pad.refused', attacks, { of: faces.length, note: 'not applied above; single pictures' }),
  ];
}

function shareResult(name: string, hits: number, about: { of: number; note: string }): Result {
  if (about.of === 0) return result(name, { unit: SHARE, note: 'too little: no picture' });
  return result(name, { value: hits / about.of, unit: SHARE, note: `${withShare(hits, about.of)}; ${about.note}` });
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const told = (share: number, interval: Interval | undefined): string =>
  interval === undefined
    ? percent(share)
    : `${percent(share)}, 95 % interval ${percent(interval.low)} to ${percent(interval.high)}`;

/** With Wilson's interval. */
const withShare = (hits: number, count: number): string =>
  `${hits} of ${count}, ${told(hits / Math.max(count, 1), wilson(hits, count))}`;
