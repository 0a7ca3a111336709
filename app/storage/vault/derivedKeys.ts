import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';

export const KEY_BYTES = 32;

/** What a key is for; each has its own, so that one says nothing about another. These names are frozen: data hangs on them. */
export type KeyPurpose =
  | 'file keyring.db'
  | 'file biometrics.db'
  | 'file identities.db'
  | 'file journal.db'
  | 'keyring'
  | 'folder fingerprint'
  | 'folder marker'
  | 'door modes'
  | 'pin tries'
  | 'spent passes'
  | 'journal reserve 1'
  | 'cabinet'
  | 'cabinet as a whole'
  | 'key fingerprint'
  | 'journal anchor count'
  | 'reader keys';

/**
 * HKDF-SHA-256 over the master secret, 32 bytes. The caller overwrites it.
 * @throws Fault `key` where the master has another length.
 */
export function deriveKey(master: Uint8Array, purpose: KeyPurpose): Buffer {
  if (master.length !== KEY_BYTES) {
    throw new Fault('key', { thing: 'master secret', found: `${master.length} bytes`, expected: `${KEY_BYTES} bytes` });
  }
  return Buffer.from(hkdfSync('sha256', master, new Uint8Array(0), `lintel 1 ${purpose}`, KEY_BYTES));
}

/**
 * A key in the form that ciphers take three times as fast as plain bytes. Its copy lies in OpenSSL's memory, which is
 * overwritten when the object is collected, at the latest when the thread ends.
 */
export function keyObject(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** Names the terminal on receipts, escrow places and backups, and says nothing else: 16 lower-case hex digits. */
export function fingerprintOf(master: Uint8Array): string {
  const key = deriveKey(master, 'folder fingerprint');
  const fingerprint = key.toString('hex', 0, 8);
  key.fill(0);
  return fingerprint;
}
