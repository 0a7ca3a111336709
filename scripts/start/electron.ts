import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const PARTS = ['main', 'preload', 'service'];

/** Builds what Electron runs and runs it until it ends. Resolves with its exit status. */
export async function runElectron({
  binary,
  root,
  args,
}: {
  binary: string;
  root: string;
  args: readonly string[];
}): Promise<number> {
  const main = join(root, 'build/electron/main.js');
  for (const mode of PARTS) {
    await build({ root, mode, configFile: join(root, 'vite.electron.config.ts'), logLevel: 'warn' });
  }
  if (!existsSync(main)) throw new Error(`${main} was not built`);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const electron = spawn(binary, [main, ...args], { stdio: 'inherit' });
  electron.once('error', reject);
  electron.once('exit', (status) => resolve(status ?? 1));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => electron.kill(signal));
  return promise;
}
