import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { DoorMode } from '#core/door/door.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { DoorModeStore } from '#core/ports/stores.ts';
import { makeFolder, replaceFile } from './files/atomicFile.ts';
import { openCabinet } from './keys/cabinet.ts';
import { deriveKey } from './vault/derivedKeys.ts';

export const DOOR_MODES_FILE = 'door-modes.json';
const FORMAT = 1;
const FILE_BYTES_MAX = 64 * 1024;

const DoorModesFile = z.strictObject({
  format: z.literal(FORMAT),
  modes: z.record(z.string(), z.enum(['normal', 'unlocked', 'locked-down'])),
  mac: z.string(),
});

export interface DoorModesOptions {
  readonly folder: string;
  /** The root secret of the folder, 32 bytes; the caller may overwrite it right after. */
  readonly master: Uint8Array;
  readonly report: (line: HealthReport) => void;
}

/** The modes of all doors in one small file of the data folder, authenticated: nobody unlocks a door by writing it. */
export function createDoorModes(options: DoorModesOptions): DoorModeStore {
  return new DoorModesOnDisk(options);
}

class DoorModesOnDisk implements DoorModeStore {
  readonly #folder: string;
  readonly #path: string;
  readonly #key: Buffer | Fault;
  readonly #report: (line: HealthReport) => void;

  constructor({ folder, master, report }: DoorModesOptions) {
    this.#folder = folder;
    this.#path = join(folder, DOOR_MODES_FILE);
    this.#report = report;
    this.#key = keyOf(folder, master);
  }

  read(door: DoorId): DoorMode {
    return this.#modes().get(door) ?? 'normal';
  }

  /** @throws Fault `storage` where it cannot be written; the old modes stand then. */
  write(door: DoorId, mode: DoorMode): void {
    const modes = Object.fromEntries(this.#modes().set(door, mode));
    try {
      makeFolder(this.#folder);
      replaceFile(this.#path, `${JSON.stringify({ format: FORMAT, modes, mac: this.#mac(modes) })}\n`);
    } catch (error) {
      const expected = 'a folder with room that this account may write; the door mode is as before';
      throw new Fault('storage', { thing: this.#path, found: messageOf(error), expected }, error);
    }
    this.#report({ part: 'door modes', level: 'ok', says: 'written' });
  }

  #modes(): Map<string, DoorMode> {
    if (!existsSync(this.#path)) return new Map();
    try {
      return new Map(Object.entries(this.#parsed()));
    } catch (error) {
      const says = `${this.#path} cannot be used and every door is taken to be normal: ${messageOf(error)}; set the modes again`;
      this.#report({ part: 'door modes', level: 'failed', says });
      return new Map();
    }
  }

  #parsed(): Record<string, DoorMode> {
    const { size } = statSync(this.#path);
    if (size > FILE_BYTES_MAX) throw this.#fault(`${size} bytes`);
    const parsed = DoorModesFile.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
    if (!parsed.success) throw this.#fault(z.prettifyError(parsed.error));
    const { modes, mac } = parsed.data;
    const expected = this.#mac(modes);
    if (mac.length !== expected.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) {
      throw this.#fault('a file that this gate did not write');
    }
    return modes;
  }

  #mac(modes: Record<string, DoorMode>): string {
    if (this.#key instanceof Fault) throw this.#key;
    const sorted = Object.entries(modes).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([FORMAT, sorted]))
      .digest('hex');
  }

  #fault(found: string): Fault {
    return new Fault('storage', { thing: DOOR_MODES_FILE, found, expected: 'the file as this gate wrote it' });
  }
}

/** The fault where the cabinet cannot be opened: doors are taken to be normal then, and a mode cannot be stored. */
function keyOf(folder: string, root: Uint8Array): Buffer | Fault {
  try {
    using cabinet = openCabinet(folder, root);
    const master = cabinet.key('master');
    const key = deriveKey(master, 'door modes');
    master.fill(0);
    return key;
  } catch (error) {
    if (error instanceof Fault) return error;
    return new Fault('storage', {
      thing: folder,
      found: messageOf(error),
      expected: 'a folder that this account may write',
    });
  }
}
