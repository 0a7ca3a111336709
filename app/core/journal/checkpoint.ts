import type { JournalId } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';

/** The signed statement that the chain of `journal` ends with this hash at this entry. Bytes as lower-case hex. */
export interface Checkpoint {
  /** The journal's own random name, 16 bytes. */
  readonly journal: string;
  readonly id: JournalId;
  /** SHA-256 of that entry. */
  readonly hash: string;
  readonly at: WallTime;
  /** The Ed25519 public key, 32 bytes. */
  readonly key: string;
  readonly signature: string;
}

/** Entries that retention removed: all from `first` to `last`. Signed as a whole. Bytes as lower-case hex. */
export interface SegmentHead {
  readonly journal: string;
  readonly first: JournalId;
  readonly last: JournalId;
  /** SHA-256 of the entry `last`: what the entry behind it goes on from. */
  readonly hash: string;
  readonly removedAt: WallTime;
  readonly key: string;
  readonly signature: string;
}

/**
 * Retention removed whose the access events up to `last` are; the entries stand. Signed: a subject that is gone without
 * this statement was taken away. Bytes as lower-case hex.
 */
export interface SubjectsRemoved {
  readonly journal: string;
  readonly last: JournalId;
  readonly removedAt: WallTime;
  readonly key: string;
  readonly signature: string;
}

/** A checkpoint is made once this many entries stand behind the last one, or after CHECKPOINT_MS_MAX, or at a stop. */
export const CHECKPOINT_ENTRIES = 256;
export const CHECKPOINT_MS_MAX = 60_000;
