import { createHash } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import { inTransaction, type Sqlite } from '../files/openDatabase.ts';
import { ID_BYTES } from '../files/randomId.ts';

/** Version of `encodeKeyring`'s bytes: see app/storage/backup/FORMAT.md. */
const VERSION = 1;

/** Everything that a keyring is, as it is sealed in keyring.db: worth nothing without the epoch secret. */
export interface KeyringContent {
  readonly generation: number;
  readonly list: SealedPart;
  readonly blocks: readonly (SealedPart & { readonly block: number })[];
  /** Credentials that do not come back, by their random ids of 16 bytes, and when that was. */
  readonly revoked: readonly { readonly credential: Buffer; readonly at: number }[];
}

interface SealedPart {
  readonly format: number;
  readonly sealed: Buffer;
}

/** @throws Fault `key` where there is no list yet: a vault that is open has one. */
export function readKeyring(database: Sqlite): KeyringContent {
  const list = database
    .prepare<[], SealedPart & { generation: number }>('SELECT format, generation, sealed FROM key_list')
    .get();
  if (list === undefined)
    throw new Fault('key', { thing: 'keyring.db', found: 'no list of keys', expected: 'one, however short' });
  const blocks = database
    .prepare<[], SealedPart & { block: number }>('SELECT block, format, sealed FROM key_blocks ORDER BY block')
    .all();
  const revoked = database
    .prepare<[], { credential: Buffer; at: number }>('SELECT credential, at FROM revoked ORDER BY credential')
    .all();
  return { generation: list.generation, list: { format: list.format, sealed: list.sealed }, blocks, revoked };
}

/** Fills a keyring.db that is new. */
export function writeKeyring(database: Sqlite, { generation, list, blocks, revoked }: KeyringContent): void {
  const block = database.prepare('INSERT INTO key_blocks (block, format, sealed) VALUES (?, ?, ?)');
  const credential = database.prepare('INSERT INTO revoked (credential, at) VALUES (?, ?)');
  inTransaction(database, () => {
    database
      .prepare('INSERT INTO key_list (one, format, generation, sealed) VALUES (1, ?, ?, ?)')
      .run(list.format, generation, list.sealed);
    for (const one of blocks) block.run(one.block, one.format, one.sealed);
    for (const one of revoked) credential.run(one.credential, one.at);
  });
}

export function encodeKeyring({ generation, list, blocks, revoked }: KeyringContent): Buffer {
  const parts = [numbers(VERSION, generation, list.format, list.sealed.length), list.sealed, numbers(blocks.length)];
  for (const { block, format, sealed } of blocks) parts.push(numbers(block, format, sealed.length), sealed);
  parts.push(numbers(revoked.length));
  for (const { credential, at } of revoked) parts.push(credential, numbers(at));
  return Buffer.concat(parts);
}

/** @throws Fault `key` for bytes that are none. */
export function decodeKeyring(bytes: Buffer): KeyringContent {
  const reader = new Reader(bytes);
  const version = reader.number();
  if (version !== VERSION) throw refused(`version ${version}`);
  const generation = reader.number();
  const list = reader.sealed();
  const blocks = Array.from({ length: reader.count() }, () => ({ block: reader.number(), ...reader.sealed() }));
  const revoked = Array.from({ length: reader.count() }, () => ({
    credential: reader.bytes(ID_BYTES),
    at: reader.number(),
  }));
  reader.end();
  return { generation, list, blocks, revoked };
}

/** Tells one state of a keyring from another. Lower-case hex. */
export const keyringDigest = (encoded: Uint8Array): string => createHash('sha256').update(encoded).digest('hex');

const NUMBER_BYTES = 6;
/** What is counted needs that many bytes at least. */
const COUNTED_BYTES_MIN = 3 * NUMBER_BYTES;

/** Whole numbers below 2^48, 6 bytes each, little-endian. */
function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * NUMBER_BYTES);
  for (const [index, value] of values.entries()) bytes.writeUIntLE(value, index * NUMBER_BYTES, NUMBER_BYTES);
  return bytes;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number {
    return this.#take(NUMBER_BYTES).readUIntLE(0, NUMBER_BYTES);
  }

  count(): number {
    const count = this.number();
    if (count * COUNTED_BYTES_MIN > this.#bytes.length - this.#at) throw refused(`${count} of them`);
    return count;
  }

  sealed(): SealedPart {
    const format = this.number();
    return { format, sealed: this.bytes(this.number()) };
  }

  bytes(length: number): Buffer {
    return Buffer.from(this.#take(length));
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw refused(`${this.#bytes.length - this.#at} bytes too many`);
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw refused('bytes that end too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const refused = (found: string): Fault =>
  new Fault('key', { thing: 'copy of a keyring', found, expected: `one as this gate writes it, version ${VERSION}` });
