import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDERS_BEFORE } from './telling.ts';

/** Memory, where there is some to be had as a folder: for what needs no disk. */
export function memoryPlace(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** A folder for the roots of gates, gone with the test. */
export class Scratch implements Disposable {
  readonly path: string;
  #roots = 0;

  constructor(place = tmpdir()) {
    this.path = mkdtempSync(join(place, 'lintel-survival-'));
  }

  /** A new root, with what there is before a gate is installed. */
  root(): string {
    const root = this.bare();
    for (const folder of FOLDERS_BEFORE) mkdirSync(join(root, folder), { recursive: true });
    return root;
  }

  bare(): string {
    return join(this.path, String((this.#roots += 1)));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
