import type { Checkpoint, SegmentHead, SubjectsRemoved } from '#core/journal/checkpoint.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { Signer } from '#core/ports/signer.ts';
import { signaturesOf, type SignatureCheck } from '../keys/curveKeys.ts';
import { writeInteger } from './canonical.ts';

/** A public key of this terminal. One that another has taken the place of signed the journal up to that entry, and no further. */
export interface TrustedKey {
  readonly key: Uint8Array;
  readonly upTo?: JournalId;
}

interface Known {
  readonly signed: SignatureCheck;
  readonly upTo: number;
}

/** Tells signatures of the keys that are trusted from every other. Keys as lower-case hex. */
export class Verifier {
  readonly #keys: ReadonlyMap<string, Known>;

  constructor(trusted: readonly TrustedKey[]) {
    this.#keys = new Map(
      trusted.map(({ key, upTo = Infinity }) => [hex(key), { signed: signaturesOf(key), upTo }] as const),
    );
  }

  signed(bytes: Uint8Array, { key, signature }: { readonly key: string; readonly signature: string }): boolean {
    return this.#keys.get(key)?.signed(bytes, Buffer.from(signature, 'hex')) ?? false;
  }

  checkpoint(checkpoint: Checkpoint): boolean {
    const { upTo = 0 } = this.#keys.get(checkpoint.key) ?? {};
    return checkpoint.id <= upTo && this.signed(checkpointBytes(checkpoint), checkpoint);
  }

  /** Heads are signed anew whenever the key changes: an earlier key is good for none. */
  head(head: SegmentHead): boolean {
    return this.#keys.get(head.key)?.upTo === Infinity && this.signed(headBytes(head), head);
  }

  /** As heads are. */
  subjectsRemoved(statement: SubjectsRemoved): boolean {
    return this.#keys.get(statement.key)?.upTo === Infinity && this.signed(subjectsBytes(statement), statement);
  }
}

export function signSubjectsRemoved(
  signer: Signer,
  about: Omit<SubjectsRemoved, 'key' | 'signature'>,
): SubjectsRemoved {
  return { ...about, key: hex(signer.publicKey), signature: hex(signer.sign(subjectsBytes(about))) };
}

export function signCheckpoint(signer: Signer, about: Omit<Checkpoint, 'key' | 'signature'>): Checkpoint {
  return { ...about, key: hex(signer.publicKey), signature: hex(signer.sign(checkpointBytes(about))) };
}

export function signHead(signer: Signer, about: Omit<SegmentHead, 'key' | 'signature'>): SegmentHead {
  return { ...about, key: hex(signer.publicKey), signature: hex(signer.sign(headBytes(about))) };
}

const checkpointBytes = ({ journal, id, hash, at }: Omit<Checkpoint, 'key' | 'signature'>): Buffer =>
  Buffer.concat([Buffer.from('lintel journal checkpoint 1'), unhex(journal), integer(id), unhex(hash), integer(at)]);

const headBytes = ({ journal, first, last, hash, removedAt }: Omit<SegmentHead, 'key' | 'signature'>): Buffer =>
  Buffer.concat([
    Buffer.from('lintel journal segment 1'),
    unhex(journal),
    integer(first),
    integer(last),
    unhex(hash),
    integer(removedAt),
  ]);

const subjectsBytes = ({ journal, last, removedAt }: Omit<SubjectsRemoved, 'key' | 'signature'>): Buffer =>
  Buffer.concat([Buffer.from('lintel journal subjects 1'), unhex(journal), integer(last), integer(removedAt)]);

export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeInteger(bytes, value, 0);
  return bytes;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Buffer => Buffer.from(text, 'hex');
