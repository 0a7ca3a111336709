import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_PASS_SPENT, PASSES_SPENT_MAX, type SpentPasses } from '#core/access/pass.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { PassId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { SpentPassStore } from '#core/ports/stores.ts';
import { OWN_FILE } from './files/atomicFile.ts';
import { folderKey } from './keys/folderKey.ts';
import { keyObject } from './vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from './vault/seal.ts';

/**
 * One file of the data folder, sealed. Inside, numbers big-endian: 1 byte version, 8 bytes until when everything is
 * doubted (milliseconds since 1970, 0 for nothing), then for each pass its id of 16 bytes and 8 bytes of when it ends.
 * It says nothing of whose passes they were.
 */
export const SPENT_PASSES_FILE = 'spent-passes';
const VERSION = 1;
const HEADER_BYTES = 9;
const ID_BYTES = 16;
const PASS_BYTES = ID_BYTES + 8;
const SEALING_BYTES_MAX = 64;
const FILE_BYTES_MAX = HEADER_BYTES + PASSES_SPENT_MAX * PASS_BYTES + SEALING_BYTES_MAX;
const SEALED_AS: SealedAs = ['spent passes', VERSION];

export interface SpentPassesOptions {
  readonly folder: string;
  /** The root secret of the folder, 32 bytes; the caller may overwrite it right after. */
  readonly master: Uint8Array;
  readonly report: (line: HealthReport) => void;
}

/** Spent passes in one small sealed file of the data folder. */
export function createSpentPasses(options: SpentPassesOptions): SpentPassStore {
  return new SpentPassesOnDisk(options);
}

class SpentPassesOnDisk implements SpentPassStore {
  readonly #folder: string;
  readonly #path: string;
  readonly #key: KeyObject;
  readonly #report: (line: HealthReport) => void;
  #waiting: SpentPasses | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor({ folder, master, report }: SpentPassesOptions) {
    this.#folder = folder;
    this.#path = join(folder, SPENT_PASSES_FILE);
    this.#report = report;
    this.#key = keyOf(folder, master);
  }

  read(): SpentPasses | 'unknown' {
    if (!existsSync(this.#path)) return NO_PASS_SPENT;
    try {
      const { size } = statSync(this.#path);
      if (size > FILE_BYTES_MAX) throw damaged(`${size} bytes`);
      const content = unseal(this.#key, SEALED_AS, readFileSync(this.#path));
      if (content === undefined) throw damaged('a file that this gate did not write');
      return parsed(content);
    } catch (error) {
      const says = `single-use passes that were made out until now are refused: ${messageOf(error)}`;
      this.#report({ part: 'spent passes', level: 'warning', says });
      return 'unknown';
    }
  }

  write(spent: SpentPasses): Promise<void> {
    this.#waiting = spent;
    const written = this.#writing.then(() => this.#writeWaiting());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #writeWaiting(): Promise<void> {
    const spent = this.#waiting;
    if (spent === undefined) return;
    try {
      const temporary = `${this.#path}.new`;
      await writeFile(temporary, seal(this.#key, SEALED_AS, bytesOf(spent)), { flush: true, mode: OWN_FILE });
      await rename(temporary, this.#path);
      await using handle = await open(this.#folder);
      await handle.sync();
    } catch (error) {
      const expected = `${this.#folder} with room, for this account to write`;
      throw new Fault('storage', { thing: this.#path, found: messageOf(error), expected }, error);
    }
    // Only now: whoever was told that it waits behind this one must not be told that it is written where it is not.
    if (this.#waiting === spent) this.#waiting = undefined;
  }
}

function bytesOf({ until, doubtedUntil = wallTime(0) }: SpentPasses): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + until.size * PASS_BYTES);
  bytes.writeUInt8(VERSION);
  bytes.writeBigUInt64BE(BigInt(doubtedUntil), 1);
  let at = HEADER_BYTES;
  for (const [id, end] of until) {
    bytes.write(id, at, 'hex');
    bytes.writeBigUInt64BE(BigInt(end), at + ID_BYTES);
    at += PASS_BYTES;
  }
  return bytes;
}

function parsed(bytes: Buffer): SpentPasses {
  if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % PASS_BYTES !== 0)
    throw damaged(`${bytes.length} bytes inside`);
  if (bytes.readUInt8() !== VERSION) throw damaged(`version ${bytes.readUInt8()}`);
  const doubtedUntil = momentAt(bytes, 1);
  const until = new Map<PassId, WallTime>();
  for (let at = HEADER_BYTES; at < bytes.length; at += PASS_BYTES)
    until.set(bytes.toString('hex', at, at + ID_BYTES) as PassId, momentAt(bytes, at + ID_BYTES));
  return doubtedUntil === 0 ? { until } : { until, doubtedUntil };
}

const momentAt = (bytes: Buffer, at: number): WallTime => wallTime(Number(bytes.readBigUInt64BE(at)));

const damaged = (found: string): Fault =>
  new Fault('storage', { thing: SPENT_PASSES_FILE, found, expected: 'the file as this gate wrote it' });

function keyOf(folder: string, root: Uint8Array): KeyObject {
  const bytes = folderKey(folder, root, 'spent passes');
  const key = keyObject(bytes);
  bytes.fill(0);
  return key;
}
