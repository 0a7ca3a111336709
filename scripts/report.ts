import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { arch, versions } from 'node:process';
import { Fault, messageOf } from '#core/kernel/fault.ts';

/** One measured or checked thing. `value: null` with a note where there is too little data, which is ok. */
export interface Result {
  /** Stable across versions: whoever compares two reports goes by it. */
  readonly name: string;
  readonly ok: boolean;
  readonly value: number | string | null;
  readonly unit: string | null;
  /** What `value` was held against; null where nothing is demanded. */
  readonly limit: number | string | null;
  readonly note: string | null;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly arch: string;
  readonly node: string;
  /** Runnable processes over 1, 5 and 15 minutes: figures from a busy machine say little. */
  readonly loadAverage: readonly number[];
}

/** The form of every command that measures or checks. */
export interface Report {
  readonly command: string;
  readonly ok: boolean;
  readonly results: readonly Result[];
  readonly machine: Machine;
  /** Short hash of the commit that ran; null outside a clone. */
  readonly commit: string | null;
  /** Where chance was used; null where it was not. */
  readonly seed: number | null;
}

/** The exit status where the command line, or what it points at, cannot be used. */
export const EXIT_UNUSABLE = 2;

/** A result from its name and what is known; what is left out is null, and nothing left out is a failure. */
export function result(name: string, about: Partial<Omit<Result, 'name'>>): Result {
  return { name, ok: true, value: null, unit: null, limit: null, note: null, ...about };
}

/** A result that is ok exactly where a number is known and is at most `limit`. */
export function atMost(name: string, about: { value: number; limit: number; unit: string; note?: string }): Result {
  return result(name, { ...about, ok: about.value <= about.limit, note: about.note ?? null });
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    arch,
    node: versions.node,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

const stackOf = (thrown: unknown): string => (thrown instanceof Error && thrown.stack) || String(thrown);

/** @param folder lies inside the clone whose commit is asked for */
export function commitOf(folder: string): string | null {
  try {
    const found = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return found.toString('utf8').trim() || null;
  } catch {
    return null;
  }
}

/** The report of one run on this machine. A report without any result is not ok: nothing was shown. */
export function reportOf(command: string, results: readonly Result[], seed: number | null = null): Report {
  const ok = results.length > 0 && results.every((one) => one.ok);
  return { command, ok, results, machine: machine(), commit: commitOf(import.meta.dirname), seed };
}

/** The report as lines for people. */
export function linesOf(report: Report): string[] {
  const width = Math.max(0, ...report.results.map(({ name }) => name.length));
  const { cpu, cores, arch: architecture, node, loadAverage } = report.machine;
  return [
    ...report.results.flatMap((one) => resultLines(one, width)),
    '',
    `${report.command}: ${report.ok ? 'ok' : 'NOT OK'}`,
    `${cpu}, ${cores} cores, ${architecture}, Node ${node}, load ${loadAverage.join(' ')}`,
    `commit ${report.commit ?? 'unknown'}${report.seed === null ? '' : `, seed ${report.seed}`}`,
  ];
}

function resultLines(one: Result, width: number): string[] {
  const value = one.value === null ? '-' : `${one.value}${one.unit === null ? '' : ` ${one.unit}`}`;
  const limit = one.limit === null ? '' : `  (limit ${one.limit}${one.unit === null ? '' : ` ${one.unit}`})`;
  const line = `${one.ok ? 'ok    ' : 'NOT OK'}  ${one.name.padEnd(width)}  ${value}${limit}`;
  return one.note === null ? [line] : [line, `        ${one.note}`];
}

/** Prints for people, or with `--json` one object, and sets the exit status by `ok`. */
export function printReport(report: Report, asJson: boolean): void {
  console.log(asJson ? JSON.stringify(report, undefined, 2) : linesOf(report).join('\n'));
  process.exitCode = report.ok ? 0 : 1;
}

export interface Arguments {
  readonly json: boolean;
  /** Everything but `--json`, in order. */
  readonly rest: readonly string[];
}

export function readArguments(given: readonly string[] = process.argv.slice(2)): Arguments {
  return { json: given.includes('--json'), rest: given.filter((argument) => argument !== '--json') };
}

/**
 * Runs a command and prints its report. A Fault is told on stderr with exit status 2, anything else thrown is a defect of
 * ours and ends with 1 and its stack; with `--json` stdout carries a report all the same, which is not ok.
 */
export async function runCommand(
  command: string,
  run: (given: Arguments) => Promise<{ readonly results: readonly Result[]; readonly seed?: number }>,
): Promise<void> {
  const given = readArguments();
  try {
    const { results, seed } = await run(given);
    printReport(reportOf(command, results, seed ?? null), given.json);
  } catch (thrown) {
    const told = thrown instanceof Fault ? thrown.message : stackOf(thrown);
    console.error(`${command}: ${told}`);
    if (given.json) printReport(reportOf(command, [result('command', { ok: false, note: messageOf(thrown) })]), true);
    process.exitCode = thrown instanceof Fault ? EXIT_UNUSABLE : 1;
  }
}
