import type { AccessPointId, CredentialId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';

/** When a right begins and ends; `until` is the first moment at which it no longer holds. */
export interface Validity {
  readonly from: WallTime;
  readonly until: WallTime;
}

/** What ties a person to the place, and with what the purpose of the person's data ends. */
export type Relation = 'staff' | 'resident' | 'visitor';

/** A person who may be let in. The name lives here and in the identity file, never on the screen. */
export interface Cardholder {
  readonly pseudonym: Pseudonym;
  readonly name: string;
  readonly relation: Relation;
  readonly state: 'active' | 'suspended';
  readonly validity: Validity;
  readonly accessPoints: 'all' | readonly AccessPointId[];
}

interface CredentialBase {
  readonly id: CredentialId;
  readonly pseudonym: Pseudonym;
  readonly state: 'active' | 'suspended' | 'lost';
  readonly validity: Validity;
}

/** A card by format and number, or a PIN that belongs to a personal number. */
export type Credential =
  | (CredentialBase & { readonly kind: 'card'; readonly format: string; readonly number: string })
  | (CredentialBase & { readonly kind: 'pin'; readonly personalNumber: string; readonly pinHash: string });

export type CardCredential = Extract<Credential, { kind: 'card' }>;
export type PinCredential = Extract<Credential, { kind: 'pin' }>;
