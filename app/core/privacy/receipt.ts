import type { Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { Deletion, RecordKeyState } from './deletion.ts';

export const RECEIPT_VERSION = 1;

/** A copy of the epoch secret outside the terminal. While it is of an earlier generation it would undo the deletion. */
export interface EscrowState {
  readonly place: string;
  readonly state: 'done' | 'pending';
}

/** What a person is given for a withdrawal or an erasure. Signed as canonical JSON, so that anybody can check it offline. */
export interface Receipt {
  readonly version: typeof RECEIPT_VERSION;
  readonly kind: 'withdrawal' | 'erasure';
  readonly terminal: string;
  readonly pseudonym: Pseudonym;
  readonly issuedAt: WallTime;
  readonly biometricKeyDestroyedAt: WallTime;
  readonly recordKey: RecordKeyState;
  readonly generation: number;
  readonly escrow: readonly EscrowState[];
}

/** Public key (32 bytes) and signature (64 bytes), Ed25519, in lower-case hex. */
export interface SignedReceipt {
  readonly receipt: Receipt;
  readonly key: string;
  readonly signature: string;
}

export function receiptOf(
  deletion: Deletion,
  about: { readonly terminal: string; readonly issuedAt: WallTime; readonly escrow: readonly EscrowState[] },
): Receipt {
  const kind = deletion.recordKey.kind === 'in-use' ? 'withdrawal' : 'erasure';
  return { version: RECEIPT_VERSION, kind, ...deletion, ...about };
}
