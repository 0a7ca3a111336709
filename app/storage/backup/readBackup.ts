import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { OWN_FILE } from '../files/atomicFile.ts';
import { SIGNATURE_BYTES, signaturesOf } from '../keys/curveKeys.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { chunks, ChunkSeal, sealedBytes } from './chunks.ts';
import {
  BACKED_UP,
  contentBytes,
  encodeHeader,
  HELD,
  parseHeader,
  parsePrefix,
  PREFIX_BYTES,
  type BackedUpFile,
  type BackupHeader,
} from './header.ts';
import { TAG_BYTES } from '../vault/seal.ts';
import { signedBytes } from './contentKey.ts';

/** Keys that came out of a backup: 32 bytes each, overwritten on dispose. */
export interface BackupKeys extends Disposable {
  readonly master: Buffer;
  readonly files: Readonly<Record<BackedUpFile, Buffer>>;
}

/** A backup that is being read. Nothing that comes out of it counts before `extract` has returned. */
export class BackupFile implements Disposable {
  readonly header: BackupHeader;
  readonly #path: string;
  readonly #handle: number;
  readonly #start: Buffer;

  /** Reads the header. @throws Fault `storage` for another file, another format, or one that was cut. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#handle = openSync(path, 'r');
    } catch (error) {
      throw this.#fault(messageOf(error), 'a backup that this account may read', error);
    }
    try {
      const prefix = this.#bytes(0, PREFIX_BYTES);
      this.header = parseHeader(path, this.#bytes(PREFIX_BYTES, parsePrefix(path, prefix)));
      this.#start = encodeHeader(this.header);
      this.#checkLength();
    } catch (error) {
      closeSync(this.#handle);
      throw error;
    }
  }

  /**
   * Opens everything with the content key and writes the databases into the folder, on the disk when this returns.
   * Their keys are given back.
   * @throws Fault `storage` where a single bit is not as it was written; what lies in the folder is worth nothing then.
   */
  extract(contentKey: Uint8Array, folder: string): BackupKeys {
    const sealing = new ChunkSeal(keyObject(contentKey), this.#start);
    const digest = createHash('sha256').update(this.#start);
    const sink = new Sink(this.header, folder);
    try {
      let at = this.#start.length;
      for (const chunk of chunks(contentBytes(this.header))) {
        const sealed = this.#bytes(at, chunk.bytes + TAG_BYTES);
        const content = sealing.open(chunk, sealed);
        if (content === undefined)
          throw this.#fault(`a damaged or changed part, bytes ${at} to ${at + sealed.length - 1}`, AS_WRITTEN);
        digest.update(sealed);
        sink.take(content);
        content.fill(0);
        at += sealed.length;
      }
      this.#checkSignature(digest, at);
      return sink.end();
    } finally {
      sink[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }

  #checkLength(): void {
    const expected = this.#start.length + sealedBytes(contentBytes(this.header)) + SIGNATURE_BYTES;
    const { size } = fstatSync(this.#handle);
    if (size === expected) return;
    const found = size < expected ? `one that was cut: ${size} bytes` : `${size} bytes`;
    throw this.#fault(found, `the ${expected} bytes that its header tells of`);
  }

  #checkSignature(digest: Hash, at: number): void {
    const signed = signaturesOf(Buffer.from(this.header.signer, 'hex'));
    if (!signed(signedBytes(digest.digest()), this.#bytes(at, SIGNATURE_BYTES)))
      throw this.#fault('a signature that does not fit', AS_WRITTEN);
  }

  #bytes(from: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length;) {
      const read = this.#read(bytes, at, from);
      if (read === 0) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  }

  #read(bytes: Buffer, at: number, from: number): number {
    try {
      return readSync(this.#handle, bytes, at, bytes.length - at, from + at);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a disk that reads', error);
    }
  }

  #fault(found: string, expected: string, cause?: unknown): Fault {
    return new Fault('storage', { thing: `backup ${this.#path}`, found, expected }, cause);
  }
}

const AS_WRITTEN = 'the backup as it was written';

/** Takes the content apart again. */
class Sink implements Disposable {
  readonly #parts: { readonly bytes: number; readonly write: (piece: Buffer) => void }[];
  readonly #keys: Buffer[] = [];
  readonly #handles: number[] = [];
  #part = 0;
  #taken = 0;

  constructor({ holds }: BackupHeader, folder: string) {
    this.#parts = holds.map(({ name, bytes }) => {
      if (name === HELD[0]) return { bytes, write: (piece) => void this.#keys.push(Buffer.from(piece)) };
      const handle = openSync(join(folder, name), 'wx', OWN_FILE);
      this.#handles.push(handle);
      return { bytes, write: (piece) => writeWhole(handle, piece) };
    });
  }

  take(content: Buffer): void {
    for (let at = 0; at < content.length;) {
      const part = this.#parts[this.#part]!;
      const length = Math.min(content.length - at, part.bytes - this.#taken);
      if (length > 0) part.write(content.subarray(at, at + length));
      at += length;
      this.#taken += length;
      if (this.#taken < part.bytes) continue;
      this.#part += 1;
      this.#taken = 0;
    }
  }

  end(): BackupKeys {
    for (const handle of this.#handles) fsyncSync(handle);
    const bytes = Buffer.concat(this.#keys);
    const key = (index: number): Buffer => bytes.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
    const [biometrics, identities, journal] = BACKED_UP.map((_, index) => key(index + 1)) as [Buffer, Buffer, Buffer];
    return {
      master: key(0),
      files: { 'biometrics.db': biometrics, 'identities.db': identities, 'journal.db': journal },
      [Symbol.dispose]: () => void bytes.fill(0),
    };
  }

  [Symbol.dispose](): void {
    for (const piece of this.#keys) piece.fill(0);
    for (const handle of this.#handles) closeSync(handle);
  }
}

function writeWhole(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}
