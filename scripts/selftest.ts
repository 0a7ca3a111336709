import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import { HangAlarm } from '#platform/hangAlarm.ts';
import { runCommand, type Arguments, type Result } from './report.ts';
import { readSelftestArguments } from './selftest/arguments.ts';
import { commissioning } from './selftest/commissioning.ts';
import { Findings, withinTime } from './selftest/findings.ts';
import { simulatedSelftest } from './selftest/simulated.ts';

/**
 * Shows that a gate works. Usage: npm run selftest -- --simulated [--keep FOLDER] [--json], or for a real gate
 * npm run selftest -- --config FILE [--move] [--json].
 */

/** The whole, on a machine that does other things as well. */
const SELFTEST_MS_MAX = 120_000;
/** Beyond it, for an event loop that does not even notice that the time is over. */
const ALARM_SECONDS = SELFTEST_MS_MAX / 1_000 + 15;
/** Where the program was unpacked. */
const ROOT = process.env['LINTEL_ROOT'] ?? join(import.meta.dirname, '..');

async function selftest({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const options = readSelftestArguments(rest);
  const findings = new Findings();
  const whole =
    options.kind === 'simulated' ? simulated(options.keep, findings) : commissioning(ROOT, options, findings);
  await withinTime(whole, findings, SELFTEST_MS_MAX);
  return { results: [...findings.results] };
}

async function simulated(keep: string | undefined, findings: Findings): Promise<void> {
  const folder = keep === undefined ? mkdtempSync(join(tmpdir(), 'lintel-selftest-')) : emptyFolder(keep);
  // Also where the self-test is broken off, or hangs.
  if (keep === undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await simulatedSelftest({ root: ROOT, folder, findings });
}

/** @throws Fault `command` for a folder that holds something */
function emptyFolder(path: string): string {
  const folder = resolve(path);
  mkdirSync(folder, { recursive: true });
  const [found] = readdirSync(folder);
  if (found === undefined) return folder;
  throw new Fault('command', { thing: `--keep ${folder}`, found, expected: 'an empty folder, or none' });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
using alarm = new HangAlarm();
alarm.wind(ALARM_SECONDS);
await runCommand('selftest', selftest);
// A gate that hangs would keep the process.
process.exit();
