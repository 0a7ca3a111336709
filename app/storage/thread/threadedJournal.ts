import { join } from 'node:path';
import type { JournalCheck } from '#core/journal/check.ts';
import type { JournalEntry, RecordedEntry } from '#core/journal/entry.ts';
import type { JournalFound, JournalQuery, SearchPosition, SubjectsGone } from '#core/journal/search.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { fromFaultMessage } from '#core/kernel/faultMessage.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { monotonic, wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { JournalArchive } from '#core/ports/stores.ts';
import type { ExportRequest, ExportSummary } from '../journal/exportJournal.ts';
import type { Appended } from '../journal/journalFile.ts';
import { JournalWriter } from '../journal/journalWriter.ts';
import { RESERVE_FILE, ReserveFile, type ReserveContent } from '../journal/reserveFile.ts';
import { segmentRemoved, type Segment } from '../journal/segments.ts';
import { subjectsRemoved } from '../journal/subjectsRemoval.ts';
import { keyObject } from '../vault/derivedKeys.ts';
import type { JournalCheckOptions, JournalEnd } from './protocol.ts';
import type { StorageThread } from './storageThread.ts';

/** Entries read by one call of the thread, so that entries to be written never wait long behind a reader. */
const ENTRIES_READ_AT_ONCE = 250;

/** Everything that the journal on the disk can do, beyond what the door needs of it. */
export interface StoredJournal extends JournalArchive {
  check(options: JournalCheckOptions): Promise<JournalCheck>;
  /** @throws Fault `command` for a range that is not there, `journal` where the file cannot be written. */
  export(request: ExportRequest): Promise<ExportSummary>;
}

/** Whoever does the calls: the storage thread. */
export type StorageCalls = Pick<StorageThread, 'call' | 'close'>;

export interface ThreadedJournalParts {
  readonly thread: StorageCalls;
  readonly folder: string;
  readonly reserveBytes: number;
  readonly end: JournalEnd;
  readonly report: (line: HealthReport) => void;
}

export class ThreadedJournal implements StoredJournal {
  readonly #thread: StorageCalls;
  readonly #writer: JournalWriter;

  private constructor(thread: StorageCalls, writer: JournalWriter) {
    this.#thread = thread;
    this.#writer = writer;
  }

  /** Brings what an earlier run left in the reserve into the database first. */
  static async open(parts: ThreadedJournalParts): Promise<ThreadedJournal> {
    const { thread, end, report } = parts;
    const opened = await openReserve(parts);
    const writer = new JournalWriter({
      write: (entries) => write(thread, entries),
      reserve: opened?.reserve,
      clock: SYSTEM_CLOCK,
      report,
      last: end.last,
      lastAt: end.lastAt === undefined ? undefined : wallTime(end.lastAt),
    });
    await writer.adopt(opened === undefined ? [] : leftBehind(opened.content, report));
    return new ThreadedJournal(thread, writer);
  }

  append(entry: JournalEntry): Promise<JournalId> {
    return this.#writer.append(entry);
  }

  async read(from: JournalId, limit: number): Promise<readonly RecordedEntry[]> {
    const entries: RecordedEntry[] = [];
    let next = from;
    while (entries.length < limit) {
      const wanted = Math.min(ENTRIES_READ_AT_ONCE, limit - entries.length);
      const page = await this.#thread.call('read', { from: next, limit: wanted });
      const last = page.at(-1);
      if (last === undefined) break;
      entries.push(...page);
      next = (last.id + 1) as JournalId;
    }
    return entries;
  }

  async search(query: JournalQuery, limit: number, behind?: SearchPosition): Promise<JournalFound> {
    const entries: RecordedEntry[] = [];
    let next = behind;
    while (entries.length < limit) {
      const wanted = Math.min(ENTRIES_READ_AT_ONCE, limit - entries.length);
      const found = await this.#thread.call('search', {
        query,
        limit: wanted,
        ...(next === undefined ? {} : { behind: next }),
      });
      entries.push(...found.entries);
      next = found.next;
      if (next === undefined) return { entries };
    }
    return next === undefined ? { entries } : { entries, next };
  }

  check(options: JournalCheckOptions): Promise<JournalCheck> {
    return this.#thread.call('check', options);
  }

  export(request: ExportRequest): Promise<ExportSummary> {
    return this.#thread.call('export', request);
  }

  expired(before: WallTime): Promise<readonly Segment[]> {
    return this.#thread.call('expired', before);
  }

  async removeBefore(before: WallTime): Promise<readonly Segment[]> {
    const segments = await this.#thread.call('removeBefore', before);
    const at = wallTime(Date.now());
    await Promise.all(segments.map((segment) => this.append(segmentRemoved(segment, at))));
    return segments;
  }

  expiredSubjects(before: WallTime): Promise<SubjectsGone | undefined> {
    return this.#thread.call('expiredSubjects', before);
  }

  async removeSubjects(before: WallTime): Promise<SubjectsGone | undefined> {
    const gone = await this.#thread.call('removeSubjects', before);
    if (gone !== undefined && gone.subjects > 0) await this.append(subjectsRemoved(gone, wallTime(Date.now())));
    return gone;
  }

  /** Writes what waits, then closes the thread and its files. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#thread.close();
  }
}

async function write(thread: StorageCalls, entries: readonly JournalEntry[]): Promise<Appended[]> {
  const answers = await thread.call('append', entries);
  return answers.map(({ id, fault }) =>
    fault === undefined ? { id } : { id, fault: asFault(fromFaultMessage(fault)) },
  );
}

const asFault = (error: Error): Fault =>
  error instanceof Fault
    ? error
    : new Fault('journal', { thing: 'journal entry', found: error.message, expected: 'one as this gate writes it' });

async function openReserve({ folder, reserveBytes, end, report }: ThreadedJournalParts): ReturnType<typeof openOrNone> {
  const bytes = new Uint8Array(end.reserveKey);
  // A copy: OpenSSL takes no shared memory.
  const own = Buffer.from(bytes);
  const key = keyObject(own);
  own.fill(0);
  bytes.fill(0);
  return openOrNone(join(folder, RESERVE_FILE), { key, bytes: reserveBytes, last: end.last }, report);
}

async function openOrNone(
  path: string,
  options: Parameters<typeof ReserveFile.open>[1],
  report: (line: HealthReport) => void,
): Promise<{ reserve: ReserveFile; content: ReserveContent } | undefined> {
  try {
    return await ReserveFile.open(path, options);
  } catch (error) {
    const says = `none: where the database takes no entries, entry is denied at once (${messageOf(error)})`;
    report({ part: 'journal reserve', level: 'failed', says });
    return undefined;
  }
}

/** What is to be written before anything new. */
function leftBehind({ entries, damage, torn }: ReserveContent, report: (line: HealthReport) => void): JournalEntry[] {
  const left = entries.map(({ entry }) => entry);
  if (torn) {
    const says = 'its end was cut off while it was written, or changed; whole entries before that are kept';
    report({ part: 'journal reserve', level: 'warning', says });
  }
  if (damage === undefined) return left;
  report({ part: 'journal reserve', level: 'failed', says: damage });
  return [...left, { at: wallTime(Date.now()), event: { kind: 'journal-damaged', says: damage } }];
}

const SYSTEM_CLOCK: Pick<Clock, 'monotonic' | 'at'> = {
  monotonic: () => monotonic(performance.now()),
  at: (deadline, act) => {
    const timer = setTimeout(act, Math.max(0, deadline - performance.now())).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
