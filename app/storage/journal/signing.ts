import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Checkpoint, SegmentHead } from '#core/journal/checkpoint.ts';
import type { Signer } from '#core/ports/signer.ts';
import { writeInteger } from './canonical.ts';

/** DER of an Ed25519 private key (RFC 8410) up to its 32 bytes, and of a public one. */
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');

/** A signer from the 32 bytes of its private key, which the caller overwrites. */
export function createEd25519Signer(seed: Uint8Array): Signer {
  const der = Buffer.concat([PRIVATE_DER, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_DER.length);
  return { publicKey: Uint8Array.from(publicKey), sign: (bytes) => sign(null, bytes, key) };
}

const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_DER, bytes]), format: 'der', type: 'spki' });

/** Tells signatures of the keys that are trusted from every other. Keys as lower-case hex. */
export class Verifier {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(trusted: readonly Uint8Array[]) {
    this.#keys = new Map(trusted.map((bytes) => [hex(bytes), publicKeyOf(bytes)]));
  }

  signed(bytes: Uint8Array, { key, signature }: { readonly key: string; readonly signature: string }): boolean {
    const trusted = this.#keys.get(key);
    return trusted !== undefined && verify(null, bytes, trusted, Buffer.from(signature, 'hex'));
  }

  checkpoint(checkpoint: Checkpoint): boolean {
    return this.signed(checkpointBytes(checkpoint), checkpoint);
  }

  head(head: SegmentHead): boolean {
    return this.signed(headBytes(head), head);
  }
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

export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeInteger(bytes, value, 0);
  return bytes;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Buffer => Buffer.from(text, 'hex');
