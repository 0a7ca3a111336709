import type { CredentialId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';

/** What has become of the key under which a person's records lie: name, credentials, consents, whose an entry is. */
export type RecordKeyState =
  | { readonly kind: 'in-use' }
  /** Erasure was asked for; the last legal minimum ends at `until`, and nothing else is done with the records. */
  | { readonly kind: 'restricted'; readonly until: WallTime }
  | { readonly kind: 'destroyed'; readonly at: WallTime };

/** What was deleted of a person, and when: the destruction of a key makes every copy under it unreadable. */
export interface Deletion {
  readonly pseudonym: Pseudonym;
  readonly biometricKeyDestroyedAt: WallTime;
  readonly recordKey: RecordKeyState;
  /** The renewal of the epoch secret that made the destruction final; what an escrow place holds of an earlier one undoes it. */
  readonly generation: number;
}

/** A card or PIN that was taken out of use for good. Its random id is remembered, so that no backup brings it back. */
export interface Revocation {
  readonly pseudonym: Pseudonym;
  readonly credential: CredentialId;
  readonly revokedAt: WallTime;
}
