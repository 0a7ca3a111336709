import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { elapsed, millis, type Monotonic, type WallTime } from '#core/kernel/units.ts';
import {
  CLOCK_DRIFT_MS_MAX,
  JOURNAL_APPEND_MS_MAX,
  JOURNAL_WAITING_MAX,
  type JournalEntry,
  type JournalEvent,
} from '#core/journal/entry.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { Journal } from '#core/ports/stores.ts';
import { within } from './deadline.ts';

/**
 * Everything that happens goes through here to the journal. Doors work before the journal is open: what they record
 * until then waits, up to JOURNAL_WAITING_MAX entries.
 */
export class Recorder {
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #waiting: JournalEntry[] = [];
  readonly #tampered = new Set<string>();
  readonly #tampers = new Listeners<[part: string, active: boolean]>();
  #journal: Journal | undefined;
  /** Both clocks at the last entry. */
  #lastSeen: { readonly wall: WallTime; readonly now: Monotonic };

  constructor({ clock, health }: { clock: Clock; health: Health }) {
    this.#clock = clock;
    this.#health = health;
    this.#lastSeen = { wall: clock.wall(), now: clock.monotonic() };
  }

  /** Writes what waited, in order, and everything from now on. */
  attach(journal: Journal): void {
    this.#journal = journal;
    for (const entry of this.#waiting.splice(0)) this.#append(journal, entry);
  }

  /** Records what has happened already. Never waits and never fails: a journal that cannot be written is an alarm. */
  record(event: JournalEvent, subject?: Pseudonym): void {
    this.#noticeClock();
    this.#take(this.#entry(event, subject));
    if (event.kind === 'tamper' || event.kind === 'tamper-ended') this.#tellTamper(event.part, event.kind === 'tamper');
  }

  /** Parts that somebody laid hands on, and that are not seen to be mended. */
  get tampered(): ReadonlySet<string> {
    return this.#tampered;
  }

  onTamper(listener: (part: string, active: boolean) => void): Disposable {
    return this.#tampers.add(listener);
  }

  #tellTamper(part: string, active: boolean): void {
    if (active) this.#tampered.add(part);
    else this.#tampered.delete(part);
    this.#tampers.tell(part, active);
  }

  #take(entry: JournalEntry): void {
    if (this.#journal !== undefined) return this.#append(this.#journal, entry);
    if (this.#waiting.length < JOURNAL_WAITING_MAX) this.#waiting.push(entry);
    else
      this.#failed(
        new Fault('journal', {
          thing: 'entries waiting for the journal',
          found: 'one more',
          expected: `at most ${JOURNAL_WAITING_MAX}`,
        }),
      );
  }

  /** Records what may happen only once it is recorded. True when the entry is on the disk within the limit. */
  async recordFirst(event: JournalEvent, subject: Pseudonym): Promise<boolean> {
    const journal = this.#journal;
    if (journal === undefined) return false;
    this.#noticeClock();
    const written = await within(this.#clock, millis(JOURNAL_APPEND_MS_MAX), () =>
      journal.append(this.#entry(event, subject)).then(
        () => true,
        (error: unknown) => {
          this.#failed(error);
          return false;
        },
      ),
    );
    const inTime = written === true;
    if (inTime) this.#health.report({ part: 'journal', level: 'ok', says: 'written in time' });
    else
      this.#health.report({
        part: 'journal',
        level: 'failed',
        says: `not written within ${JOURNAL_APPEND_MS_MAX} ms: entry is denied`,
      });
    return inTime;
  }

  /** Wall and monotonic clock go together; where they do not, the wall clock was set, and the journal says so first. */
  #noticeClock(): void {
    const wall = this.#clock.wall();
    const now = this.#clock.monotonic();
    const { wall: lastWall, now: lastNow } = this.#lastSeen;
    const byMs = Math.round(wall - lastWall - elapsed(lastNow, now));
    this.#lastSeen = { wall, now };
    if (wall >= lastWall && Math.abs(byMs) <= CLOCK_DRIFT_MS_MAX) return;
    this.#take({ at: wall, event: { kind: 'clock-changed', byMs } });
  }

  #entry(event: JournalEvent, subject: Pseudonym | undefined): JournalEntry {
    return { at: this.#clock.wall(), event, ...(subject === undefined ? {} : { subject }) };
  }

  #append(journal: Journal, entry: JournalEntry): void {
    journal.append(entry).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#health.report({ part: 'journal', level: 'failed', says: messageOf(error) });
  }
}
