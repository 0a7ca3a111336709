import type { Cardholder, Credential } from '../access/credential.ts';
import type { SpentPasses } from '../access/pass.ts';
import type { PinTriesRecord } from '../access/pinTries.ts';
import type { Template } from '../biometrics/template.ts';
import type { DoorMode } from '../door/door.ts';
import type { JournalEntry, RecordedEntry } from '../journal/entry.ts';
import type { EntryRange, JournalFound, JournalQuery, SearchPosition, SubjectsGone } from '../journal/search.ts';
import type { CredentialId, DoorId, JournalId, Pseudonym } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { Consent } from '../privacy/consent.ts';
import type { Deletion } from '../privacy/deletion.ts';
import type { RetentionRules } from '../privacy/retention.ts';

/** Everybody whom decisions may know, with what each of them holds. */
export interface Roster {
  readonly cardholders: readonly Cardholder[];
  readonly credentials: readonly Credential[];
}

/** Takes some templates, which are overwritten as soon as it returns. */
export type TakeTemplates = (templates: readonly Template[]) => void;

/** A person's enrolment as one act: all of it is stored or none. */
export interface Enrolment {
  readonly cardholder: Cardholder;
  readonly credentials: readonly Credential[];
  /** Absent for a person who uses a card or PIN only. No template without the consent that it stands on. */
  readonly face?: EnrolledFace;
}

export interface EnrolledFace {
  readonly consent: Consent;
  readonly templates: readonly Template[];
}

export interface ConsentsRemoved {
  readonly removed: number;
  /** Absent where everybody has been looked at. */
  readonly next?: number;
}

/** @throws Fault `storage` where the disk is full, stuck or damaged; nothing is half done then. */
export interface PeopleStore {
  /**
   * Everybody; templates come before, some at a time, and are held by nobody but `take`. They may be of people who are
   * not among the cardholders in the end, because a row of theirs is damaged: nothing of these may be kept.
   * @throws also what `take` throws, which is given nothing more then.
   */
  load(take?: TakeTemplates): Promise<Roster>;
  enrol(person: Enrolment): Promise<void>;
  /** The consents of one person, newest first. */
  consentsOf(pseudonym: Pseudonym): Promise<readonly Consent[]>;
  /** Removes consents that had ended by then, of some people at a time: `next` is where to go on. */
  removeConsents(endedBy: WallTime, behind?: number): Promise<ConsentsRemoved>;
  /**
   * A face of somebody enrolled who gave none so far or has withdrawn it, under a new biometric key.
   * @throws Fault `storage` for somebody who is not enrolled, is to be erased, or has a face.
   */
  addFace(face: EnrolledFace): Promise<void>;
  /**
   * The consent to the use of the face has ended: destroys the biometric key, and with it every template of the person
   * wherever a copy lies. Once more is no error and says what was done then.
   */
  withdrawFace(pseudonym: Pseudonym, at: WallTime): Promise<Deletion>;
  /** The same for several people in one act; somebody who is not enrolled has no face left, and is passed over. */
  withdrawFaces(people: readonly Pseudonym[], at: WallTime): Promise<readonly Deletion[]>;
  /**
   * Destroys the biometric key at once, and the record key when the last legal minimum has ended; until then the person
   * is restricted: kept, loaded for no decision.
   */
  erase(pseudonym: Pseudonym, at: WallTime, retention: RetentionRules): Promise<Deletion>;
  /** The same for several people in one act, which costs hardly more than one. */
  eraseAll(people: readonly Pseudonym[], at: WallTime, retention: RetentionRules): Promise<readonly Deletion[]>;
  /** Destroys the record keys of restricted people whose last legal minimum has ended by `at`, of at most `limit` of them. */
  eraseDue(at: WallTime, limit?: number): Promise<readonly Deletion[]>;
  /** When the last legal minimum of each restricted person ends, the first one first. */
  dueErasures(): Promise<readonly WallTime[]>;
  /** What was deleted of somebody so far; undefined where that is nothing, or nothing is left to tell it by. */
  deletionOf(pseudonym: Pseudonym): Promise<Deletion | undefined>;
  /** Removes it for good: its id is remembered, so that no backup brings it back. Of one that is not there as well. */
  revokeCredential(credential: CredentialId, at: WallTime): Promise<void>;
}

export interface Journal {
  /**
   * Returns when the entry is on the disk: it outlives a loss of power from then on.
   * @throws Fault `journal` where it cannot be written.
   */
  append(entry: JournalEntry): Promise<JournalId>;
  /** At most `limit` entries from `from` on, in order. Entries of an erased person come without their subject. */
  read(from: JournalId, limit: number): Promise<readonly RecordedEntry[]>;
}

/** The journal as whoever looks after it needs it: to search, and to keep no longer than its retention. */
export interface JournalArchive extends Journal {
  /** At most `limit` entries behind `behind`, in order of time; `next` is where to go on. */
  search(query: JournalQuery, limit: number, behind?: SearchPosition): Promise<JournalFound>;
  /** What `removeBefore` would remove next, in segments. */
  expired(before: WallTime): Promise<readonly EntryRange[]>;
  /** Removes whole segments older than that, some at a time: call it until it removes none. */
  removeBefore(before: WallTime): Promise<readonly EntryRange[]>;
  /** What `removeSubjects` would remove next, of a certain number of entries. */
  expiredSubjects(before: WallTime): Promise<SubjectsGone | undefined>;
  /** Takes away whose the access events older than that are, some at a time: call it until there are none. */
  removeSubjects(before: WallTime): Promise<SubjectsGone | undefined>;
}

/** The mode a door is kept in across restarts. Readable before any database. */
export interface DoorModeStore {
  /** `normal` for a door never set, and, with a fault reported, where the record cannot be read. */
  read(door: DoorId): DoorMode;
  write(door: DoorId, mode: DoorMode): void;
}

/** Wrong PINs across restarts, sealed: personal numbers are personal. */
export interface PinTriesStore {
  /** Undefined where there is none, and, with a fault reported, where it cannot be read. */
  read(): PinTriesRecord | undefined;
  /**
   * One after the other; of several that wait the newest alone is written.
   * @throws Fault `storage` where it cannot be written; the old ones stand then.
   */
  write(tries: PinTriesRecord): Promise<void>;
}

/** Passes good for one passage that were spent, across restarts, sealed. */
export interface SpentPassStore {
  /** `unknown`, with a fault reported, where what was spent can no longer be read. */
  read(): SpentPasses | 'unknown';
  /**
   * Returns when it outlives a loss of power. One after the other; of several that wait the newest alone is written.
   * @throws Fault `storage` where it cannot be written; the old ones stand then.
   */
  write(spent: SpentPasses): Promise<void>;
}
