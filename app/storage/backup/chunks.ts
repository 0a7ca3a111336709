import { createCipheriv, createDecipheriv, hash, type KeyObject } from 'node:crypto';
import { authentic, CIPHER, NONCE_BYTES, TAG_BYTES } from '../vault/seal.ts';

/** Bytes of content in a chunk; only the last one has fewer. */
export const CHUNK_BYTES = 64 * 1024;
/** Where the nonce says that nothing follows. */
const LAST_AT = NONCE_BYTES - 1;

/** Bytes that content takes once it is sealed. */
export const sealedBytes = (content: number): number => content + chunksOf(content) * TAG_BYTES;
const chunksOf = (content: number): number => Math.max(1, Math.ceil(content / CHUNK_BYTES));

export interface Chunk {
  /** 0, 1, 2, … */
  readonly number: number;
  readonly last: boolean;
}

/** The chunks of `content` bytes, in order. */
export function* chunks(content: number): Generator<Chunk & { readonly bytes: number }> {
  const total = chunksOf(content);
  for (let number = 0; number < total; number++) {
    const last = number === total - 1;
    yield { number, last, bytes: last ? content - number * CHUNK_BYTES : CHUNK_BYTES };
  }
}

/**
 * Seals the chunks of one backup under its own content key. A chunk is bound to its number, to being the last or not, and
 * to everything that stands before the content: none can be left out, moved, or taken over from another backup.
 */
export class ChunkSeal {
  readonly #key: KeyObject;
  readonly #header: Buffer;

  /** `header`: all bytes before the content. */
  constructor(key: KeyObject, header: Uint8Array) {
    this.#key = key;
    this.#header = hash('sha256', header, 'buffer');
  }

  seal(chunk: Chunk, content: Uint8Array): Buffer {
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(chunk), { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#header);
    const sealed = cipher.update(content);
    cipher.final();
    return Buffer.concat([sealed, cipher.getAuthTag()]);
  }

  /** Undefined for anything but that chunk. */
  open(chunk: Chunk, sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(chunk), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#header);
    return authentic(decipher, sealed);
  }
}

/** Its number, big-endian, 8 bytes; three zeros; 1 for the last one. No other backup has the same key. */
function nonceOf({ number, last }: Chunk): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(BigInt(number));
  nonce[LAST_AT] = last ? 1 : 0;
  return nonce;
}
