import { Fault } from '#core/kernel/fault.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { BenchFolder } from './bench/benchFolder.ts';
import { FULL, QUICK, type Effort } from './bench/effort.ts';
import { measureCamera } from './bench/camera.ts';
import { measureDecide } from './bench/decide.ts';
import { benchErasure } from './bench/erasure.ts';
import { measureAppend, measureMillion } from './bench/journal.ts';
import { measureLoad } from './bench/load.ts';
import { measureIdle, measureStart, type ProcessParts } from './bench/process.ts';
import { Quiet } from './bench/quiet.ts';
import { RawInference } from './bench/rawInference.ts';
import { measureOsdp } from './bench/osdp.ts';
import { measureCardToRelay } from './bench/osdpGate.ts';
import { measureStrike } from './bench/strike.ts';
import { measureWays } from './bench/ways.ts';
import { runCommand, type Arguments, type Result } from './report.ts';

/** How quick and how large the gate is on this machine. Usage: npm run bench -- [--quick] [--only NAME] [--json] */

/** As a shell tells it of a program that was ended by hand. */
const EXIT_INTERRUPTED = 130;

/** What is measured together, by the first words of its results' names. */
const MEASUREMENTS: readonly {
  readonly names: readonly string[];
  readonly measure: (parts: ProcessParts) => Promise<Result[]>;
}[] = [
  { names: ['strike'], measure: measureStrike },
  { names: ['card', 'pin', 'mirror'], measure: measureWays },
  { names: ['start', 'memory'], measure: measureStart },
  { names: ['idle'], measure: measureIdle },
  { names: ['journal'], measure: async () => [...measureAppend(), ...measureMillion()] },
  { names: ['osdp'], measure: async (parts) => [...(await measureOsdp(parts)), ...(await measureCardToRelay(parts))] },
  { names: ['decide'], measure: async ({ quiet }) => measureDecide({ quiet }) },
  { names: ['camera'], measure: ({ effort, quiet }) => measureCamera({ effort, quiet }) },
  { names: ['erasure'], measure: async () => benchErasure() },
  { names: ['load'], measure: ({ quiet }) => measureLoad(quiet) },
];

async function bench({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const { effort, only } = parseArguments(rest);
  const quiet = new Quiet();
  const clock = new SystemClock();
  using open = new DisposableStack();
  disposeWhenInterrupted(open);
  const folder = open.use(new BenchFolder({ clock, random: new SystemRandom() }));
  await using raw = await RawInference.start(folder.program.models);
  const results: Result[] = [];
  for (const { names, measure } of MEASUREMENTS) {
    if (only !== undefined && !names.includes(only)) continue;
    if (process.stderr.isTTY) process.stderr.write(`measuring: ${names.join(', ')}\n`);
    results.push(...(await measure({ folder, raw, clock, effort, quiet })));
  }
  return { results };
}

/** Everything that was started ends with this process; the folder must be removed by it. */
function disposeWhenInterrupted(open: Disposable): void {
  process.once('exit', () => open[Symbol.dispose]());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(EXIT_INTERRUPTED));
}

function parseArguments(rest: readonly string[]): { effort: Effort; only: string | undefined } {
  const names = MEASUREMENTS.flatMap((one) => one.names);
  let effort = FULL;
  let only: string | undefined;
  for (let i = 0; i < rest.length; i++) {
    const argument = rest[i]!;
    if (argument === '--quick') effort = QUICK;
    else if (argument === '--only' && names.includes(rest[i + 1] ?? '')) only = rest[++i];
    else {
      const expected = `bench [--quick] [--only ${names.join('|')}] [--json]`;
      throw new Fault('command', { thing: 'arguments', found: rest.join(' '), expected });
    }
  }
  return { effort, only };
}

await runCommand('bench', bench);
