import { hash } from 'node:crypto';

/** Version of an entry's bytes: see FORMAT.md. */
export const ENTRY_VERSION = 1;
export const HASH_BYTES = 32;
/** Bytes of one event as JSON. */
export const JOURNAL_EVENT_BYTES_MAX = 4_096;

/** version 1, id 8, at 8, simulated 1, length of the event 4, is there a subject 1, its hash 32, previous hash 32. */
const BYTES_BESIDE_EVENT = 87;
const EVENT_AT = 22;
/** Room for an entry of ordinary size without asking for memory. */
const SCRATCH_BYTES = 8_192;

export interface ChainedRow {
  readonly id: number;
  readonly version: number;
  readonly at: number;
  readonly simulated: number;
  /** JSON, as it was written. */
  readonly event: string;
  /** SHA-256 of the sealed subject, which itself may be gone by now; null for an entry that never had one. */
  readonly subjectHash: Uint8Array | null;
}

/** SHA-256 of a sealed subject, which stands in the entry's bytes for it. */
export const subjectHashOf = (sealed: Uint8Array): Buffer => hash('sha256', sealed, 'buffer');

/** Is this the subject that the entry was made with, or one that is gone? */
export const subjectFits = ({
  subject,
  subjectHash,
}: {
  subject: Uint8Array | null;
  subjectHash: Uint8Array | null;
}): boolean => subject === null || (subjectHash !== null && subjectHashOf(subject).equals(subjectHash));

/** Hashes entries, one scratch for all of them: a million in a few seconds. */
export class EntryHasher {
  #scratch = Buffer.alloc(SCRATCH_BYTES);

  /**
   * SHA-256 of the entry's bytes, which hold the hash of the entry before it. Undefined for a row that has no such
   * bytes: whoever writes pages by hand can store what the table would refuse.
   */
  hash(row: ChainedRow, previous: Uint8Array): Buffer | undefined {
    if (!isWellFormed(row)) return undefined;
    return hash('sha256', this.#bytesOf(row, previous), 'buffer');
  }

  #bytesOf(row: ChainedRow, previous: Uint8Array): Buffer {
    // A UTF-16 unit becomes at most 3 bytes.
    this.#reserve(BYTES_BESIDE_EVENT + row.event.length * 3);
    const bytes = this.#scratch;
    bytes[0] = row.version;
    writeInteger(bytes, row.id, 1);
    writeInteger(bytes, row.at, 9);
    bytes[17] = row.simulated;
    const eventBytes = bytes.write(row.event, EVENT_AT, 'utf8');
    bytes.writeUInt32BE(eventBytes, EVENT_AT - 4);
    let end = EVENT_AT + eventBytes;
    bytes[end++] = row.subjectHash === null ? 0 : 1;
    if (row.subjectHash !== null) {
      bytes.set(row.subjectHash, end);
      end += HASH_BYTES;
    }
    bytes.set(previous, end);
    return bytes.subarray(0, end + HASH_BYTES);
  }

  #reserve(bytes: number): void {
    if (bytes > this.#scratch.length) this.#scratch = Buffer.alloc(bytes * 2);
  }
}

const isWellFormed = ({ id, version, at, simulated, event, subjectHash }: ChainedRow): boolean =>
  version === ENTRY_VERSION &&
  (simulated === 0 || simulated === 1) &&
  Number.isSafeInteger(id) &&
  Number.isSafeInteger(at) &&
  typeof event === 'string' &&
  (subjectHash === null || (subjectHash instanceof Uint8Array && subjectHash.length === HASH_BYTES));

/** What the first entry goes on from: every journal begins differently. */
export const genesisOf = (journal: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from('lintel journal 1'), journal]), 'buffer');

/** Big-endian, 64 bits, two's complement; faster than a BigInt. Exact for every safe integer. */
export function writeInteger(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 2 ** 32, at + 4);
}
