import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SelftestResult {
  readonly name: string;
  readonly ok: boolean;
  readonly value: number | string | null;
  readonly note: string | null;
}

/** Runs the command to its end. No variable of a build machine changes what the model runtime does by itself. */
export function selftest(given: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _disabled, ...rest } = process.env;
  const program = [join(ROOT, 'scripts/selftest.ts'), ...given];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, program, { env: { ...rest, ...env } }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** The results of a report, by name. */
export function resultsOf({ stdout }: Ended): ReadonlyMap<string, SelftestResult> {
  const { results } = JSON.parse(stdout) as { results: SelftestResult[] };
  return new Map(results.map((one) => [one.name, one]));
}
