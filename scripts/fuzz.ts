import { Fault, messageOf } from '#core/kernel/fault.ts';
import { HangAlarm } from '#platform/hangAlarm.ts';
import { PARSERS, SHARE } from './fuzz/parsers.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

/**
 * Feeds mutated real traffic to every parser. Usage: npm run fuzz -- [--cases N] [--seed N] [--parser NAME] [--json];
 * N cases in all, ten million where nothing is said, shared equally but for what is slow.
 */

/** About two minutes on two cores; a nightly run, or one parser, may have more. */
const CASES = 10_000_000;
const CASES_MAX = 1_000_000_000;
/** Cases at a time; between two the memory is looked at and the alarm is wound. */
const BATCH = 20_000;
/** A batch takes a second or less; one that takes so long hangs. */
const BATCH_SECONDS_MAX = 120;
/** What a parser may add to the process at most, whatever it is fed. */
const GROWTH_MIB_MAX = 256;
const SEED_MAX = 2 ** 32 - 1;
const MIB = 2 ** 20;

const USAGE = `fuzz [--cases N] [--seed N] [--parser ${Object.keys(PARSERS).join('|')}] [--json]`;

function readFuzzArguments(given: readonly string[]): { cases: number; seed: number; parsers: readonly string[] } {
  const unusable = (found: string): Fault => new Fault('command', { thing: 'arguments', found, expected: USAGE });
  const number = (text: string, max: number): number => {
    const found = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(found <= max)) throw unusable(text);
    return found;
  };
  let [cases, seed, parsers] = [CASES, Math.floor(Math.random() * SEED_MAX), Object.keys(PARSERS)];
  for (let at = 0; at < given.length; at += 2) {
    const [name, value = ''] = given.slice(at, at + 2);
    if (name === '--cases') cases = Math.max(number(value, CASES_MAX), 1);
    else if (name === '--seed') seed = number(value, SEED_MAX);
    else if (name === '--parser' && parsers.includes(value)) parsers = [value];
    else throw unusable([name, value].join(' '));
  }
  return { cases, seed, parsers };
}

async function fuzz({ rest }: Arguments): Promise<{ results: readonly Result[]; seed: number }> {
  const { cases, seed, parsers } = readFuzzArguments(rest);
  using alarm = new HangAlarm();
  const shares = parsers.map((name) => SHARE[name] ?? 1);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const results = parsers.map((name, index) => {
    const share = Math.ceil((cases * shares[index]!) / whole);
    return putOnTrial(name, share, seed, alarm);
  });
  const total = results.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : 0), 0);
  return { results: [...results, result('cases in all', { value: total })], seed };
}

function putOnTrial(name: string, cases: number, seed: number, alarm: HangAlarm): Result {
  const began = performance.now();
  const memory = process.memoryUsage.rss();
  let run = 0;
  try {
    for (let batch = 0; run < cases; batch++) {
      alarm.wind(BATCH_SECONDS_MAX);
      run += PARSERS[name]!(Math.min(BATCH, cases - run), (seed + batch) >>> 0);
    }
  } catch (thrown) {
    return result(name, { ok: false, value: run, unit: 'cases', note: messageOf(thrown) });
  }
  const seconds = (performance.now() - began) / 1_000;
  const growth = Math.max(process.memoryUsage.rss() - memory, 0) / MIB;
  const note = `${Math.round(run / seconds)} a second, ${growth.toFixed(0)} MiB more`;
  return result(name, { ok: growth <= GROWTH_MIB_MAX, value: run, unit: 'cases', note });
}

await runCommand('fuzz', fuzz);
