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

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON of one form alone: keys in order of their code units, no spaces. Numbers are whole. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
