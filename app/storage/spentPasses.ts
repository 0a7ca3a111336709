import { NO_PASS_SPENT, PASSES_SPENT_MAX, type SpentPasses } from '#core/access/pass.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { PassId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { SpentPassStore } from '#core/ports/stores.ts';
import { SealedFile } from './files/sealedFile.ts';

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
  readonly #file: SealedFile<SpentPasses>;
  readonly #report: (line: HealthReport) => void;

  constructor({ folder, master, report }: SpentPassesOptions) {
    this.#report = report;
    this.#file = new SealedFile({
      folder,
      master,
      name: SPENT_PASSES_FILE,
      purpose: 'spent passes',
      version: VERSION,
      bytesMax: FILE_BYTES_MAX,
      bytesOf,
    });
  }

  read(): SpentPasses | 'unknown' {
    try {
      const content = this.#file.read();
      return content === undefined ? NO_PASS_SPENT : this.#parsed(content);
    } catch (error) {
      const says = `single-use passes that were made out until now are refused: ${messageOf(error)}`;
      this.#report({ part: 'spent passes', level: 'warning', says });
      return 'unknown';
    }
  }

  write(spent: SpentPasses): Promise<void> {
    return this.#file.write(spent);
  }

  #parsed(bytes: Buffer): SpentPasses {
    if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % PASS_BYTES !== 0)
      throw this.#file.damaged(`${bytes.length} bytes inside`);
    if (bytes.readUInt8() !== VERSION) throw this.#file.damaged(`version ${bytes.readUInt8()}`);
    const doubtedUntil = momentAt(bytes, 1);
    const until = new Map<PassId, WallTime>();
    for (let at = HEADER_BYTES; at < bytes.length; at += PASS_BYTES)
      until.set(bytes.toString('hex', at, at + ID_BYTES) as PassId, momentAt(bytes, at + ID_BYTES));
    return doubtedUntil === 0 ? { until } : { until, doubtedUntil };
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

const momentAt = (bytes: Buffer, at: number): WallTime => wallTime(Number(bytes.readBigUInt64BE(at)));
