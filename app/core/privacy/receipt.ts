import type { CredentialId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { Deletion, RecordKeyState, Revocation } from './deletion.ts';

export const RECEIPT_VERSION = 1;

/** A copy of the epoch secret outside the terminal. While it is of an earlier generation it would undo the deletion. */
export interface EscrowState {
  readonly place: string;
  readonly state: 'done' | 'pending';
}

interface ReceiptBase {
  readonly version: typeof RECEIPT_VERSION;
  readonly terminal: string;
  readonly pseudonym: Pseudonym;
  readonly issuedAt: WallTime;
}

/** What a person is given for a withdrawal or an erasure: both dates, and each place that could still undo it. */
export interface DeletionReceipt extends ReceiptBase {
  readonly kind: 'withdrawal' | 'erasure';
  readonly biometricKeyDestroyedAt: WallTime;
  readonly recordKey: RecordKeyState;
  readonly generation: number;
  readonly escrow: readonly EscrowState[];
}

/** For a card or PIN that opens nothing any more. */
export interface RevocationReceipt extends ReceiptBase {
  readonly kind: 'revocation';
  readonly credential: CredentialId;
  readonly revokedAt: WallTime;
}

/** Signed as canonical JSON, so that anybody can check it offline. */
export type Receipt = DeletionReceipt | RevocationReceipt;

/** Public key (32 bytes) and signature (64 bytes), Ed25519, in lower-case hex. */
export interface SignedReceipt<Of extends Receipt = Receipt> {
  readonly receipt: Of;
  readonly key: string;
  readonly signature: string;
}

export interface Issue {
  readonly terminal: string;
  readonly issuedAt: WallTime;
}

export function receiptOf(
  deletion: Deletion,
  about: Issue & { readonly escrow: readonly EscrowState[] },
): DeletionReceipt {
  const kind = deletion.recordKey.kind === 'in-use' ? 'withdrawal' : 'erasure';
  return { version: RECEIPT_VERSION, kind, ...deletion, ...about };
}

export const revocationReceiptOf = (revocation: Revocation, about: Issue): RevocationReceipt => ({
  version: RECEIPT_VERSION,
  kind: 'revocation',
  ...revocation,
  ...about,
});
