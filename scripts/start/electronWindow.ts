import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '#core/ports/clock.ts';
import { KeptProcess } from '#service/supervise/keptProcess.ts';
import type { Host } from './host.ts';
import { ScreenFolder, type ScreenWindow } from './screenFolder.ts';

const MAIN = join(import.meta.dirname, 'electronWindow.mjs');

export interface ElectronWindowOptions {
  readonly host: Extract<Host, { kind: 'electron' }>;
  readonly window: ScreenWindow;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** Shows one window in Electron, which keeps whatever it writes in a folder that is removed, and starts it again when it dies. */
export function keepElectronWindow({ host, window, clock, env, log }: ElectronWindowOptions): {
  readonly stop: () => Promise<unknown>;
} {
  const parts = { account: { kind: 'same' }, display: host.display, windows: [window], env } as const;
  const kept = new KeptProcess({
    name: 'screen',
    clock,
    log,
    isFinal: () => false,
    start: () => {
      const folder = new ScreenFolder(parts);
      const address = pathToFileURL(folder.enterFile(window)).href;
      // Its input ends with us, however we end, and it ends with its input.
      const child = spawn(host.binary, [MAIN, address], {
        env: folder.environment(parts),
        cwd: '/',
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      return { child, [Symbol.dispose]: () => folder[Symbol.dispose]() };
    },
  });
  return { stop: () => kept.stop('SIGTERM') };
}
