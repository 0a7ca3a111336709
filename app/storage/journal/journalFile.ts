import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { CHECKPOINT_ENTRIES, type Checkpoint } from '#core/journal/checkpoint.ts';
import type { Finding, JournalCheck } from '#core/journal/check.ts';
import type { JournalEntry, JournalEvent, RecordedEntry } from '#core/journal/entry.ts';
import type { JournalFound, JournalQuery, SearchPosition, SubjectsGone } from '#core/journal/search.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Signer } from '#core/ports/signer.ts';
import { emptyWal, inTransaction, type Sqlite } from '../files/openDatabase.ts';
import type { PersonKeys } from '../vault/personKeys.ts';
import { EntryHasher, ENTRY_VERSION, subjectHashOf } from './canonical.ts';
import { JournalChecker } from './checkJournal.ts';
import { exportJournal, type ExportRequest, type ExportSummary } from './exportJournal.ts';
import { JournalReader } from './journalReader.ts';
import { JournalTables, type EntryRow } from './journalTables.ts';
import { expiredSegments, removeSegment, SEGMENT_ENTRIES, signHeadsAgain, type Segment } from './segments.ts';
import { hex, signCheckpoint, type TrustedKey } from './signing.ts';
import { sealSubject } from './subjects.ts';
import { expiredSubjects, removeSubjects } from './subjectsRemoval.ts';

/** Findings that one entry of the journal tells of; the health page has them all. */
const FINDINGS_RECORDED_MAX = 3;
/** Entries that a forecast looks at. */
const SUBJECTS_FORECAST_MAX = 20_000;

export interface JournalParts {
  readonly database: Sqlite;
  readonly simulated: boolean;
  readonly keys: PersonKeys;
  readonly signer: Signer;
  /** Public keys of this terminal that signed before the present one, each with the last entry that it may vouch for. */
  readonly formerKeys?: readonly Required<TrustedKey>[];
  /** The next signing key, where one is to take over: it does with the entry that announces it. */
  readonly nextSigner?: Signer;
  /** Told once that entry is on the disk. */
  readonly signerChanged?: (old: Required<TrustedKey>) => void;
  readonly anchors: readonly AnchorStore[];
  readonly report: (line: HealthReport) => void;
  readonly wall: () => WallTime;
  /** Entries of a segment at least; SEGMENT_ENTRIES without it. */
  readonly segmentEntries?: number;
  /** Opened to be looked at: nothing is checked, recorded or signed at the start. */
  readonly examine?: boolean;
}

/** Every entry is written. With a fault it stands there without its subject, which could not be sealed. */
export interface Appended {
  readonly id: JournalId;
  readonly fault?: Fault;
}

/** journal.db, in the form of FORMAT.md. Entries are numbered 1, 2, 3, … without gaps; this one writer alone writes. */
export class JournalFile {
  readonly #parts: JournalParts;
  readonly #tables: JournalTables;
  readonly #hasher = new EntryHasher();
  readonly #reader: JournalReader;
  #signer: Signer;
  #nextSigner: Signer | undefined;
  /** The entry within the present commit that announced the next signer. */
  #announced: JournalId | undefined;
  #trusted: readonly TrustedKey[];
  #last: number;
  #lastHash: Buffer;
  #lastCheckpoint: Checkpoint | undefined;
  /** Made and committed, not yet in the anchors. */
  #unanchored: Checkpoint | undefined;
  #anchorFails = false;

  /** Checks what stands behind the last anchor; what is wrong is reported and recorded, and the journal goes on. */
  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#tables = new JournalTables(parts.database);
    this.#reader = new JournalReader(this.#tables, parts.keys);
    this.#signer = parts.signer;
    this.#nextSigner = parts.nextSigner;
    this.#trusted = [{ key: parts.signer.publicKey }, ...(parts.formerKeys ?? [])];
    this.#last = this.#tables.bounds().last;
    const hash = this.#tables.hashAt(this.#last);
    assert(hash !== undefined, 'the last entry or head of a journal has a hash');
    this.#lastHash = hash;
    this.#lastCheckpoint = this.#tables.lastCheckpoint();
    if (parts.examine !== true) this.#startCheck();
  }

  get last(): JournalId | 0 {
    return this.#last as JournalId;
  }

  /** Of the last entry, lower-case hex: the head of the chain. */
  get lastHash(): string {
    return hex(this.#lastHash);
  }

  /** When the last entry was made, as the wall clock had it; undefined for an empty journal. */
  get lastAt(): WallTime | undefined {
    const at = this.#tables.page(this.#last, 1)[0]?.at;
    return at === undefined ? undefined : wallTime(at);
  }

  /**
   * Writes all of them in one transaction, which is on the disk when this returns. What SQLite throws concerns them all,
   * and none was written. `anchor` is to be called once the entries are acknowledged.
   */
  append(entries: readonly JournalEntry[]): Appended[] {
    const outcomes = this.#commit(() => entries.map((entry) => this.#add(entry)));
    for (const [index, { id, fault }] of outcomes.entries()) {
      const subject = entries[index]?.subject;
      if (fault === undefined && subject !== undefined) this.#reader.remember(id, subject);
    }
    return outcomes;
  }

  /** Takes the newest checkpoint to its second places, if it is not there yet. Never fails: an anchor that stays behind is reported. */
  anchor(): void {
    const checkpoint = this.#unanchored;
    if (checkpoint === undefined) return;
    let written = 0;
    for (const store of this.#parts.anchors) {
      try {
        store.write(checkpoint);
        written += 1;
      } catch (error) {
        this.#parts.report({ part: 'journal anchor', level: 'warning', says: messageOf(error) });
      }
    }
    if (written < this.#parts.anchors.length) {
      this.#anchorFails = true;
      return;
    }
    this.#unanchored = undefined;
    if (!this.#anchorFails) return;
    this.#anchorFails = false;
    this.#parts.report({ part: 'journal anchor', level: 'ok', says: `holds entry ${checkpoint.id}` });
  }

  /** Signs the end of the chain, where that is not signed yet, and anchors it. @throws SQLite's own error. */
  checkpoint(): void {
    if (this.#last > (this.#lastCheckpoint?.id ?? 0)) this.#commit(() => this.#addCheckpoint());
    this.anchor();
  }

  get needsCheckpoint(): boolean {
    return this.#last > (this.#lastCheckpoint?.id ?? 0) || this.#unanchored !== undefined;
  }

  /**
   * At most `limit` entries from `from` on, fewer where retention removed the first of them.
   * @throws Fault `journal` for a row that is missing, damaged or in another one's place.
   */
  read(from: JournalId, limit: number): RecordedEntry[] {
    return this.#reader.read(from, limit);
  }

  /** One page of a search; it may be empty and yet not the last. @throws Fault `journal` as `read` does. */
  search(query: JournalQuery, behind: SearchPosition | undefined, limit: number): JournalFound {
    return this.#reader.search({ query, behind, limit });
  }

  /** Verifies everything, a part at a time so that entries can be written between the parts. */
  *check(options: {
    readonly indexes: boolean;
    readonly anchors?: readonly AnchorStore[];
  }): Generator<void, JournalCheck> {
    const anchors = [...this.#parts.anchors, ...(options.anchors ?? [])];
    return yield* new JournalChecker({ tables: this.#tables, trusted: this.#trusted, anchors }).all(options.indexes);
  }

  /** What `removeBefore` would remove: whole segments, the oldest first, all of whose entries are older. */
  expired(before: WallTime): Segment[] {
    const due = { before, now: this.#parts.wall() };
    return expiredSegments(this.#tables, due, this.#parts.segmentEntries ?? SEGMENT_ENTRIES);
  }

  /** Each segment goes in a transaction of its own, which leaves its head. Whoever calls it records `segmentRemoved`. */
  removeBefore(before: WallTime): Segment[] {
    const segments = this.expired(before);
    const { database, wall } = this.#parts;
    for (const segment of segments) {
      inTransaction(database, () => removeSegment({ tables: this.#tables, signer: this.#signer, segment, at: wall() }));
    }
    if (segments.length > 0) emptyWal(database);
    return segments;
  }

  /** What `removeSubjects` would remove, of the next entries that are looked at. */
  expiredSubjects(before: WallTime): SubjectsGone | undefined {
    const found = expiredSubjects(this.#tables, { before, now: this.#parts.wall() }, SUBJECTS_FORECAST_MAX);
    return found === undefined ? undefined : { upTo: found.upTo, subjects: found.subjects };
  }

  /** Takes the subjects of older access events away, some at a time. Whoever calls it records `subjectsRemoved`. */
  removeSubjects(before: WallTime): SubjectsGone | undefined {
    const { database, wall } = this.#parts;
    const due = { before, now: wall() };
    const gone = inTransaction(database, () => removeSubjects(this.#tables, this.#signer, due));
    if (gone !== undefined) emptyWal(database);
    return gone;
  }

  /**
   * `next` takes over with the entry `signing-key-changed` that names it: the old key signs up to that very entry and
   * nothing behind it, so that whoever comes by the old key later can vouch for nothing new.
   */
  expectSigner(next: Signer): void {
    this.#nextSigner = next;
  }

  /** Writes the range to a file with a signature beside it, a part at a time. */
  *export(request: ExportRequest): Generator<void, ExportSummary> {
    this.checkpoint();
    const at = this.#parts.wall();
    return yield* exportJournal({ ...request, tables: this.#tables, signer: this.#signer, at });
  }

  /** What has to hold together with the commit is put right again where the commit fails. */
  #commit<Result>(act: () => Result): Result {
    const before = { last: this.#last, hash: this.#lastHash, checkpoint: this.#lastCheckpoint, due: this.#unanchored };
    const signer = this.#signer;
    let result: Result;
    try {
      result = inTransaction(this.#parts.database, () => {
        const done = act();
        if (this.#last - (this.#lastCheckpoint?.id ?? 0) >= CHECKPOINT_ENTRIES) this.#addCheckpoint();
        return done;
      });
    } catch (error) {
      this.#signer = signer;
      this.#announced = undefined;
      this.#last = before.last;
      this.#lastHash = before.hash;
      this.#lastCheckpoint = before.checkpoint;
      this.#unanchored = before.due;
      throw error;
    }
    this.#tellChange(signer);
    return result;
  }

  #add({ at, event, subject }: JournalEntry): Appended {
    const id = (this.#last + 1) as JournalId;
    const open = {
      id,
      version: ENTRY_VERSION,
      at: Math.round(at),
      simulated: this.#parts.simulated ? 1 : 0,
      event: JSON.stringify(event),
    };
    const key = subject === undefined ? undefined : this.#parts.keys.get(subject);
    const sealed = subject === undefined || key === undefined ? null : sealSubject(key, subject, open);
    this.#insert({ ...open, subject: sealed });
    if (event.kind === 'signing-key-changed') this.#handOver(event.publicKey);
    if (subject === undefined || key !== undefined) return { id };
    const about = {
      thing: `journal entry ${id}`,
      found: 'a subject without a record key',
      expected: 'somebody enrolled',
    };
    return { id, fault: new Fault('journal', about) };
  }

  #insert(open: Omit<EntryRow, 'hash' | 'subjectHash'>): void {
    const row = { ...open, subjectHash: open.subject === null ? null : subjectHashOf(open.subject) };
    const hash = this.#hasher.hash(row, this.#lastHash);
    assert(hash !== undefined, 'an entry that is written has the form of one');
    this.#tables.addEntry({ ...row, hash });
    this.#last = row.id;
    this.#lastHash = hash;
  }

  /** Within the commit of the announcement: the old key signs it, and from there on the next one signs. */
  #handOver(publicKey: string): void {
    const next = this.#nextSigner;
    if (next === undefined || hex(next.publicKey) !== publicKey) return;
    this.#addCheckpoint();
    signHeadsAgain(this.#tables, next);
    this.#announced = this.#last as JournalId;
    this.#signer = next;
  }

  #tellChange({ publicKey }: Signer): void {
    const upTo = this.#announced;
    if (upTo === undefined) return;
    this.#announced = undefined;
    this.#nextSigner = undefined;
    const old = { key: publicKey, upTo };
    this.#trusted = [{ key: this.#signer.publicKey }, old, ...this.#trusted.filter(({ key }) => key !== publicKey)];
    this.#parts.signerChanged?.(old);
  }

  #addCheckpoint(): void {
    const checkpoint = signCheckpoint(this.#signer, {
      journal: this.#tables.journal,
      id: this.#last as JournalId,
      hash: hex(this.#lastHash),
      at: this.#parts.wall(),
    });
    this.#tables.addCheckpoint(checkpoint);
    this.#lastCheckpoint = checkpoint;
    this.#unanchored = checkpoint;
  }

  #startCheck(): void {
    const { anchors } = this.#parts;
    const { findings, missing } = new JournalChecker({
      tables: this.#tables,
      trusted: this.#trusted,
      anchors,
    }).sinceAnchor();
    if (findings.length > 0) this.#recordDamage(findings);
    else if (missing.length > 0 && this.#last > 0) this.#recordDamage(missing);
    this.#unanchored ??= this.#lastCheckpoint;
    if (this.#last > 0) this.checkpoint();
  }

  #recordDamage(findings: readonly Finding[]): void {
    const told = findings.slice(0, FINDINGS_RECORDED_MAX).map(({ says }) => says);
    const more = findings.length > told.length ? [`and ${findings.length - told.length} more`] : [];
    const says = [...told, ...more].join('; ');
    this.#parts.report({ part: 'journal', level: 'failed', says: `not as this gate wrote it: ${says}` });
    const event: JournalEvent = { kind: 'journal-damaged', says };
    try {
      this.append([{ at: this.#parts.wall(), event }]);
    } catch (error) {
      this.#parts.report({
        part: 'journal',
        level: 'failed',
        says: `its damage could not be recorded: ${messageOf(error)}`,
      });
    }
  }
}
