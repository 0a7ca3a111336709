import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PinTriesRecord } from '#core/access/pinTries.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';
import { makeFolder, replaceFile } from './files/atomicFile.ts';
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
export function createPinTries({ folder, master, report }: PinTriesOptions): PinTriesStore {
  const path = join(folder, PIN_TRIES_FILE);
  const key = keyOf(folder, master);
  const read = (): PinTriesRecord => {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw damaged(`${size} bytes`);
    const content = unseal(key, SEALED_AS, readFileSync(path));
    if (content === undefined) throw damaged('a file that this gate did not write');
    try {
      return Tries.parse(JSON.parse(content.toString('utf8')));
    } finally {
      content.fill(0);
    }
  };
  return {
    read: () => {
      if (!existsSync(path)) return undefined;
      try {
        return read();
      } catch (error) {
        report({
          part: 'PIN tries',
          level: 'warning',
          says: `tries before this start do not count: ${messageOf(error)}`,
        });
        return undefined;
      }
    },
    write: (tries) => {
      const content = Buffer.from(JSON.stringify(tries));
      try {
        makeFolder(folder);
        replaceFile(path, seal(key, SEALED_AS, content));
      } catch (error) {
        const expected = 'a folder with room that this account may write';
        throw new Fault('storage', { thing: path, found: messageOf(error), expected }, error);
      } finally {
        content.fill(0);
      }
    },
  };
}

const damaged = (found: string): Fault =>
  new Fault('storage', { thing: PIN_TRIES_FILE, found, expected: 'the file as this gate wrote it' });

function keyOf(folder: string, root: Uint8Array): KeyObject {
  const bytes = folderKey(folder, root, 'pin tries');
  const key = keyObject(bytes);
  bytes.fill(0);
  return key;
}
