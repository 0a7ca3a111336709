import { Fault } from '#core/kernel/fault.ts';
import { emptyWal } from '../files/openDatabase.ts';
import type { KeyringContent } from '../keys/keyringContent.ts';
import type { Keyring } from '../stores/keyring.ts';
import type { BackupHeader } from './header.ts';
import { checkPeople } from './peopleCheck.ts';
import { removePeople, removeTemplates, replay, type Replayed, type RestoredPeople } from './replay.ts';

/** What became of the people of a backup. */
export interface SettledPeople {
  /** People who are there whole. */
  readonly people: number;
  /** What was deleted, withdrawn or revoked since, and did not come back. */
  readonly replayed: Replayed;
  readonly lost: LostPeople;
}

/** People who have keys, and whom the backup does not bring back. */
export interface LostPeople {
  /** Enrolled since: not in it. */
  readonly absent: number;
  /** With records that do not open. */
  readonly unreadable: number;
  /** With a face that does not open: theirs was sealed anew since. They come in by card or PIN. */
  readonly faceless: number;
}

/** How a restore ended. */
export interface RestoredBackup extends SettledPeople {
  readonly header: BackupHeader;
  readonly journal: 'kept' | 'from-backup';
  /** Where the data folder of before lies; undefined where there was none. */
  readonly aside: string | undefined;
}

export interface SettleOptions {
  readonly keyring: Keyring;
  readonly revoked: KeyringContent['revoked'];
  /** How many people may be lost. */
  readonly losing: number;
}

/**
 * Replays what was deleted since, then opens every row of everybody who is left.
 * @throws Fault `storage` where other people would be lost than were told to be.
 */
export function settlePeople(people: RestoredPeople, { keyring, revoked, losing }: SettleOptions): SettledPeople {
  const replayed = replay(people, keyring, revoked);
  const { absent, unreadable, faceless, people: whole, first } = checkPeople(people, keyring);
  const lost = { absent: absent.length, unreadable: unreadable.length, faceless: faceless.length };
  const count = lost.absent + lost.unreadable + lost.faceless;
  if (count !== losing) {
    const damage = first === undefined ? '' : `; the first row that does not open: ${first.message}`;
    throw new Fault('storage', {
      thing: 'people of the backup',
      found:
        `${count} whom it would not bring back whole: ${lost.absent} enrolled since, ${lost.unreadable} whose records and ` +
        `${lost.faceless} whose faces do not open${damage}`,
      expected: `a newer backup, or a restore that is told to go without them: --losing ${count}`,
    });
  }
  removePeople(people, unreadable);
  removeTemplates(people, faceless);
  for (const file of [people.biometrics, people.identities]) emptyWal(file);
  return { people: whole, replayed, lost };
}
