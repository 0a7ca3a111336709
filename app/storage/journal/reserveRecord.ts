import type { KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { NONCE_BYTES, seal, TAG_BYTES, unseal, type SealedAs } from '../vault/seal.ts';
import { writeInteger } from './canonical.ts';
import { EventRow } from './eventRow.ts';
import type { NumberedEntry } from './reserve.ts';

/** Records begin at multiples of it, so that one that was torn hides none of the others. */
export const BLOCK_BYTES = 512;
const MAGIC = Buffer.from('LJR1', 'latin1');
/** magic 4, length of what is sealed 4, id 8, where its write began 4. */
const HEAD_BYTES = 20;
const SEALED_BYTES_MAX = 16_384;

export interface ReserveRecord extends NumberedEntry {
  /** Offset where the write began that it belongs to: all of that write was acknowledged, or nothing. */
  readonly writeAt: number;
  readonly bytes: number;
}

const Content = z.strictObject({ at: z.number(), event: EventRow, subject: z.optional(z.string()) });

/** One record, padded to whole blocks. */
export function recordBytes(key: KeyObject, { id, entry }: NumberedEntry, writeAt: number): Buffer {
  const sealed = seal(key, sealedAs(id, writeAt), Buffer.from(JSON.stringify(entry), 'utf8'));
  const record = Buffer.alloc(blocks(HEAD_BYTES + sealed.length));
  record.set(MAGIC);
  record.writeUInt32BE(sealed.length, 4);
  writeInteger(record, id, 8);
  record.writeUInt32BE(writeAt, 16);
  record.set(sealed, HEAD_BYTES);
  return record;
}

export const recordLength = ({ entry }: NumberedEntry): number =>
  blocks(HEAD_BYTES + NONCE_BYTES + Buffer.byteLength(JSON.stringify(entry)) + TAG_BYTES);

const blocks = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/** The record that begins at `at`; undefined where there is no whole one. */
export function readRecord(key: KeyObject, file: Buffer, at: number): ReserveRecord | undefined {
  if (!file.subarray(at, at + MAGIC.length).equals(MAGIC)) return undefined;
  const length = file.readUInt32BE(at + 4);
  const end = at + HEAD_BYTES + length;
  if (length > SEALED_BYTES_MAX || end > file.length) return undefined;
  const id = Number(file.readBigUInt64BE(at + 8)) as JournalId;
  const writeAt = file.readUInt32BE(at + 16);
  const text = unseal(key, sealedAs(id, writeAt), file.subarray(at + HEAD_BYTES, end));
  if (text === undefined) return undefined;
  return { id, writeAt, bytes: blocks(HEAD_BYTES + length), entry: entryOf(text) };
}

function entryOf(text: Buffer): JournalEntry {
  const { at, event, subject } = Content.parse(JSON.parse(text.toString('utf8')));
  return { at: wallTime(at), event, ...(subject === undefined ? {} : { subject: subject as Pseudonym }) };
}

const sealedAs = (id: number, writeAt: number): SealedAs => ['journal reserve', id, writeAt];
