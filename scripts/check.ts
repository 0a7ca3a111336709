import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Everything that a change must pass, cheapest first: types, lint, format, dead code, tests. Stops at the first failure
 * with its output. The last line is `N passed, N failed`, in tests; a step that fails before them counts as one.
 */

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const TEST_REPORT = join(ROOT, 'build', 'check', 'tests.json');
/** A step that takes longer hangs. */
const STEP_MS_MAX = 20 * 60 * 1_000;

interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** Each row runs side by side, one row after the other. */
const ROWS: readonly (readonly Step[])[] = [
  [{ name: 'types', command: ['tsc', '-b'] }],
  [
    { name: 'lint', command: ['oxlint', '--type-aware'] },
    { name: 'format', command: ['oxfmt', '--check'] },
    { name: 'dead code', command: ['knip', '--no-progress'] },
  ],
];
const TESTS: Step = {
  name: 'tests',
  command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${TEST_REPORT}`],
};

/** Runs a step to its end; `shown` lets its output through while it runs. */
function run({ command: [program, ...args] }: Step, shown: boolean): Promise<Outcome> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1_000;
  // The Node of the lock file comes first, whichever the system has.
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    const child = spawn(join(BIN, program), args, {
      cwd: ROOT,
      env,
      stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      timeout: STEP_MS_MAX,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => resolve({ ok: false, output: `${program}: ${error.message}`, seconds: seconds() }));
    child.on('close', (code, signal) => {
      if (signal !== null)
        output += `\n${program} was ended by ${signal}, after at most ${STEP_MS_MAX / 60_000} minutes\n`;
      resolve({ ok: code === 0, output, seconds: seconds() });
    });
  });
}

const say = (step: Step, { ok, seconds }: Outcome): void =>
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s`);

async function runRow(row: readonly Step[]): Promise<boolean> {
  const outcomes = await Promise.all(row.map((step) => run(step, false)));
  for (const [index, step] of row.entries()) say(step, outcomes[index]!);
  const failed = outcomes.findIndex(({ ok }) => !ok);
  if (failed < 0) return true;
  console.log(`\n${row[failed]!.command.join(' ')}\n${outcomes[failed]!.output.trimEnd()}\n`);
  return false;
}

/** The numbers of the last test run. A run that failed has at least one failure, also where no test could begin. */
function countsOf(outcome: Outcome): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  try {
    const report: unknown = JSON.parse(readFileSync(TEST_REPORT, 'utf8'));
    passed = numberIn(report, 'numPassedTests');
    failed = numberIn(report, 'numFailedTests');
  } catch (error) {
    console.log(`${TEST_REPORT}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { passed, failed: outcome.ok && passed > 0 ? failed : Math.max(1, failed) };
}

function numberIn(report: unknown, name: string): number {
  const value: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, name) : undefined;
  if (typeof value !== 'number') throw new Error(`${name}: found ${typeof value}, expected a number`);
  return value;
}

async function check(): Promise<{ passed: number; failed: number }> {
  for (const row of ROWS) if (!(await runRow(row))) return { passed: 0, failed: 1 };
  mkdirSync(dirname(TEST_REPORT), { recursive: true });
  rmSync(TEST_REPORT, { force: true });
  const outcome = await run(TESTS, true);
  say(TESTS, outcome);
  return countsOf(outcome);
}

const { passed, failed } = await check();
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
