import type { WallTime } from '../kernel/units.ts';

/**
 * What can be changed by itself while the gate works: the key of a database file; what signs checkpoints, receipts and
 * reports; the secret that the keyring is sealed under, with the keys of all its blocks (`epoch`); everybody's biometric
 * key (`people`); what backups are sealed under; the secret that all the others hang from (`root`).
 */
export const CHANGEABLE_KEYS = [
  'keyring.db',
  'biometrics.db',
  'identities.db',
  'journal.db',
  'signing',
  'epoch',
  'people',
  'backup',
  'root',
] as const;
export type ChangeableKey = (typeof CHANGEABLE_KEYS)[number];

export interface KeyChange {
  readonly key: ChangeableKey;
  /** How often it has been changed; 0 for the first one. */
  readonly changes: number;
  /** When it was made or changed last. */
  readonly at: WallTime;
}

/** The terminal's keys, as far as they can be changed. */
export interface KeyRoom {
  /** Of every key, when that was. */
  changes(): Promise<readonly KeyChange[]>;
  /**
   * Changes a key and has the journal tell of it. Cut off at any moment nothing is lost: the next start, or the next
   * change of the same key, finishes it.
   * @throws Fault where it could not be changed, with what to do; the old key is in use then.
   */
  change(key: ChangeableKey): Promise<void>;
}
