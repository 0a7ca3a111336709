import type { JournalEntry, JournalEvent, RecordedEntry } from '#core/journal/entry.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { EntryRange, JournalFound, JournalQuery, SearchPosition, SubjectsGone } from '#core/journal/search.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { JournalArchive } from '#core/ports/stores.ts';
import { SEGMENT_ENTRIES } from '#storage/journal/segments.ts';

/** A journal in memory, whose disk can be stuck or full. */
export class FakeJournal implements JournalArchive {
  readonly #simulated: boolean;
  readonly #segmentEntries: number;
  /** The last entry that retention removed. */
  #removedTo = 0;
  #subjectsGoneTo = 0;
  #unreadable: Fault | undefined;
  readonly #recorded: RecordedEntry[] = [];
  readonly #stuck: (() => void)[] = [];
  #isStuck = false;
  #fault: Fault | undefined;

  constructor({
    simulated = true,
    segmentEntries = SEGMENT_ENTRIES,
  }: { readonly simulated?: boolean; readonly segmentEntries?: number } = {}) {
    this.#simulated = simulated;
    this.#segmentEntries = segmentEntries;
  }

  async append(entry: JournalEntry): Promise<JournalId> {
    if (this.#isStuck) await new Promise<void>((resolve) => this.#stuck.push(resolve));
    if (this.#fault !== undefined) throw this.#fault;
    const id = (this.#recorded.length + 1) as JournalId;
    this.#recorded.push({ ...entry, id, simulated: this.#simulated });
    return id;
  }

  async read(from: JournalId, limit: number): Promise<readonly RecordedEntry[]> {
    this.#checkReadable();
    const start = Math.max(1 + this.#removedTo, from) - 1;
    return this.#recorded.slice(start, start + Math.max(0, limit));
  }

  async search(query: JournalQuery, limit: number, behind?: SearchPosition): Promise<JournalFound> {
    this.#checkReadable();
    const fitting = this.#recorded
      .filter((entry) => entry.id > this.#removedTo && fits(entry, query))
      .toSorted((a, b) => a.at - b.at || a.id - b.id)
      .filter(({ at, id }) => behind === undefined || at > behind.at || (at === behind.at && id > behind.id));
    const found = fitting.slice(0, limit);
    const last = found.at(-1);
    const entries = found.map((entry) => shown(entry, query));
    return fitting.length <= limit || last === undefined
      ? { entries }
      : { entries, next: { at: last.at, id: last.id } };
  }

  /** As on the disk: whole segments, the oldest first, and never the newest entries. */
  async expired(before: WallTime): Promise<readonly EntryRange[]> {
    this.#checkReadable();
    const segments: EntryRange[] = [];
    for (let first = this.#removedTo + 1; ; first += this.#segmentEntries) {
      const last = first + this.#segmentEntries - 1;
      const entries = this.#recorded.slice(first - 1, last);
      if (last >= this.#recorded.length || entries.some(({ at }) => at >= before)) return segments;
      segments.push({ first: first as JournalId, last: last as JournalId });
    }
  }

  async removeBefore(before: WallTime): Promise<readonly EntryRange[]> {
    const segments = await this.expired(before);
    this.#removedTo = segments.at(-1)?.last ?? this.#removedTo;
    for (const { first, last } of segments)
      await this.append({ at: before, event: { kind: 'segment-removed', first, last } });
    return segments;
  }

  async expiredSubjects(before: WallTime): Promise<SubjectsGone | undefined> {
    this.#checkReadable();
    const from = Math.max(this.#removedTo, this.#subjectsGoneTo);
    const left = this.#recorded.slice(from);
    const stays = left.findIndex(({ at, event }) => isAccess(event) && at >= before);
    const due = stays < 0 ? left : left.slice(0, stays);
    const subjects = due.filter(({ event, subject }) => isAccess(event) && subject !== undefined).length;
    return subjects === 0 ? undefined : { upTo: (from + due.length) as JournalId, subjects };
  }

  async removeSubjects(before: WallTime): Promise<SubjectsGone | undefined> {
    const gone = await this.expiredSubjects(before);
    if (gone === undefined) return undefined;
    for (let index = this.#subjectsGoneTo; index < gone.upTo; index++) {
      const { subject: _gone, ...entry } = this.#recorded[index]!;
      if (isAccess(entry.event)) this.#recorded[index] = entry;
    }
    this.#subjectsGoneTo = gone.upTo;
    await this.append({ at: before, event: { kind: 'subjects-removed', upTo: gone.upTo } });
    return gone;
  }

  /** What stands on the "disk". */
  get recorded(): readonly RecordedEntry[] {
    return this.#recorded;
  }

  /** Kinds of the events, in order: what a test about a door mostly wants to see. */
  get kinds(): readonly RecordedEntry['event']['kind'][] {
    return this.#recorded.map(({ event }) => event.kind);
  }

  /** Entries wait from now on. */
  stick(): void {
    this.#isStuck = true;
  }

  /** The disk works again: what waited is written, in order. */
  unstick(): void {
    this.#isStuck = false;
    for (const proceed of this.#stuck.splice(0)) proceed();
  }

  /** Every entry fails from now on, as on a full disk. */
  fail(): void {
    this.#fault = new Fault('journal', {
      thing: 'journal.db',
      found: 'no room left on the disk',
      expected: 'room for one more write',
    });
  }

  recover(): void {
    this.#fault = undefined;
    this.#unreadable = undefined;
  }

  /** Nothing can be looked up from now on, as where pages are damaged; entries are still written. */
  failToRead(): void {
    this.#unreadable = new Fault('journal', { thing: 'journal.db', found: 'a damaged page', expected: 'a whole one' });
  }

  #checkReadable(): void {
    if (this.#unreadable !== undefined) throw this.#unreadable;
  }
}

const isAccess = ({ kind }: JournalEvent): boolean => kind === 'access-granted' || kind === 'access-denied';

function fits({ at, event, subject }: RecordedEntry, query: JournalQuery): boolean {
  const { from, until, kind, accessPoint, door, person } = query;
  if ((from !== undefined && at < from) || (until !== undefined && at > until)) return false;
  if ((kind !== undefined && event.kind !== kind) || (person !== undefined && subject !== person)) return false;
  if (accessPoint !== undefined && !('accessPoint' in event && event.accessPoint === accessPoint)) return false;
  return door === undefined || ('door' in event && event.door === door);
}

/** Whose an entry is stands there only where it was asked for. */
function shown({ subject, ...entry }: RecordedEntry, { subjects, person }: JournalQuery): RecordedEntry {
  const wanted = person !== undefined || subjects === true;
  const among = typeof subjects === 'object' && subject !== undefined && subjects.includes(subject);
  return subject !== undefined && (wanted || among) ? { ...entry, subject } : entry;
}
