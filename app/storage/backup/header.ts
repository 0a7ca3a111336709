import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { canonicalJson, type Json } from '#core/kernel/json.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';

/** The form of a backup, byte by byte: see FORMAT.md. Its number stands at the end of what every backup begins with. */
export const BACKUP_VERSION = 1;
const BEGINNING = 'LINTELB';
const MAGIC_BYTES = BEGINNING.length + 1;
/** What stands before the header: the magic, and the header's length. */
export const PREFIX_BYTES = MAGIC_BYTES + 4;
export const HEADER_BYTES_MAX = 64 * 1024;

/** What a backup holds, in this order. `keys` opens the others: see BACKUP_KEYS_BYTES. */
export const HELD = ['keys', 'biometrics.db', 'identities.db', 'journal.db'] as const;
export type Held = (typeof HELD)[number];
/** The databases of a backup: the keyring never travels in one. */
export const BACKED_UP = ['biometrics.db', 'identities.db', 'journal.db'] as const;
export type BackedUpFile = (typeof BACKED_UP)[number];
/** The part `keys`: the folder's master key, then the key of each database, in their order. */
export const BACKUP_KEYS_BYTES = (1 + BACKED_UP.length) * KEY_BYTES;

/** Where the journal ended, bytes as lower-case hex. */
export interface JournalHead {
  /** The journal's own random name. */
  readonly journal: string;
  /** 0 for a journal without an entry. */
  readonly last: number;
  /** Of that entry. */
  readonly hash: string;
}

/** What stands in clear before the content: nothing of anybody. Bytes as lower-case hex. */
export interface BackupHeader {
  readonly id: string;
  /** Fingerprint of the data folder. */
  readonly terminal: string;
  readonly simulated: boolean;
  readonly madeAt: WallTime;
  /** Of the keyring: how often its epoch secret had been renewed. */
  readonly generation: number;
  readonly journal: JournalHead;
  /** Ed25519 public key of the terminal, that signed it. */
  readonly signer: string;
  /** Keys that signed the journal before that one, each with the last entry that it may vouch for. */
  readonly formerSigners: readonly { readonly key: string; readonly upTo: number }[];
  /** The content key, sealed under the backup key of the cabinet. */
  readonly own: { readonly generation: number; readonly sealed: string };
  /** The same, sealed to the recovery key; null where the site has none. */
  readonly recovery: { readonly reader: string; readonly sealed: string } | null;
  readonly holds: readonly { readonly name: Held; readonly bytes: number }[];
}

const hexOf = (bytes: number): z.ZodMiniType<string> =>
  z.string().check(z.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));
const count = z.number().check(z.int(), z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));
const hex = z.string().check(z.regex(/^([0-9a-f]{2})+$/));
const Moment = z.custom<WallTime>((value) => Number.isSafeInteger(value), 'a moment in whole milliseconds');

const Header: z.ZodMiniType<BackupHeader> = z.strictObject({
  id: hexOf(16),
  terminal: hexOf(8),
  simulated: z.boolean(),
  madeAt: Moment,
  generation: count,
  journal: z.strictObject({ journal: hexOf(16), last: count, hash: hexOf(32) }),
  signer: hexOf(32),
  formerSigners: z.array(z.strictObject({ key: hexOf(32), upTo: count })),
  own: z.strictObject({ generation: count, sealed: hex }),
  recovery: z.nullable(z.strictObject({ reader: hexOf(32), sealed: hex })),
  holds: z.array(z.strictObject({ name: z.enum(HELD), bytes: count })),
});

/** The first bytes of a backup, up to its content. */
export function encodeHeader(header: BackupHeader): Buffer {
  const text = Buffer.from(canonicalJson(asJson(header)), 'utf8');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(`${BEGINNING}${BACKUP_VERSION}`, 'latin1');
  prefix.writeUInt32LE(text.length, MAGIC_BYTES);
  return Buffer.concat([prefix, text]);
}

/** The length of the header that follows, in bytes. @throws Fault `storage` for another kind of file or another version. */
export function parsePrefix(file: string, prefix: Buffer): number {
  const begins = prefix.toString('latin1', 0, MAGIC_BYTES);
  const fault = (found: string, expected: string): Fault => new Fault('storage', { thing: file, found, expected });
  if (prefix.length < PREFIX_BYTES) throw fault(`${prefix.length} bytes`, 'a backup');
  if (!begins.startsWith(BEGINNING)) throw fault('a file of another kind', 'a backup');
  const version = begins.slice(BEGINNING.length);
  if (version !== String(BACKUP_VERSION))
    throw fault(
      `a backup of format ${JSON.stringify(version)}`,
      `format ${BACKUP_VERSION}, the one this program reads`,
    );
  const length = prefix.readUInt32LE(MAGIC_BYTES);
  if (length > HEADER_BYTES_MAX) throw fault(`a header of ${length} bytes`, `at most ${HEADER_BYTES_MAX}`);
  return length;
}

/** @throws Fault `storage` for what is no header. What it says is proved only by the whole of the file. */
export function parseHeader(file: string, text: Buffer): BackupHeader {
  const fault = (found: string): Fault =>
    new Fault('storage', { thing: file, found, expected: 'the header of a backup as a gate wrote it' });
  let content: unknown;
  try {
    content = JSON.parse(text.toString('utf8'));
  } catch {
    throw fault('no JSON');
  }
  const parsed = Header.safeParse(content);
  if (!parsed.success) throw fault(z.prettifyError(parsed.error));
  const header = parsed.data;
  // One header has one form: nothing can be hidden in how it is written.
  if (canonicalJson(asJson(header)) !== text.toString('utf8')) throw fault('JSON of another form');
  const names = header.holds.map(({ name }) => name).join(' ');
  if (names !== HELD.join(' ')) throw fault(`a backup that holds ${names}`);
  if (header.holds[0]?.bytes !== BACKUP_KEYS_BYTES) throw fault('keys of another length');
  return { ...header, madeAt: wallTime(header.madeAt) };
}

export const contentBytes = ({ holds }: BackupHeader): number => holds.reduce((sum, { bytes }) => sum + bytes, 0);

const asJson = (header: BackupHeader): Json => ({
  ...header,
  journal: { ...header.journal },
  formerSigners: header.formerSigners.map((one) => ({ ...one })),
  own: { ...header.own },
  recovery: header.recovery === null ? null : { ...header.recovery },
  holds: header.holds.map((one) => ({ ...one })),
});
