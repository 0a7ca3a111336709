import { createHash, randomBytes, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '#core/kernel/assert.ts';
import { OWN_FILE } from '../files/atomicFile.ts';
import { createEd25519Signer, sealTo } from '../keys/curveKeys.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { seal, type SealedAs } from '../vault/seal.ts';
import { CHUNK_BYTES, chunks, ChunkSeal } from './chunks.ts';
import { BACKED_UP, BACKUP_KEYS_BYTES, contentBytes, encodeHeader, type BackupHeader } from './header.ts';
import { contentKeySealedAs, signedBytes } from './contentKey.ts';
import type { SnapshotFacts, SnapshotSecrets } from './snapshot.ts';

export interface BackupSource {
  readonly facts: SnapshotFacts;
  readonly secrets: SnapshotSecrets;
  /** Where the copies of the databases lie. */
  readonly folder: string;
}

/** Writes a backup to a file that is not there yet; it is on the disk when this returns. Gives back its header. */
export function writeBackup(path: string, source: BackupSource): BackupHeader {
  const { facts, secrets } = source;
  const key = randomBytes(KEY_BYTES);
  const signer = createEd25519Signer(secrets.signing);
  const header = headerOf(facts, secrets, { key, signer: Buffer.from(signer.publicKey).toString('hex') });
  const file = new HashedFile(path);
  try {
    const start = encodeHeader(header);
    file.write(start);
    const sealing = new ChunkSeal(keyObject(key), start);
    const content = new Content(source);
    try {
      for (const chunk of chunks(contentBytes(header))) file.write(sealing.seal(chunk, content.next(chunk.bytes)));
    } finally {
      content[Symbol.dispose]();
    }
    file.write(Buffer.from(signer.sign(signedBytes(file.digest()))));
    file.sync();
    return header;
  } finally {
    key.fill(0);
    file[Symbol.dispose]();
  }
}

function headerOf(
  { id, terminal, simulated, madeAt, generation, journal, files, ...keys }: SnapshotFacts,
  { backup }: SnapshotSecrets,
  { key, signer }: { readonly key: Buffer; readonly signer: string },
): BackupHeader {
  const as = contentKeySealedAs({ id, terminal });
  const { recoveryKey } = keys;
  return {
    id,
    terminal,
    simulated,
    madeAt,
    generation,
    journal,
    signer,
    formerSigners: keys.formerKeys.map(({ key: former, upTo }) => ({ key: Buffer.from(former).toString('hex'), upTo })),
    own: { generation: keys.backupKeyGeneration, sealed: seal(keyObject(backup), as, key).toString('hex') },
    recovery: recoveryKey === undefined ? null : sealedTo(recoveryKey, as, key),
    holds: [{ name: 'keys', bytes: BACKUP_KEYS_BYTES }, ...files],
  };
}

const sealedTo = (reader: Uint8Array, as: SealedAs, key: Buffer): NonNullable<BackupHeader['recovery']> => ({
  reader: Buffer.from(reader).toString('hex'),
  sealed: sealTo(reader, as, key).toString('hex'),
});

/** The content from its first byte to its last: the keys, then each database. */
class Content implements Disposable {
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #keys: Buffer;
  readonly #handles: number[] = [];
  readonly #pieces: { readonly bytes: number; readonly read: (into: Buffer, from: number) => number }[];
  #piece = 0;
  #at = 0;

  constructor({ facts, secrets, folder }: BackupSource) {
    this.#keys = Buffer.concat([secrets.master, ...BACKED_UP.map((file) => secrets.files[file])]);
    this.#pieces = [
      { bytes: this.#keys.length, read: (into, from) => this.#keys.copy(into, 0, from) },
      ...facts.files.map(({ name, bytes }) => {
        const handle = openSync(join(folder, name), 'r');
        this.#handles.push(handle);
        return { bytes, read: (into: Buffer, from: number) => readSync(handle, into, 0, into.length, from) };
      }),
    ];
  }

  /** The next `length` bytes; valid until the next call. */
  next(length: number): Buffer {
    for (let filled = 0; filled < length;) {
      const piece = this.#pieces[this.#piece];
      assert(piece !== undefined, 'a backup holds what its header says');
      const room = Math.min(length - filled, piece.bytes - this.#at);
      const read = room === 0 ? 0 : piece.read(this.#chunk.subarray(filled, filled + room), this.#at);
      assert(read > 0 || room === 0, 'a copy of a database is as long as it was');
      filled += read;
      this.#at += read;
      if (this.#at < piece.bytes) continue;
      this.#piece += 1;
      this.#at = 0;
    }
    return this.#chunk.subarray(0, length);
  }

  [Symbol.dispose](): void {
    this.#keys.fill(0);
    this.#chunk.fill(0);
    for (const handle of this.#handles) closeSync(handle);
  }
}

class HashedFile implements Disposable {
  readonly #handle: number;
  readonly #hash: Hash = createHash('sha256');

  constructor(path: string) {
    this.#handle = openSync(path, 'wx', OWN_FILE);
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
  }

  /** Of everything written so far. */
  digest(): Buffer {
    return this.#hash.copy().digest();
  }

  sync(): void {
    fsyncSync(this.#handle);
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }
}
