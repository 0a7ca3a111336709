import type { AccessLevelId, AccessPointId, CredentialId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';

/** When a right begins and ends; `until` is the first moment at which it no longer holds. */
export interface Validity {
  readonly from: WallTime;
  readonly until: WallTime;
}

/** What ties a person to the place, and with what the purpose of the person's data ends. */
export type Relation = 'staff' | 'resident' | 'visitor';

/**
 * What a person may beyond coming in. `opens-first`: for whom a door that awaits its first person opens.
 * `free-of-anti-passback`: whose passages are not held against each other, say of a guard on the round.
 */
export type Privilege = 'opens-first' | 'free-of-anti-passback';

/** A person who may be let in. The name lives here and in the identity file, never on the screen. */
export interface Cardholder {
  readonly pseudonym: Pseudonym;
  readonly name: string;
  readonly relation: Relation;
  readonly state: 'active' | 'suspended';
  readonly validity: Validity;
  /** Where at all. */
  readonly accessPoints: 'all' | readonly AccessPointId[];
  /** When, there: one of these must be open. Absent: at any time, for people enrolled where no levels are in use. */
  readonly levels?: readonly AccessLevelId[];
  readonly privileges?: readonly Privilege[];
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
