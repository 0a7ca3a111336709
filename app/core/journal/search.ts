import type { AccessPointId, DoorId, JournalId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { JournalEventKind, RecordedEntry } from './entry.ts';

/** Everything that is given must hold; times are inclusive. */
export interface JournalQuery {
  readonly from?: WallTime;
  readonly until?: WallTime;
  readonly kind?: JournalEventKind;
  readonly accessPoint?: AccessPointId;
  readonly door?: DoorId;
  /** Found by that person's record key: once the key is gone, nothing is found any more. */
  readonly person?: Pseudonym;
  /**
   * Also say whose each entry is, which tries everybody's key, or those of the people that are named: the more people,
   * the longer it takes.
   */
  readonly subjects?: boolean | readonly Pseudonym[];
}

/** Behind which entry a search goes on. Entries are found in order of time, those of one moment in order of number. */
export interface SearchPosition {
  readonly at: WallTime;
  readonly id: JournalId;
}

/** The entries `first` to `last`, both included. */
export interface EntryRange {
  readonly first: JournalId;
  readonly last: JournalId;
}

/** Access events up to `upTo` that no longer say whose they are; `subjects` of them had one. */
export interface SubjectsGone {
  readonly upTo: JournalId;
  readonly subjects: number;
}

export interface JournalFound {
  readonly entries: readonly RecordedEntry[];
  /** Absent where nothing more can come. */
  readonly next?: SearchPosition;
}
