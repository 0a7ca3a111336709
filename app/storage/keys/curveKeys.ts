import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { Signer } from '#core/ports/signer.ts';
import { KEY_BYTES, keyObject } from '../vault/derivedKeys.ts';
import { seal, unseal, type SealedAs } from '../vault/seal.ts';

/** DER of keys of RFC 8410 up to their 32 bytes. */
const DER = {
  ed25519: { private: '302e020100300506032b657004220420', public: '302a300506032b6570032100' },
  x25519: { private: '302e020100300506032b656e04220420', public: '302a300506032b656e032100' },
} as const;
type Curve = keyof typeof DER;
export const SIGNATURE_BYTES = 64;

function privateKey(curve: Curve, seed: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from(DER[curve].private, 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}

const publicKey = (curve: Curve, bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([Buffer.from(DER[curve].public, 'hex'), bytes]), format: 'der', type: 'spki' });

const publicBytes = (key: KeyObject): Buffer =>
  (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);

/** A signer from the 32 bytes of its private key, which the caller overwrites. */
export function createEd25519Signer(seed: Uint8Array): Signer {
  const key = privateKey('ed25519', seed);
  return { publicKey: Uint8Array.from(publicBytes(key)), sign: (content) => sign(null, content, key) };
}

export type SignatureCheck = (content: Uint8Array, signature: Uint8Array) => boolean;

/** What the holder of this public key signed; false for everything where it is none. */
export function signaturesOf(key: Uint8Array): SignatureCheck {
  if (key.length !== KEY_BYTES) return () => false;
  const known = publicKey('ed25519', key);
  return (content, signature) => signature.length === SIGNATURE_BYTES && verify(null, content, known, signature);
}

/** A key pair for sealing to a reader who is not here: 32 bytes each. */
export function newRecoveryKeys(): { readonly secret: Buffer; readonly public: Buffer } {
  const pair = generateKeyPairSync('x25519');
  const secret = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY_BYTES);
  return { secret, public: publicBytes(pair.publicKey) };
}

/**
 * Seals to whoever holds the secret of `reader`: X25519 with a key pair of its own, HKDF-SHA-256 over the shared secret
 * with both public keys as salt, AES-256-GCM. 32 bytes of public key, then what `seal` makes.
 */
export function sealTo(reader: Uint8Array, as: SealedAs, content: Uint8Array): Buffer {
  const own = generateKeyPairSync('x25519');
  const ownPublic = publicBytes(own.publicKey);
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicKey('x25519', reader) });
  return Buffer.concat([ownPublic, seal(sharedKey(shared, ownPublic, reader), as, content)]);
}

/** The content, for the caller to overwrite; undefined where it was not sealed to this reader in this place. */
export function unsealAs(secret: Uint8Array, as: SealedAs, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < KEY_BYTES) return undefined;
  const ownPublic = sealed.subarray(0, KEY_BYTES);
  const key = privateKey('x25519', secret);
  const shared = diffieHellman({ privateKey: key, publicKey: publicKey('x25519', ownPublic) });
  return unseal(sharedKey(shared, ownPublic, publicBytes(key)), as, sealed.subarray(KEY_BYTES));
}

function sharedKey(shared: Buffer, from: Uint8Array, to: Uint8Array): KeyObject {
  const bytes = Buffer.from(hkdfSync('sha256', shared, Buffer.concat([from, to]), 'lintel 1 escrow', KEY_BYTES));
  shared.fill(0);
  const key = keyObject(bytes);
  bytes.fill(0);
  return key;
}
