import type { Clock } from '#core/ports/clock.ts';
import { elapsed } from '#core/kernel/units.ts';
import { atMost, result, type Result } from '../report.ts';
import type { BenchFolder } from './benchFolder.ts';
import { GateAtWork } from './gateAtWork.ts';
import type { Effort } from './effort.ts';
import type { RawInference } from './rawInference.ts';
import { median, percentile, range, rounded } from './statistics.ts';

/** How much longer than the models alone the whole road from the last frame to the relay's bytes may take, at p50. */
const RATIO_MAX = 1.5;
/** Presentations before the first that counts: compilers and caches settle. */
const WARM_UP_PRESENTATIONS = 5;
/** After the relay's bytes, until whatever the presentation left behind is done, and before the models run alone. */
const PAUSE_MS = 20;

interface Round {
  readonly p50: number;
  readonly p95: number;
  /** Sum of the raw inference times, at p50. */
  readonly raw: number;
}

export interface StrikeParts {
  readonly folder: BenchFolder;
  readonly raw: RawInference;
  readonly clock: Clock;
  readonly effort: Effort;
}

/**
 * From the arrival of the frame that completes a presentation to the relay's bytes, with few people and with many, beside
 * the raw inference times. The models run alone after every presentation, so that a busy machine slows both down alike.
 */
export async function measureStrike(parts: StrikeParts): Promise<Result[]> {
  const { folder, effort } = parts;
  const few = await measureRounds(parts);
  await folder.fill(effort.people);
  const many = await measureRounds(parts);
  const ratios = ratiosOf(many);
  const with_ = `with ${folder.people} people`;
  const spread = `median of ${many.length} rounds of ${effort.presentations} presentations ${with_}`;
  const raw = rounded(median(many.map((round) => round.raw)), 1);
  return [
    atMost('strike.p50_ratio', {
      value: rounded(median(ratios), 3),
      limit: RATIO_MAX,
      unit: 'of raw inference',
      note: `${spread}, from ${range(ratios, 3)}; raw inference ${raw} ms`,
    }),
    inMs('strike.p50_ms', median(many.map(({ p50 }) => p50)), spread),
    inMs('strike.p95_ms', median(many.map(({ p95 }) => p95)), spread),
    result('strike.few_p50_ratio', {
      value: rounded(median(ratiosOf(few)), 3),
      unit: 'of raw inference',
      note: `the same with the two people of the demonstration, from ${range(ratiosOf(few), 3)}`,
    }),
    inMs('strike.few_p50_ms', median(few.map(({ p50 }) => p50)), 'the same with the two people of the demonstration'),
  ];
}

const ratiosOf = (rounds: readonly Round[]): number[] => rounds.map(({ p50, raw }) => p50 / raw);

const inMs = (name: string, value: number, note: string): Result =>
  result(name, { value: rounded(value, 1), unit: 'ms', note });

async function measureRounds({ folder, raw, clock, effort }: StrikeParts): Promise<Round[]> {
  await using gate = await GateAtWork.open(folder, clock);
  const rounds: Round[] = [];
  for (let i = 0; i < WARM_UP_PRESENTATIONS; i++) await gate.presentFace();
  for (let round = 0; round < effort.rounds; round++) {
    const took: number[] = [];
    const alone: number[] = [];
    for (let i = 0; i < effort.presentations; i++) {
      const { lastFrameAt, receivedAt } = await gate.presentFace();
      took.push(elapsed(lastFrameAt, receivedAt));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      alone.push(await raw.sumMs());
    }
    rounds.push({ p50: percentile(took, 0.5), p95: percentile(took, 0.95), raw: median(alone) });
  }
  return rounds;
}
