import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import { exchangeNames } from '#platform/exchangeNames.ts';
import { OWN_FOLDER, replaceFile, syncFolder } from '../files/atomicFile.ts';

/** In a folder that is not whole yet: what was cut off may be removed. */
const UNFINISHED_FILE = 'unfinished';

/**
 * A data folder that is put together beside the one in use and takes its place in one step. Whoever looks, at any moment,
 * finds the old one whole or the new one whole.
 */
export class NewFolder implements Disposable {
  readonly path: string;
  readonly #place: string;

  /** `place`: where the folder in use lies, or is to lie. What an earlier attempt left is cleared away. */
  constructor(place: string, at: WallTime) {
    this.#place = resolve(place);
    this.path = `${this.#place}.restoring`;
    if (existsSync(join(this.path, UNFINISHED_FILE))) rmSync(this.path, { recursive: true });
    // Without that mark it is a whole folder: the one from before, of a restore that was cut off at its very end.
    else if (existsSync(this.path)) renameSync(this.path, asideOf(this.#place, at));
    mkdirSync(this.path, { recursive: true, mode: OWN_FOLDER });
    replaceFile(join(this.path, UNFINISHED_FILE), '');
  }

  /**
   * From here on this folder is the one in use. The one from before is kept aside under the name that is given back;
   * undefined where there was none.
   * @throws Fault `storage` where the file system cannot do that; the old folder stands then.
   */
  takePlace(at: WallTime): string | undefined {
    syncFiles(this.path);
    rmSync(join(this.path, UNFINISHED_FILE));
    syncFolder(this.path);
    const parent = dirname(this.#place);
    if (!existsSync(this.#place) || readdirSync(this.#place).length === 0) {
      renameSync(this.path, this.#place);
      syncFolder(parent);
      return undefined;
    }
    const exchange = exchangeNames(this.path, this.#place);
    if (exchange.kind === 'refused') {
      throw new Fault('storage', {
        thing: `data folder ${this.#place}`,
        found: `a file system that exchanges no names (${exchange.errno})`,
        expected: `one that does, or, with the gate stopped, a move by hand: ${this.path} is whole and takes its place`,
      });
    }
    syncFolder(parent);
    const aside = asideOf(this.#place, at);
    renameSync(this.path, aside);
    syncFolder(parent);
    return aside;
  }

  /** Removes what did not take its place. */
  [Symbol.dispose](): void {
    if (existsSync(join(this.path, UNFINISHED_FILE))) rmSync(this.path, { recursive: true, force: true });
  }
}

/** A name that nothing has yet. */
function asideOf(place: string, at: WallTime): string {
  const name = `${place}.before-${new Date(at).toISOString().replaceAll(/[-:.]/g, '')}`;
  for (let n = 1; ; n++) {
    const path = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(path)) return path;
  }
}

function syncFiles(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const handle = openSync(join(folder, entry.name), 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}
