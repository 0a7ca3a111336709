import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { EscrowState } from '#core/privacy/receipt.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import type { SealedAs } from '../vault/seal.ts';
import { sealTo, unsealAs } from './curveKeys.ts';
import { decodeKeyring, encodeKeyring, keyringDigest, type KeyringContent } from './keyringContent.ts';

const FORMAT = 2;
/** The first line, its end included. */
const HEADER_BYTES_MAX = 1_024;
const LINE_END = 0x0a;

const EscrowHeader = z.strictObject({
  format: z.literal(FORMAT),
  /** Fingerprint of the keyring's folder, so that two terminals never take each other's place. */
  terminal: z.string(),
  generation: z.number(),
  /** SHA-256 of the keyring as it is sealed, lower-case hex: tells whether the copy is the present one. */
  keyring: z.string(),
  /** The recovery key that it is sealed to, lower-case hex. */
  reader: z.string(),
});
type EscrowHeader = z.infer<typeof EscrowHeader>;

/** Each terminal has a name of its own in a place that several share. */
export const escrowFile = (terminal: string): string => `lintel-escrow-${encodeURIComponent(terminal)}`;

export interface EscrowParts {
  /** Folders outside the terminal. */
  readonly places: readonly string[];
  readonly terminal: string;
  /** X25519; without one nothing is put in escrow, and every place is pending. */
  readonly recoveryKey: () => Uint8Array | undefined;
}

/**
 * Copies outside the terminal of the keyring and of the epoch secret that opens it, sealed to the site's recovery key as
 * one: a place holds an older pair or the present one, and either opens, wherever a replacement was cut off.
 */
export class Escrow {
  readonly #parts: EscrowParts;

  constructor(parts: EscrowParts) {
    this.#parts = parts;
  }

  /** Replaces what is not the present state in each place that can be written now; the others stay pending. */
  replace(epoch: Uint8Array, keyring: () => KeyringContent): readonly EscrowState[] {
    const { places, terminal } = this.#parts;
    if (places.length === 0) return [];
    const recoveryKey = this.#parts.recoveryKey();
    if (recoveryKey === undefined) return places.map((place) => ({ place, state: 'pending' }));
    const content = keyring();
    const encoded = encodeKeyring(content);
    const reader = Buffer.from(recoveryKey).toString('hex');
    const { generation } = content;
    const header = { format: FORMAT, terminal, generation, keyring: keyringDigest(encoded), reader } as const;
    const stale = places.filter((place) => !isPresent(this.#headerAt(place), header));
    if (stale.length === 0) return places.map((place) => ({ place, state: 'done' }));
    const secrets = Buffer.concat([epoch, encoded]);
    const written = writeTo(stale, header, sealTo(recoveryKey, sealedAs(header), secrets));
    secrets.fill(0, 0, KEY_BYTES);
    return places.map((place) => {
      const pending = stale.includes(place) && !written.includes(place);
      return { place, state: pending ? 'pending' : 'done' };
    });
  }

  /** A deletion of `generation` is done in a place that holds that one or a later one. */
  statesOf(generation: number): readonly EscrowState[] {
    return this.#parts.places.map((place) => {
      const found = this.#headerAt(place)?.generation;
      return { place, state: found !== undefined && found >= generation ? 'done' : 'pending' };
    });
  }

  #headerAt(place: string): EscrowHeader | undefined {
    try {
      const path = join(place, escrowFile(this.#parts.terminal));
      return parseHeader(path, startOf(path)).header;
    } catch {
      return undefined;
    }
  }
}

const isPresent = (found: EscrowHeader | undefined, { keyring, reader }: EscrowHeader): boolean =>
  found?.keyring === keyring && found.reader === reader;

/** The places in which it stands afterwards. */
function writeTo(places: readonly string[], header: EscrowHeader, sealed: Buffer): string[] {
  const file = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`, 'utf8'), sealed]);
  return places.filter((place) => {
    try {
      replaceFile(join(place, escrowFile(header.terminal)), file);
      return true;
    } catch {
      return false;
    }
  });
}

export interface OpenEscrow {
  readonly terminal: string;
  readonly generation: number;
  /** 32 bytes, for the caller to overwrite. */
  readonly epoch: Buffer;
  readonly keyring: KeyringContent;
}

/** What lies in an escrow file. @throws Fault `key` where it does not open. */
export function openEscrow(path: string, recoverySecret: Uint8Array): OpenEscrow {
  const file = readWhole(path);
  const { header, length } = parseHeader(path, file);
  const content = unsealAs(recoverySecret, sealedAs(header), file.subarray(length));
  if (content === undefined || content.length < KEY_BYTES)
    throw new Fault('key', {
      thing: path,
      found: 'an escrow that this recovery key does not open',
      expected: 'the recovery key that it was sealed to, and the file as it was written',
    });
  const epoch = Buffer.from(content.subarray(0, KEY_BYTES));
  const keyring = decodeKeyring(content.subarray(KEY_BYTES));
  content.fill(0, 0, KEY_BYTES);
  return { terminal: header.terminal, generation: header.generation, epoch, keyring };
}

function parseHeader(path: string, bytes: Buffer): { readonly header: EscrowHeader; readonly length: number } {
  const end = bytes.subarray(0, HEADER_BYTES_MAX).indexOf(LINE_END);
  const fault = (found: string): Fault =>
    new Fault('key', { thing: path, found, expected: `an escrow file as this gate writes it, format ${FORMAT}` });
  let found: unknown;
  try {
    found = JSON.parse(bytes.toString('utf8', 0, Math.max(end, 0)));
  } catch (error) {
    throw fault(messageOf(error));
  }
  const parsed = EscrowHeader.safeParse(found);
  if (!parsed.success) throw fault(z.prettifyError(parsed.error));
  return { header: parsed.data, length: end + 1 };
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Fault('key', { thing: path, found: messageOf(error), expected: 'an escrow file as this gate writes it' });
  }
}

/** A place may be far away, and the copy of a large keyring is megabytes. */
function startOf(path: string): Buffer {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES_MAX);
    return bytes.subarray(0, readSync(handle, bytes, 0, HEADER_BYTES_MAX, 0));
  } finally {
    closeSync(handle);
  }
}

/** Everything that stands in clear before it, so that a changed header does not open. */
const sealedAs = ({ format, terminal, generation, keyring, reader }: EscrowHeader): SealedAs => [
  'escrow',
  format,
  terminal,
  generation,
  keyring,
  reader,
];
