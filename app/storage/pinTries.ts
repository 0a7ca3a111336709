import * as z from 'zod/mini';
import type { PinTriesRecord } from '#core/access/pinTries.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';
import { SealedFile } from './files/sealedFile.ts';

export const PIN_TRIES_FILE = 'pin-tries';
const FILE_BYTES_MAX = 64 * 1024;
const VERSION = 1;

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
  readonly #file: SealedFile<PinTriesRecord>;
  readonly #report: (line: HealthReport) => void;

  constructor({ folder, master, report }: PinTriesOptions) {
    this.#report = report;
    this.#file = new SealedFile<PinTriesRecord>({
      folder,
      master,
      name: PIN_TRIES_FILE,
      purpose: 'pin tries',
      version: VERSION,
      bytesMax: FILE_BYTES_MAX,
      bytesOf: (tries) => Buffer.from(JSON.stringify(tries)),
    });
  }

  read(): PinTriesRecord | undefined {
    try {
      const content = this.#file.read();
      return content && parsed(content);
    } catch (error) {
      const says = `tries before this start do not count: ${messageOf(error)}`;
      this.#report({ part: 'PIN tries', level: 'warning', says });
      return undefined;
    }
  }

  write(tries: PinTriesRecord): Promise<void> {
    return this.#file.write(tries);
  }
}

function parsed(content: Buffer): PinTriesRecord {
  try {
    return Tries.parse(JSON.parse(content.toString('utf8')));
  } finally {
    content.fill(0);
  }
}
