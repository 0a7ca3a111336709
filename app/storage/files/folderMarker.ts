import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { deriveKey } from '../vault/derivedKeys.ts';
import { replaceFile } from './atomicFile.ts';

export const MARKER_FILE = 'folder.json';
export const DATABASE_FILES = ['keyring.db', 'biometrics.db', 'identities.db', 'journal.db'] as const;
export type DatabaseFile = (typeof DATABASE_FILES)[number];

const MARKER_FORMAT = 1;

const Marker = z.strictObject({
  format: z.literal(MARKER_FORMAT),
  simulated: z.boolean(),
  /** `making` until every database stands: only then may one be made. */
  state: z.enum(['making', 'made']),
  /** Tells one master secret from another and says nothing else about it. */
  fingerprint: z.string(),
  mac: z.string(),
});
type Marker = z.infer<typeof Marker>;

/** Does the folder hold anything that a new master secret could not read? */
export function folderHoldsData(folder: string): boolean {
  return [MARKER_FILE, ...DATABASE_FILES].some((file) => existsSync(join(folder, file)));
}

/** What the marker says, unproved: whoever opens the folder then checks it. @throws Fault `storage` where there is no marker. */
export function folderIsSimulated(folder: string): boolean {
  const path = join(folder, MARKER_FILE);
  try {
    return z.object({ simulated: z.boolean() }).parse(JSON.parse(readFileSync(path, 'utf8'))).simulated;
  } catch (error) {
    throw new Fault(
      'storage',
      { thing: path, found: messageOf(error), expected: 'the marker of a data folder' },
      error,
    );
  }
}

/** What a data folder says of itself: whose key, simulated or real, made whole or not. */
export class FolderMarker {
  readonly #path: string;
  readonly #master: Uint8Array;
  readonly #simulated: boolean;

  constructor(folder: string, master: Uint8Array, simulated: boolean) {
    this.#path = join(folder, MARKER_FILE);
    this.#master = master;
    this.#simulated = simulated;
  }

  /**
   * May databases that are not there be made? Writes the marker into an empty folder.
   * @throws Fault `key` for another master secret; Fault `storage` for a folder of the other kind, a newer format, or a
   * marker that is damaged or missing beside data.
   */
  claim(folder: string): boolean {
    if (existsSync(this.#path)) return this.#check() === 'making';
    const found = DATABASE_FILES.find((file) => existsSync(join(folder, file)));
    if (found !== undefined)
      throw this.#fault(`missing beside ${found}`, 'the marker of this data: restore it from a backup');
    this.#write('making');
    return true;
  }

  complete(): void {
    this.#write('made');
  }

  /** @throws Fault `key` where there is a marker, and it is that of another master secret. */
  checkMaster(): void {
    if (existsSync(this.#path)) this.#checkMaster(this.#read());
  }

  #checkMaster(marker: Marker): void {
    if (marker.fingerprint !== this.#fingerprint()) {
      throw new Fault('key', {
        thing: `master secret for ${this.#path}`,
        found: `another one (fingerprint ${this.#fingerprint()})`,
        expected: `the one that this data was sealed with (${marker.fingerprint}): bring back its key file, or move the data folder away to begin anew`,
      });
    }
  }

  #check(): Marker['state'] {
    const marker = this.#read();
    this.#checkMaster(marker);
    if (!sameText(marker.mac, this.#mac(marker)))
      throw this.#fault('changed by somebody else', 'the marker as this gate wrote it');
    if (marker.simulated !== this.#simulated) {
      const kind = (simulated: boolean): string => (simulated ? 'of a simulated gate' : 'of a real gate');
      throw this.#fault(
        `a data folder ${kind(marker.simulated)}`,
        `one ${kind(this.#simulated)}: each has a data folder of its own`,
      );
    }
    return marker.state;
  }

  #read(): Marker {
    let found: unknown;
    try {
      found = JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      throw this.#fault(messageOf(error), 'a readable marker');
    }
    const newer = z.object({ format: z.number().check(z.gt(MARKER_FORMAT)) }).safeParse(found);
    if (newer.success)
      throw this.#fault(`format ${newer.data.format}`, `format ${MARKER_FORMAT}: the data is of a newer program`);
    const parsed = Marker.safeParse(found);
    if (!parsed.success) throw this.#fault(z.prettifyError(parsed.error), 'a marker as this gate writes it');
    return parsed.data;
  }

  #write(state: Marker['state']): void {
    const marker = {
      format: MARKER_FORMAT,
      simulated: this.#simulated,
      state,
      fingerprint: this.#fingerprint(),
    } as const;
    replaceFile(this.#path, `${JSON.stringify({ ...marker, mac: this.#mac(marker) })}\n`);
  }

  #fingerprint(): string {
    const key = deriveKey(this.#master, 'folder fingerprint');
    const fingerprint = key.toString('hex', 0, 8);
    key.fill(0);
    return fingerprint;
  }

  #mac(marker: Omit<Marker, 'mac'>): string {
    const key = deriveKey(this.#master, 'folder marker');
    const text = JSON.stringify([marker.format, marker.simulated, marker.state, marker.fingerprint]);
    const mac = createHmac('sha256', key).update(text).digest('hex');
    key.fill(0);
    return mac;
  }

  #fault(found: string, expected: string): Fault {
    return new Fault('storage', { thing: this.#path, found, expected });
  }
}

const sameText = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
