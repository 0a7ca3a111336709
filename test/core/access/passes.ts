import { generateKeyPairSync } from 'node:crypto';
import { passText } from '#core/access/passText.ts';
import type { Pass } from '#core/access/pass.ts';
import type { PassId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { createEd25519Signer, signaturesOf } from '#storage/keys/curveKeys.ts';

/** Somebody who may make out passes. */
export const issuerFrom = (seed: number) => createEd25519Signer(new Uint8Array(32).fill(seed));
export const newIssuer = () =>
  createEd25519Signer(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32));
export const ISSUER = issuerFrom(1);
export const ISSUER_KEY = Buffer.from(ISSUER.publicKey).toString('hex');
export const isSigned = signaturesOf(ISSUER.publicKey);

export const passOf = (differing: Partial<Pass> = {}): Pass => ({
  id: 'a1'.repeat(16) as PassId,
  pseudonym: 'b2'.repeat(16) as Pseudonym,
  validity: { from: wallTime(1_800_000_000_000), until: wallTime(1_800_000_600_000) },
  uses: 'once',
  ...differing,
});

export function textOf(differing: Partial<Pass> = {}, issuer = ISSUER): string {
  const text = passText(passOf(differing), (content) => issuer.sign(content));
  if (text === undefined) throw new Error('no pass');
  return text;
}

export const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
