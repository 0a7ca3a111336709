import { createCipheriv, createDecipheriv, randomBytes, type DecipherGCM, type KeyObject } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';

/**
 * A sealed row: nonce (12 bytes, random), ciphertext (as long as its content), tag (16 bytes). AES-256-GCM; the key of a
 * person seals far fewer rows in a life than random nonces of 96 bits allow (2^32).
 */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const CIPHER = 'aes-256-gcm';

/** What a row is and whose. It is authenticated with the row, so that no row opens in another one's place. */
export type SealedAs = readonly [what: string, ...place: (string | number)[]];

/** Where a row stands, for whoever has to look at it. */
export interface RowPlace {
  readonly file: string;
  readonly table: string;
  readonly row: string;
}

export function seal(key: KeyObject, sealedAs: SealedAs, content: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(sealedAs));
  const ciphertext = cipher.update(content);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

/** The content, for the caller to overwrite; undefined where the row is not what `key` sealed in this place. */
export const unseal = (key: KeyObject, sealedAs: SealedAs, sealed: Uint8Array): Buffer | undefined =>
  unsealWith(key, associatedData(sealedAs), sealed);

/** The same where the bytes of `associatedData` are at hand. */
export function unsealWith(key: KeyObject, associated: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  return authentic(decipher, sealed.subarray(NONCE_BYTES));
}

/** What a ciphertext with its tag behind it holds; where the tag does not fit nothing of it is left. */
export function authentic(decipher: DecipherGCM, sealed: Uint8Array): Buffer | undefined {
  const tagAt = sealed.length - TAG_BYTES;
  decipher.setAuthTag(sealed.subarray(tagAt));
  const content = decipher.update(sealed.subarray(0, tagAt));
  try {
    decipher.final();
    return content;
  } catch {
    content.fill(0);
    return undefined;
  }
}

export const damagedRow = (place: RowPlace, found: string, code: 'storage' | 'journal' = 'storage'): Fault =>
  new Fault(code, {
    thing: `${place.file}, table ${place.table}, row ${place.row}`,
    found,
    expected: 'a row as this gate sealed it in this place',
  });

/** Each part stands with its length before it, so that no two places read the same. */
export function associatedData(sealedAs: SealedAs): Buffer {
  let text = '';
  for (const part of sealedAs) {
    const one = String(part);
    text += `${one.length}:${one}`;
  }
  return Buffer.from(text, 'utf8');
}
