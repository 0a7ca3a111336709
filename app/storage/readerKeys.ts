import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { makeFolder, replaceFile } from './files/atomicFile.ts';
import { folderKey } from './keys/folderKey.ts';
import { keyObject } from './vault/derivedKeys.ts';
import { seal, unseal } from './vault/seal.ts';

/**
 * The keys of all readers, sealed as one: whoever copies an older key of one reader into the file breaks the whole.
 *
 * 4 bytes `LTRK`, 1 byte version, then nonce, ciphertext and tag of AES-256-GCM under the key `reader keys` of the
 * cabinet's master. Inside, for each reader: 1 byte length of its name, the name, 1 byte number of its keys, and the keys
 * of 16 bytes, newest first.
 */
export const READER_KEYS_FILE = 'reader-keys';
const MARK = Buffer.from('LTRK\x01', 'latin1');
const SEALED_AS = ['reader keys', 1] as const;
const FILE_BYTES_MAX = 64 * 1024;

export const READER_KEY_BYTES = 16;
/** The one in use and the one that it is changed for. */
export const KEYS_OF_A_READER_MAX = 8;
export const READER_NAME_BYTES_MAX = 255;

export interface ReaderKeysOptions {
  readonly folder: string;
  /** The root secret of the folder, 32 bytes; the caller may overwrite it right after. */
  readonly master: Uint8Array;
}

/** @throws Fault `key` where the folder's cabinet cannot be opened; `storage` where the folder cannot be written. */
export function createReaderKeys({ folder, master: root }: ReaderKeysOptions): ReaderKeys & Disposable {
  return new ReaderKeysOnDisk(folder, folderKey(folder, root, 'reader keys'));
}

class ReaderKeysOnDisk implements ReaderKeys, Disposable {
  readonly #folder: string;
  readonly #path: string;
  readonly #key: Buffer;

  /** The key is this one's from now on. */
  constructor(folder: string, key: Buffer) {
    this.#folder = folder;
    this.#path = join(folder, READER_KEYS_FILE);
    this.#key = key;
  }

  /** @throws Fault `key` where the file is not as this gate wrote it: no reader is spoken to with a key that may be another's. */
  async get(reader: ReaderId): Promise<readonly Uint8Array[]> {
    const all = this.#read();
    const found = all.get(reader) ?? [];
    for (const [other, keys] of all) if (other !== reader) overwrite(keys);
    return found;
  }

  async put(reader: ReaderId, keys: readonly Uint8Array[]): Promise<void> {
    checkKeys(reader, keys);
    const all = this.#read();
    const before = all.get(reader) ?? [];
    if (keys.length === 0) all.delete(reader);
    else all.set(reader, keys);
    const bytes = encode(all);
    overwrite(before);
    for (const [other, others] of all) if (other !== reader) overwrite(others);
    try {
      makeFolder(this.#folder);
      replaceFile(this.#path, Buffer.concat([MARK, seal(keyObject(this.#key), SEALED_AS, bytes)]));
    } catch (error) {
      const expected = 'a folder with room that this account may write; the keys are as before';
      throw new Fault('key', { thing: this.#path, found: messageOf(error), expected }, error);
    } finally {
      bytes.fill(0);
    }
  }

  toJSON(): string {
    return "[readers' keys]";
  }

  [Symbol.dispose](): void {
    this.#key.fill(0);
  }

  /** For the caller to overwrite. */
  #read(): Map<ReaderId, readonly Uint8Array[]> {
    if (!existsSync(this.#path)) return new Map();
    const { size } = statSync(this.#path);
    if (size > FILE_BYTES_MAX) throw this.#damaged(`${size} bytes`);
    const file = readFileSync(this.#path);
    if (!file.subarray(0, MARK.length).equals(MARK)) throw this.#damaged('a file of another kind or version');
    const bytes = unseal(keyObject(this.#key), SEALED_AS, file.subarray(MARK.length));
    if (bytes === undefined) throw this.#damaged('a file that this gate did not write');
    try {
      return decode(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  #damaged(found: string): Fault {
    const expected = 'the file as this gate wrote it: bring it back, or remove it and install every reader again';
    return new Fault('key', { thing: this.#path, found, expected });
  }
}

function checkKeys(reader: ReaderId, keys: readonly Uint8Array[]): void {
  const thing = `keys of reader ${reader}`;
  const wrong = keys.find((key) => key.length !== READER_KEY_BYTES);
  if (wrong !== undefined)
    throw new Fault('key', { thing, found: `${wrong.length} bytes`, expected: `${READER_KEY_BYTES} bytes` });
  if (keys.length > KEYS_OF_A_READER_MAX)
    throw new Fault('key', { thing, found: `${keys.length} keys`, expected: `at most ${KEYS_OF_A_READER_MAX}` });
  const bytes = Buffer.byteLength(reader);
  if (bytes === 0 || bytes > READER_NAME_BYTES_MAX)
    throw new Fault('key', { thing, found: `a name of ${bytes} bytes`, expected: `1 to ${READER_NAME_BYTES_MAX}` });
}

const overwrite = (keys: readonly Uint8Array[]): void => {
  for (const key of keys) key.fill(0);
};

/** Copies every key into one piece of memory of its own, for the caller to overwrite. */
function encode(all: ReadonlyMap<ReaderId, readonly Uint8Array[]>): Buffer {
  const names = [...all].map(([reader, keys]) => ({ name: Buffer.from(reader), keys }));
  const length = names.reduce((sum, { name, keys }) => sum + 2 + name.length + keys.length * READER_KEY_BYTES, 0);
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (const { name, keys } of names) {
    at = bytes.writeUInt8(name.length, at);
    at += name.copy(bytes, at);
    at = bytes.writeUInt8(keys.length, at);
    for (const key of keys) {
      bytes.set(key, at);
      at += READER_KEY_BYTES;
    }
  }
  return bytes;
}

/** Of bytes that `encode` made: what was sealed is what is here. */
function decode(bytes: Buffer): Map<ReaderId, readonly Uint8Array[]> {
  const all = new Map<ReaderId, readonly Uint8Array[]>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const reader = bytes.toString('utf8', at + 1, nameEnd) as ReaderId;
    const count = bytes.readUInt8(nameEnd);
    at = nameEnd + 1;
    const keys = Array.from({ length: count }, (_, i) => {
      const from = at + i * READER_KEY_BYTES;
      return Uint8Array.from(bytes.subarray(from, from + READER_KEY_BYTES));
    });
    at += count * READER_KEY_BYTES;
    all.set(reader, keys);
  }
  return all;
}
