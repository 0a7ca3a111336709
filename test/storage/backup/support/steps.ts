import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What changes the disk, one after the other. */
const CHANGES = ['writeSync', 'fsyncSync', 'renameSync', 'rmSync', 'mkdirSync', 'copyFileSync'] as const;

/** Kills this process before the n-th change of the disk from here on; gives the number of those so far. */
export function dieAt(step: number): () => number {
  let steps = 0;
  const next = (): void => {
    steps += 1;
    if (steps === step) process.kill(process.pid, 'SIGKILL');
  };
  for (const name of CHANGES) {
    const original = fs[name] as (...given: unknown[]) => unknown;
    Object.assign(fs, { [name]: (...given: unknown[]) => (next(), original(...given)) });
  }
  syncBuiltinESMExports();
  return () => steps;
}
