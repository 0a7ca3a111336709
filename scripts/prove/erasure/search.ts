import { createCipheriv, createHash, createHmac } from 'node:crypto';

export interface Piece {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Something of a person: what it is, and its first bytes as they stand before they are sealed. */
export interface Trace {
  readonly what: string;
  readonly start: Buffer;
}

const NONCE_BYTES = 12;
const BLOCK_BYTES = 16;
/** AES-GCM enciphers its first 16 bytes with the block of nonce and this counter. */
const FIRST_BLOCK_COUNTER = 2;
const PROBE_BYTES = 6;
const DIGESTS = ['sha256', 'sha512', 'sha1', 'md5'] as const;

/** Traces that stand in clear. */
export const inClear = (pieces: readonly Piece[], traces: readonly Trace[]): string[] =>
  pieces.flatMap(({ name, bytes }) =>
    traces.filter(({ start }) => bytes.includes(start)).map(({ what }) => `${what} in clear: ${name}`),
  );

/**
 * Traces that any of the keys opens, whatever they were bound to and wherever they begin: every offset is taken for the
 * nonce of a sealed record, and what its first block opens to is compared with how each trace begins.
 */
export function underKeys(pieces: readonly Piece[], keys: ReadonlySet<string>, traces: readonly Trace[]): string[] {
  const starts = traces.map(({ what, start }) => ({
    what,
    start: start.subarray(0, BLOCK_BYTES),
    word: start.readUInt32LE(0),
  }));
  return pieces.flatMap(({ name, bytes }) => {
    const count = bytes.length - NONCE_BYTES - BLOCK_BYTES;
    if (count <= 0) return [];
    const blocks = Buffer.alloc(count * BLOCK_BYTES);
    for (let at = 0; at < count; at++) {
      bytes.copy(blocks, at * BLOCK_BYTES, at, at + NONCE_BYTES);
      blocks.writeUInt32BE(FIRST_BLOCK_COUNTER, at * BLOCK_BYTES + NONCE_BYTES);
    }
    const ciphered = Uint32Array.from({ length: count }, (_, at) => bytes.readUInt32LE(at + NONCE_BYTES));
    return [...keys].flatMap((key) => {
      const pads = createCipheriv('aes-256-ecb', Buffer.from(key, 'hex'), null).setAutoPadding(false).update(blocks);
      const words = new Uint32Array(pads.buffer, pads.byteOffset, count * 4);
      const found: string[] = [];
      for (let at = 0; at < count; at++) {
        const word = (words[at * 4]! ^ ciphered[at]!) >>> 0;
        for (const { what, start, word: wanted } of starts) {
          if (word === wanted && opens(bytes, pads, at, start)) found.push(`${what} under a key: ${name}`);
        }
      }
      return found;
    });
  });
}

function opens(bytes: Buffer, pads: Buffer, at: number, start: Buffer): boolean {
  for (let i = 0; i < start.length; i++)
    if ((bytes[at + NONCE_BYTES + i]! ^ pads[at * BLOCK_BYTES + i]!) !== start[i]) return false;
  return true;
}

/** Stored values that a card number gives, hashed plainly or under any of the keys: an index somebody could try out. */
export function byNumber(pieces: readonly Piece[], keys: ReadonlySet<string>, numbers: Iterable<string>): string[] {
  const stored = new Set<number>();
  for (const { bytes } of pieces)
    for (let at = 0; at + PROBE_BYTES <= bytes.length; at++) stored.add(bytes.readUIntBE(at, PROBE_BYTES));
  const secrets = [...keys].map((key) => Buffer.from(key, 'hex'));
  const found: string[] = [];
  const look = (what: string, digest: Buffer): void => {
    if (
      stored.has(digest.readUIntBE(0, PROBE_BYTES)) &&
      pieces.some(({ bytes }) => bytes.includes(digest.subarray(0, BLOCK_BYTES)))
    )
      found.push(what);
  };
  for (const number of numbers) {
    for (const text of [number, `H10301:${number}`]) {
      for (const algorithm of DIGESTS)
        look(`${algorithm} of card ${text}`, createHash(algorithm).update(text).digest());
      for (const secret of secrets) look(`HMAC of card ${text}`, createHmac('sha256', secret).update(text).digest());
    }
  }
  return found;
}
