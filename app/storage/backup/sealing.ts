import type { SealedAs } from '../vault/seal.ts';

/** Ed25519 over this, and behind it the SHA-256 of everything that stands before the signature. */
const SIGNATURE_LABEL = 'lintel backup 1\n';

export const signedBytes = (digest: Uint8Array): Buffer => Buffer.concat([Buffer.from(SIGNATURE_LABEL), digest]);

/** What a sealed content key is bound to. */
export const backupSealedAs = ({ id, terminal }: { readonly id: string; readonly terminal: string }): SealedAs => [
  'backup content key',
  terminal,
  id,
];
