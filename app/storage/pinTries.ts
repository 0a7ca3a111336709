import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PinTriesRecord } from '#core/access/pinTries.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';
import { OWN_FILE } from './files/atomicFile.ts';
import { folderKey } from './keys/folderKey.ts';
import { keyObject } from './vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from './vault/seal.ts';

export const PIN_TRIES_FILE = 'pin-tries';
const FILE_BYTES_MAX = 64 * 1024;
const SEALED_AS: SealedAs = ['pin tries', 1];

const moment = z.custom<WallTime>((value) => Number.isFinite(value));
const Tries: z.ZodMiniType<PinTriesRecord> = z.strictObject({
  byNumber: z.array(z.strictObject({ number: z.string(), at: z.array(moment) })),
  terminal: z.array(moment),
});

export interface PinTriesOptions {
  readonly folder: string;
  /** The root secret of the folder, 32 bytes; the caller may overwrite it right after. */
  readonly master: Uint8Array;
  readonly report: (line: HealthReport) => void;
}

/** Wrong PINs in one small sealed file of the data folder. */
export function createPinTries(options: PinTriesOptions): PinTriesStore {
  return new PinTriesOnDisk(options);
}

class PinTriesOnDisk implements PinTriesStore {
  readonly #folder: string;
  readonly #path: string;
  readonly #key: KeyObject;
  readonly #report: (line: HealthReport) => void;
  #waiting: PinTriesRecord | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor({ folder, master, report }: PinTriesOptions) {
    this.#folder = folder;
    this.#path = join(folder, PIN_TRIES_FILE);
    this.#report = report;
    this.#key = keyOf(folder, master);
  }

  read(): PinTriesRecord | undefined {
    if (!existsSync(this.#path)) return undefined;
    try {
      return this.#parsed();
    } catch (error) {
      const says = `tries before this start do not count: ${messageOf(error)}`;
      this.#report({ part: 'PIN tries', level: 'warning', says });
      return undefined;
    }
  }

  write(tries: PinTriesRecord): Promise<void> {
    this.#waiting = tries;
    const written = this.#writing.then(() => this.#writeWaiting());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  #parsed(): PinTriesRecord {
    const { size } = statSync(this.#path);
    if (size > FILE_BYTES_MAX) throw damaged(`${size} bytes`);
    const content = unseal(this.#key, SEALED_AS, readFileSync(this.#path));
    if (content === undefined) throw damaged('a file that this gate did not write');
    try {
      return Tries.parse(JSON.parse(content.toString('utf8')));
    } finally {
      content.fill(0);
    }
  }

  async #writeWaiting(): Promise<void> {
    const tries = this.#waiting;
    if (tries === undefined) return;
    this.#waiting = undefined;
    const content = Buffer.from(JSON.stringify(tries));
    try {
      const temporary = `${this.#path}.new`;
      await writeFile(temporary, seal(this.#key, SEALED_AS, content), { flush: true, mode: OWN_FILE });
      await rename(temporary, this.#path);
    } catch (error) {
      const expected = `${this.#folder} with room, for this account to write`;
      throw new Fault('storage', { thing: this.#path, found: messageOf(error), expected }, error);
    } finally {
      content.fill(0);
    }
  }
}

const damaged = (found: string): Fault =>
  new Fault('storage', { thing: PIN_TRIES_FILE, found, expected: 'the file as this gate wrote it' });

function keyOf(folder: string, root: Uint8Array): KeyObject {
  const bytes = folderKey(folder, root, 'pin tries');
  const key = keyObject(bytes);
  bytes.fill(0);
  return key;
}
