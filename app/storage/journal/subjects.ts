import { createCipheriv, type KeyObject } from 'node:crypto';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { ID_BYTES, idBytes } from '../files/randomId.ts';
import { NONCE_BYTES, seal, TAG_BYTES, unseal, type SealedAs } from '../vault/seal.ts';

/** The entry that a subject is sealed into; moved to another one it does not open. */
export interface SubjectPlace {
  readonly id: number;
  readonly at: number;
  readonly event: string;
}

export interface SealedSubject extends SubjectPlace {
  readonly sealed: Uint8Array;
}

const SEALED_BYTES = NONCE_BYTES + ID_BYTES + TAG_BYTES;
/** AES-GCM enciphers its first 16 bytes with the block of nonce and this counter. */
const FIRST_BLOCK_COUNTER = 2;

export function sealSubject(key: KeyObject, subject: Pseudonym, place: SubjectPlace): Buffer {
  return seal(key, sealedAs(place), idBytes(subject));
}

/**
 * Finds whose entries these are, although nothing in clear says so. A sealed subject is the pseudonym, 16 bytes, which
 * AES-GCM has xored with one block of its key; so one call of AES for each person tells which of many entries are
 * likely that person's, and only those are opened. 500 entries against 10,000 people would be 5,000,000 openings otherwise.
 */
export class SubjectFinder {
  readonly #subjects: readonly SealedSubject[];
  readonly #blocks: Buffer;

  constructor(subjects: readonly SealedSubject[]) {
    this.#subjects = subjects;
    this.#blocks = Buffer.alloc(subjects.length * ID_BYTES);
    for (const [index, { sealed }] of subjects.entries()) {
      this.#blocks.set(sealed.subarray(0, NONCE_BYTES), index * ID_BYTES);
      this.#blocks.writeUInt32BE(FIRST_BLOCK_COUNTER, index * ID_BYTES + NONCE_BYTES);
    }
  }

  /** The entries of one person. `opens` is false for one that was changed or moved. */
  ofPerson(pseudonym: Pseudonym, key: KeyObject): { readonly id: number; readonly opens: boolean }[] {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const pads = cipher.update(this.#blocks);
    const expected = idBytes(pseudonym);
    const found: { id: number; opens: boolean }[] = [];
    for (const [index, subject] of this.#subjects.entries()) {
      if (subject.sealed.length !== SEALED_BYTES || !this.#likely(pads, index, expected)) continue;
      const opened = unseal(key, sealedAs(subject), subject.sealed);
      found.push({ id: subject.id, opens: opened !== undefined && opened.equals(expected) });
    }
    return found;
  }

  #likely(pads: Buffer, index: number, expected: Buffer): boolean {
    const { sealed } = this.#subjects[index]!;
    for (let i = 0; i < ID_BYTES; i++) {
      if ((sealed[NONCE_BYTES + i]! ^ pads[index * ID_BYTES + i]!) !== expected[i]!) return false;
    }
    return true;
  }
}

const sealedAs = ({ id, at, event }: SubjectPlace): SealedAs => ['journal subject', id, at, event];
