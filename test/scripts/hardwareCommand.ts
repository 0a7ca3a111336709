import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../scripts/hardware.ts');

/**
 * Runs the command beside the made-up boards, which live in this process. Each of the hands acts once, when the installer
 * is told what it is named by.
 */
export async function run(
  args: readonly string[],
  typed: string,
  hands: Readonly<Record<string, () => void>> = {},
): Promise<{ status: unknown; report: unknown; asked: string }> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  const idle = new Map(Object.entries(hands));
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    for (const [told, act] of idle) {
      if (!stderr.includes(told)) continue;
      idle.delete(told);
      act();
    }
  });
  child.stdin.end(typed);
  const [status] = (await once(child, 'close')) as [unknown];
  return { status, report: JSON.parse(stdout) as unknown, asked: stderr };
}
