import type { MessagePort } from 'node:worker_threads';
import * as z from 'zod/mini';
import type { FaultMessage } from '#core/kernel/faultMessage.ts';
import type { CredentialId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import type { JournalCheck } from '#core/journal/check.ts';
import type { JournalEntry, RecordedEntry } from '#core/journal/entry.ts';
import type { JournalFound, JournalQuery, SearchPosition, SubjectsGone } from '#core/journal/search.ts';
import type { RootPlace } from '#core/config/terminalConfig.ts';
import type { ChangeableKey } from '#core/ports/keyRoom.ts';
import type { ConsentsRemoved } from '#core/ports/stores.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Consent } from '#core/privacy/consent.ts';
import type { Deletion, Revocation } from '#core/privacy/deletion.ts';
import type { DeletionReceipt, RevocationReceipt, SignedReceipt } from '#core/privacy/receipt.ts';
import type { RetentionRules } from '#core/privacy/retention.ts';
import type { Snapshot } from '../backup/snapshot.ts';
import { DATABASE_FILES, type DatabaseFile } from '../files/folderMarker.ts';
import type { ExportRequest, ExportSummary } from '../journal/exportJournal.ts';
import type { Segment } from '../journal/segments.ts';
import { EpochPlaceShape, type EpochPlace } from '../keys/epochPlace.ts';
import { RootPlaceShape } from '../keys/rootPlace.ts';
import type { KeyChanged, KeyStanding } from './keyChanges.ts';
import type { EnrolmentRows, FaceRows } from '../stores/people.ts';
import type { RosterPart } from '../stores/rosterPage.ts';

/** What the thread is started with. The master secret lies in shared memory, which the thread overwrites. */
export interface StorageThreadData {
  readonly folder: string;
  readonly simulated: boolean;
  readonly master: SharedArrayBuffer;
  readonly root?: RootPlace;
  readonly epoch: EpochPlace;
  readonly escrowPlaces: readonly string[];
  readonly maxPages: Partial<Record<DatabaseFile, number>>;
  readonly rowsForTwo: number;
}

const Start: z.ZodMiniType<StorageThreadData> = z.strictObject({
  folder: z.string(),
  simulated: z.boolean(),
  master: z.instanceof(SharedArrayBuffer),
  root: z.exactOptional(RootPlaceShape),
  epoch: EpochPlaceShape,
  escrowPlaces: z.array(z.string()),
  maxPages: z.partialRecord(z.enum(DATABASE_FILES), z.number()),
  rowsForTwo: z.number(),
});

/** What a worker is started with is untyped. @throws ZodError */
export const parseStart = (data: unknown): StorageThreadData => Start.parse(data);

/** Everything that the thread does, with what goes in and what comes back. */
export interface Calls {
  /** All of them in one transaction. */
  append: { readonly given: readonly JournalEntry[]; readonly answer: readonly AppendAnswer[] };
  read: {
    readonly given: { readonly from: JournalId; readonly limit: number };
    readonly answer: readonly RecordedEntry[];
  };
  search: {
    readonly given: { readonly query: JournalQuery; readonly behind?: SearchPosition; readonly limit: number };
    readonly answer: JournalFound;
  };
  check: { readonly given: JournalCheckOptions; readonly answer: JournalCheck };
  export: { readonly given: ExportRequest; readonly answer: ExportSummary };
  expired: { readonly given: WallTime; readonly answer: readonly Segment[] };
  removeBefore: { readonly given: WallTime; readonly answer: readonly Segment[] };
  expiredSubjects: { readonly given: WallTime; readonly answer: SubjectsGone | undefined };
  removeSubjects: { readonly given: WallTime; readonly answer: SubjectsGone | undefined };
  /** Parts come first, one message each, some of them by `aside`: how many, the answer says, and whom to leave out. */
  load: {
    readonly given: { readonly aside: MessagePort } | undefined;
    readonly answer: { readonly leftOut: readonly Pseudonym[]; readonly aside: number };
  };
  enrol: {
    readonly given: { readonly people: readonly EnrolmentRows[]; readonly features: SharedArrayBuffer };
    readonly answer: undefined;
  };
  consents: { readonly given: Pseudonym; readonly answer: readonly Consent[] };
  removeConsents: {
    readonly given: { readonly endedBy: WallTime; readonly behind: number };
    readonly answer: ConsentsRemoved;
  };
  addFace: {
    readonly given: { readonly face: FaceRows; readonly features: SharedArrayBuffer };
    readonly answer: undefined;
  };
  withdrawFace: {
    readonly given: { readonly pseudonym: Pseudonym; readonly at: WallTime };
    readonly answer: Deletion;
  };
  withdrawFaces: {
    readonly given: { readonly people: readonly Pseudonym[]; readonly at: WallTime };
    readonly answer: readonly Deletion[];
  };
  erase: {
    readonly given: {
      readonly people: readonly Pseudonym[];
      readonly at: WallTime;
      readonly retention: RetentionRules;
    };
    readonly answer: readonly Deletion[];
  };
  eraseDue: {
    readonly given: { readonly at: WallTime; readonly limit: number };
    readonly answer: readonly Deletion[];
  };
  dueErasures: { readonly given: undefined; readonly answer: readonly WallTime[] };
  deletionOf: { readonly given: Pseudonym; readonly answer: Deletion | undefined };
  revokeCredential: {
    readonly given: { readonly credential: CredentialId; readonly at: WallTime };
    readonly answer: undefined;
  };
  receiptOfDeletion: {
    readonly given: { readonly deletion: Deletion; readonly at: WallTime };
    readonly answer: SignedReceipt<DeletionReceipt>;
  };
  receiptOfRevocation: {
    readonly given: { readonly revocation: Revocation; readonly at: WallTime };
    readonly answer: SignedReceipt<RevocationReceipt>;
  };
  receiptAgain: {
    readonly given: { readonly receipt: SignedReceipt; readonly at: WallTime };
    readonly answer: SignedReceipt;
  };
  keyStanding: { readonly given: undefined; readonly answer: KeyStanding };
  changeKey: { readonly given: ChangeableKey; readonly answer: KeyChanged };
  keyChangeRecorded: { readonly given: ChangeableKey; readonly answer: undefined };
  /** A public key. */
  setRecoveryKey: { readonly given: Uint8Array; readonly answer: undefined };
  /** Copies everything that a backup holds, as of the moment that it begins; the given one is written into the backup. */
  snapshot: { readonly given: WallTime; readonly answer: Snapshot };
  /** What names the terminal on receipts, escrow places and backups. */
  terminal: { readonly given: undefined; readonly answer: string };
  /** Replaces what is stale in the escrow places. */
  retryEscrow: { readonly given: undefined; readonly answer: undefined };
  close: { readonly given: undefined; readonly answer: undefined };
}

export type CallName = keyof Calls;
export type CallMessage = {
  [Name in CallName]: { readonly id: number; readonly call: Name; readonly given: Calls[Name]['given'] };
}[CallName];

export interface AppendAnswer {
  readonly id: JournalId;
  readonly fault?: FaultMessage;
}

export interface JournalCheckOptions {
  /** Also what searches go by, which takes the longest and lets nobody work meanwhile. */
  readonly indexes: boolean;
  /** Exports that are to be anchors too, by their path. */
  readonly exports?: readonly string[];
}

/** Where the journal ended when it was opened. */
export interface JournalEnd {
  readonly last: number;
  readonly lastAt?: WallTime;
  /** What seals its reserve: overwritten by whoever takes it. */
  readonly reserveKey: SharedArrayBuffer;
}

export type ThreadMessage =
  | { readonly kind: 'opened'; readonly journal: JournalEnd }
  | { readonly kind: 'refused'; readonly fault: FaultMessage }
  | { readonly kind: 'report'; readonly line: HealthReport }
  | { readonly kind: 'part'; readonly id: number; readonly part: RosterPart }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: FaultMessage };
