import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OWN_FILE, syncFolder } from '../files/atomicFile.ts';
import type { NumberedEntry, Reserve } from './reserve.ts';
import { BLOCK_BYTES, readRecord, recordBytes, recordLength, type ReserveRecord } from './reserveRecord.ts';

export const RESERVE_FILE = 'journal.reserve';

export interface ReserveContent {
  /** Entries behind `last`, in order, as they were acknowledged. */
  readonly entries: readonly NumberedEntry[];
  /** What could not be read and may have been acknowledged; undefined where nothing is wrong. */
  readonly damage: string | undefined;
  /** Something lies there that is no whole record: a write that was cut off before anybody was told of it, or a changed one. */
  readonly torn: boolean;
}

/** A file whose room was taken and written beforehand, so that neither a full disk nor a new block can stop a write. */
export class ReserveFile implements Reserve {
  readonly #key: KeyObject;
  readonly #handle: FileHandle;
  readonly #bytes: number;
  #end: number;

  private constructor(key: KeyObject, handle: FileHandle, { bytes, end }: { bytes: number; end: number }) {
    this.#key = key;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#end = end;
  }

  /**
   * Opens the reserve, and makes it where there is none.
   * @param last the newest entry in the database: what the reserve holds up to it is there already
   * @throws what the file system throws, say where there is no room for it.
   */
  static async open(
    path: string,
    options: { key: KeyObject; bytes: number; last: number },
  ): Promise<{ reserve: ReserveFile; content: ReserveContent }> {
    makeWhole(path, options.bytes);
    const file = readFileSync(path);
    const content = contentOf(file, options.key, options.last);
    const handle = await open(path, 'r+');
    const end = endOf(file);
    file.fill(0);
    return { reserve: new ReserveFile(options.key, handle, { bytes: file.length, end }), content };
  }

  get used(): boolean {
    return this.#end > 0;
  }

  fitting(entries: readonly NumberedEntry[]): number {
    let end = this.#end;
    for (const [index, entry] of entries.entries()) {
      end += recordLength(entry);
      if (end > this.#bytes) return index;
    }
    return entries.length;
  }

  async append(entries: readonly NumberedEntry[]): Promise<void> {
    const at = this.#end;
    const records = Buffer.concat(entries.map((entry) => recordBytes(this.#key, entry, at)));
    await this.#write(records, at);
    this.#end = at + records.length;
  }

  async clear(): Promise<void> {
    await this.#write(Buffer.alloc(this.#end), 0);
    this.#end = 0;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #write(bytes: Buffer, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
    await this.#handle.datasync();
  }
}

/** Written with zeros and renamed into place: there is a whole reserve or none. */
function makeWhole(path: string, bytes: number): void {
  if (existsSync(path) && statSync(path).size >= BLOCK_BYTES) return;
  const temporary = `${path}.new`;
  const handle = openSync(temporary, 'w', OWN_FILE);
  try {
    const zeros = Buffer.alloc(bytes);
    for (let at = 0; at < bytes;) at += writeSync(handle, zeros, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

function contentOf(file: Buffer, key: KeyObject, last: number): ReserveContent {
  const { records, bad } = recordsOf(file, key);
  const left = records.filter(({ id }) => id > last);
  const gap = left.find(({ id }, index) => id !== last + 1 + index);
  // A write that nobody was told of may lie there in pieces, in whatever order the disk took them: what is whole is kept.
  const unfinished =
    gap !== undefined && gap.writeAt === left.at(-1)?.writeAt && gap.at > gap.endBefore && gap.endBefore >= gap.writeAt;
  const damage = gap === undefined || unfinished ? undefined : missingBefore(gap.id);
  return {
    entries: left.map(({ id, entry }) => ({ id, entry })),
    damage,
    torn: damage === undefined && (unfinished || bad),
  };
}

interface PlacedRecord extends ReserveRecord {
  readonly at: number;
  /** Where the whole record before it ends. */
  readonly endBefore: number;
}

/** Every whole record there is; `bad`: something else lies between or behind them. */
function recordsOf(file: Buffer, key: KeyObject): { readonly records: readonly PlacedRecord[]; readonly bad: boolean } {
  const records: PlacedRecord[] = [];
  let bad = false;
  let endBefore = 0;
  for (let at = 0; at < file.length;) {
    const record = readRecord(key, file, at);
    if (record === undefined) {
      bad ||= !isEmpty(file, at);
      at += BLOCK_BYTES;
      continue;
    }
    records.push({ ...record, at, endBefore });
    at += record.bytes;
    endBefore = at;
  }
  return { records, bad };
}

const missingBefore = (id: number): string =>
  `the journal's reserve holds entry ${id}, and entries before it can neither be read there nor are they in the journal`;

const EMPTY = Buffer.alloc(BLOCK_BYTES);
const isEmpty = (file: Buffer, at: number): boolean => {
  const block = file.subarray(at, at + BLOCK_BYTES);
  return block.equals(EMPTY.subarray(0, block.length));
};

function endOf(file: Buffer): number {
  for (let at = Math.floor((file.length - 1) / BLOCK_BYTES) * BLOCK_BYTES; at >= 0; at -= BLOCK_BYTES) {
    if (!isEmpty(file, at)) return at + BLOCK_BYTES;
  }
  return 0;
}
