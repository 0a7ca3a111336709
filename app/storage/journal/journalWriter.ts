import { JOURNAL_APPEND_MS_MAX, JOURNAL_WAITING_MAX, type JournalEntry } from '#core/journal/entry.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { after, millis, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { JOURNAL_EVENT_BYTES_MAX } from './canonical.ts';
import type { Appended } from './journalFile.ts';
import { JOURNAL_BATCH_MAX } from './journalTables.ts';
import type { NumberedEntry, Reserve } from './reserve.ts';

/** A database that has not answered by then is stuck: entries go to the reserve. */
export const JOURNAL_STUCK_MS_MAX = JOURNAL_APPEND_MS_MAX / 2;
/** A reserve that has not answered by then is no help. */
export const RESERVE_MS_MAX = (JOURNAL_APPEND_MS_MAX * 2) / 5;
/** How often a database that failed is tried again. */
export const JOURNAL_RETRY_MS = 1_000;

export interface JournalWriterParts {
  /** Writes all or, where it rejects, none; the first gets the number `last` + 1. */
  readonly write: (entries: readonly JournalEntry[]) => Promise<readonly Appended[]>;
  /** Undefined where none could be made. */
  readonly reserve: Reserve | undefined;
  readonly clock: Pick<Clock, 'monotonic' | 'at'>;
  readonly report: (line: HealthReport) => void;
  /** Newest entry in the database. */
  readonly last: number;
  /** Its time: an entry that is older than that shows that the clock was put back while the gate was off. */
  readonly lastAt: WallTime | undefined;
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly answer: PromiseWithResolvers<JournalId>;
  /** `refused`: its caller was told so, though the database may yet write it. */
  state: 'waiting' | 'saving' | 'saved' | 'refused';
}

/**
 * Brings entries to the disk in order, many at a time, one write after the other: so that the numbers of those that wait
 * are known. Where the database fails or is stuck they go to the reserve and are acknowledged from there; the database
 * gets them as soon as it works again, before everything newer.
 */
export class JournalWriter {
  readonly #parts: JournalWriterParts;
  /** Not in the database yet, in order; the first `#inFlight` of them are being written. */
  readonly #queue: Waiting[] = [];
  #inFlight = 0;
  #last: number;
  #lastAt: WallTime | undefined;
  #failing = false;
  #reserveBroken = false;
  #saving = false;
  #retry: Disposable | undefined;
  #idle: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(parts: JournalWriterParts) {
    this.#parts = parts;
    this.#last = parts.last;
    this.#lastAt = parts.lastAt;
  }

  /** @throws Fault `journal`, at once where too much waits, the reserve is used up or the entry is none. */
  append(entry: JournalEntry): Promise<JournalId> {
    const refusal = this.#refusal(entry);
    if (refusal !== undefined) return Promise.reject(refusal);
    const since = this.#lastAt;
    this.#lastAt = undefined;
    if (since !== undefined && entry.at < since) {
      const turned = this.#push({ at: entry.at, event: { kind: 'clock-changed', byMs: Math.round(entry.at - since) } });
      turned.catch(() => undefined);
    }
    const answer = this.#push(entry);
    this.#pump();
    return answer;
  }

  /** Takes over what an earlier run left in the reserve. Settles when it is in the database, or cannot be yet. */
  async adopt(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) this.#queue.push({ entry, answer: Promise.withResolvers(), state: 'saved' });
    const settled = this.#settled();
    this.#pump();
    await settled;
  }

  /** Writes what waits; what cannot be written stays in the reserve for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    const settled = this.#settled();
    if (this.#inFlight === 0) this.#dispatch();
    await settled;
    this.#retry?.[Symbol.dispose]();
    await this.#parts.reserve?.close();
  }

  #push(entry: JournalEntry): Promise<JournalId> {
    const waiting: Waiting = { entry, answer: Promise.withResolvers(), state: 'waiting' };
    this.#queue.push(waiting);
    return waiting.answer.promise;
  }

  #refusal({ at, event }: JournalEntry): Fault | undefined {
    const refused = (found: string, expected: string): Fault =>
      new Fault('journal', { thing: 'journal entry', found, expected });
    if (this.#closed) return refused('an entry after the journal was closed', 'none');
    if (!Number.isSafeInteger(Math.round(at))) return refused(`a time of ${at}`, 'milliseconds since 1970');
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (bytes > JOURNAL_EVENT_BYTES_MAX)
      return refused(`an event of ${bytes} bytes`, `at most ${JOURNAL_EVENT_BYTES_MAX}`);
    if (this.#queue.length < JOURNAL_WAITING_MAX) return undefined;
    const waiting = this.#queue.filter(({ state }) => state !== 'saved').length;
    if (waiting >= JOURNAL_WAITING_MAX)
      return refused(`${waiting} waiting for the disk`, `at most ${JOURNAL_WAITING_MAX}`);
    return undefined;
  }

  #pump(): void {
    if (this.#failing) void this.#save();
    else if (this.#inFlight === 0) this.#dispatch();
  }

  #dispatch(): void {
    const batch = this.#queue.slice(0, JOURNAL_BATCH_MAX);
    if (batch.length === 0) {
      this.#failing = false;
      void this.#empty();
      return;
    }
    this.#inFlight = batch.length;
    const deadline = this.#after(JOURNAL_STUCK_MS_MAX, () => this.#stuck());
    this.#parts.write(batch.map(({ entry }) => entry)).then(
      (outcomes) => {
        deadline[Symbol.dispose]();
        this.#written(outcomes);
      },
      (error: unknown) => {
        deadline[Symbol.dispose]();
        this.#failed(error);
      },
    );
  }

  #written(outcomes: readonly Appended[]): void {
    const batch = this.#queue.splice(0, this.#inFlight);
    this.#inFlight = 0;
    this.#last += batch.length;
    for (const [index, { answer, state }] of batch.entries()) {
      const outcome = outcomes[index];
      if (state === 'saved' || state === 'refused' || outcome === undefined) continue;
      if (outcome.fault === undefined) answer.resolve(outcome.id);
      else answer.reject(outcome.fault);
    }
    if (this.#failing) this.#report('warning', 'the database takes entries again: the reserve is being emptied');
    this.#failing = false;
    this.#dispatch();
  }

  #failed(error: unknown): void {
    const batch = this.#queue.splice(0, this.#inFlight);
    this.#inFlight = 0;
    this.#queue.unshift(...batch.filter(({ state }) => state !== 'refused'));
    this.#failing = true;
    this.#report('failed', `the database takes no entries (${messageOf(error)}): they go to the reserve`);
    this.#retry?.[Symbol.dispose]();
    if (!this.#closed) this.#retry = this.#after(JOURNAL_RETRY_MS, () => this.#dispatchAgain());
    void this.#save(error);
  }

  #dispatchAgain(): void {
    if (this.#inFlight > 0) return;
    if (this.#queue.length > 0) return this.#dispatch();
    // Nothing waits that could show whether the database is back: the next entry does.
    this.#failing = false;
    this.#report('warning', 'the database is tried again with the next entry');
  }

  #stuck(): void {
    this.#failing = true;
    this.#report('failed', `the database has not answered for ${JOURNAL_STUCK_MS_MAX} ms: entries go to the reserve`);
    void this.#save();
  }

  /** Puts what waits into the reserve, and refuses what has no room there. */
  async #save(cause?: unknown): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    while (this.#failing && this.#queue.some(({ state }) => state === 'waiting')) await this.#saveSome(cause);
    this.#saving = false;
    if (!this.#failing && this.#inFlight === 0) this.#dispatch();
    this.#settle();
  }

  async #saveSome(cause: unknown): Promise<void> {
    const { reserve } = this.#parts;
    const numbered = this.#queue.map((waiting, index) => ({
      waiting,
      id: (this.#last + 1 + index) as JournalId,
      entry: waiting.entry,
    }));
    const unsaved = numbered.filter(({ waiting }) => waiting.state === 'waiting');
    const usable =
      reserve !== undefined && !this.#reserveBroken && !this.#queue.some(({ state }) => state === 'refused');
    const some = usable ? unsaved.slice(0, reserve.fitting(unsaved)) : [];
    if (reserve === undefined || some.length === 0) {
      this.#report('failed', 'the reserve is used up or cannot be written: entry is denied');
      return this.#refuse(
        unsaved.map(({ waiting }) => waiting),
        cause,
      );
    }
    for (const { waiting } of some) waiting.state = 'saving';
    if (await this.#appendInTime(reserve, some)) {
      for (const { waiting, id } of some) {
        waiting.state = 'saved';
        waiting.answer.resolve(id);
      }
      return;
    }
    this.#reserveBroken = true;
    this.#refuse(
      some.map(({ waiting }) => waiting),
      cause,
    );
  }

  async #appendInTime(reserve: Reserve, entries: readonly NumberedEntry[]): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    using _deadline = this.#after(RESERVE_MS_MAX, () => late.resolve(false));
    const saved = reserve.append(entries).then(
      () => true,
      () => false,
    );
    return await Promise.race([saved, late.promise]);
  }

  /** What is being written just now stays in line, since it may get its number yet. */
  #refuse(waiting: readonly Waiting[], cause: unknown): void {
    const fault =
      cause instanceof Fault
        ? cause
        : new Fault('journal', {
            thing: 'journal',
            found: 'a database that takes no entries, and no room in the reserve',
            expected: 'a working disk with room',
          });
    for (const one of waiting) {
      one.state = 'refused';
      one.answer.reject(fault);
    }
    const inFlight = this.#queue.splice(0, this.#inFlight);
    const kept = this.#queue.filter(({ state }) => state !== 'refused');
    this.#queue.splice(0, this.#queue.length, ...inFlight, ...kept);
  }

  /** Everything is in the database: the reserve is free again. */
  async #empty(): Promise<void> {
    const { reserve } = this.#parts;
    if (!this.#saving && reserve !== undefined && (reserve.used || this.#reserveBroken)) {
      this.#saving = true;
      try {
        await reserve.clear();
        this.#reserveBroken = false;
        this.#report('ok', 'empty');
      } catch (error) {
        this.#reserveBroken = true;
        this.#report('warning', `cannot be emptied: ${messageOf(error)}`);
      }
      this.#saving = false;
      if (this.#inFlight === 0 && this.#queue.length > 0) this.#pump();
      else if (this.#failing) void this.#save();
    }
    this.#settle();
  }

  /** Settles once nothing is being written, and whatever is left lies in the reserve. */
  #settled(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  #settle(): void {
    if (this.#inFlight > 0 || this.#saving) return;
    if (!this.#failing && this.#queue.length > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #after(ms: number, act: () => void): Disposable {
    const { clock } = this.#parts;
    return clock.at(after(clock.monotonic(), millis(ms)), act);
  }

  #report(level: HealthReport['level'], says: string): void {
    this.#parts.report({ part: 'journal reserve', level, says });
  }
}
