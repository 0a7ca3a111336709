import { Fault } from '#core/kernel/fault.ts';
import { unsealAs } from '../keys/curveKeys.ts';
import { keyObject } from '../vault/derivedKeys.ts';
import { unseal, type SealedAs } from '../vault/seal.ts';
import type { BackupHeader } from './header.ts';

/** Ed25519 over this, and behind it the SHA-256 of everything that stands before the signature. */
const SIGNATURE_LABEL = 'lintel backup 1\n';

export const signedBytes = (digest: Uint8Array): Buffer => Buffer.concat([Buffer.from(SIGNATURE_LABEL), digest]);

/** What a sealed content key is bound to. */
export const contentKeySealedAs = ({ id, terminal }: Pick<BackupHeader, 'id' | 'terminal'>): SealedAs => [
  'backup content key',
  terminal,
  id,
];

/** The content key, for the caller to overwrite. @throws Fault `key` where that key was changed since. */
export function unsealOwn(header: BackupHeader, backupKey: Uint8Array): Buffer {
  const { generation, sealed } = header.own;
  const key = unseal(keyObject(backupKey), contentKeySealedAs(header), Buffer.from(sealed, 'hex'));
  if (key !== undefined) return key;
  throw new Fault('key', {
    thing: `backup ${header.id}`,
    found: `one under backup key ${generation} of this terminal, which does not open it`,
    expected: 'a backup as it was written, under the present key; or the recovery key',
  });
}

/** The same with the site's recovery key. @throws Fault `key` for another one. */
export function unsealRecovered(header: BackupHeader, recoverySecret: Uint8Array): Buffer {
  const fault = (found: string, expected: string): Fault =>
    new Fault('key', { thing: `backup ${header.id}`, found, expected });
  if (header.recovery === null)
    throw fault('a backup of a time without a recovery key', 'one that was made since it was provisioned');
  const sealed = Buffer.from(header.recovery.sealed, 'hex');
  const key = unsealAs(recoverySecret, contentKeySealedAs(header), sealed);
  if (key !== undefined) return key;
  throw fault('another recovery key', `the secret of recovery key ${header.recovery.reader}`);
}
