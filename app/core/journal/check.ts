import type { JournalId } from '../kernel/ids.ts';

export type FindingKind =
  /** Content and chain do not fit. */
  | 'changed'
  /** Numbers that should be there are not. */
  | 'missing'
  /** The journal ends before an anchor: it was cut short, or an older file was put in its place. */
  | 'cut-short'
  /** The chain at a signed place is another one. */
  | 'another-chain'
  /** A signature that the terminal's key did not make. */
  | 'bad-signature'
  /** More entries without a checkpoint than this gate ever leaves. */
  | 'no-checkpoint'
  | 'unreadable'
  /** Whose an entry is was taken away, and no signed statement of retention says so. */
  | 'subject-removed'
  /** What searches go by does not fit the entries. */
  | 'index'
  | 'anchor';

/** Something that is not as this gate wrote it, and where: the entries `from` to `to`, both included. */
export interface Finding {
  readonly kind: FindingKind;
  readonly from: number;
  readonly to: number;
  readonly says: string;
}

export interface JournalCheck {
  readonly ok: boolean;
  /** Entries looked at. */
  readonly entries: number;
  /** First and last number there is; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  readonly findings: readonly Finding[];
  /** Entries that tell of damage which an earlier start found; the chain goes on behind it. */
  readonly recordedDamage: readonly JournalId[];
  /** Up to here any change, removal or insertion would have been found, by whoever holds no signing key. 0: nothing. */
  readonly coveredTo: JournalId | 0;
  /** The anchor that says so; undefined where there is none. */
  readonly coveredBy: string | undefined;
  /** Up to here the journal's own checkpoints are signed: a change shows, cutting off the end does not. */
  readonly signedTo: JournalId | 0;
  /** Entries behind `coveredTo`: chained, but whoever holds the file key could have written them. */
  readonly after: number;
}
