import type { JournalEventKind, RecordedEntry } from '#core/journal/entry.ts';
import type { SearchPosition } from '#core/journal/search.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { JournalArchive } from '#core/ports/stores.ts';
import {
  CLOCK_WAITED_OUT_MS_MAX,
  confirmedClock,
  judgeClock,
  timeToRecord,
  type ClockBasis,
  type ClockTrust,
} from '#core/privacy/clockTrust.ts';
import { inDays } from '#core/privacy/retention.ts';
import type { Recorder } from './recorder.ts';

const ENTRIES_AT_ONCE = 250;
/** Written while the clock was believed. */
const BELIEVED: readonly JournalEventKind[] = ['purged', 'clock-confirmed'];

export interface ClockGuardParts {
  readonly clock: Clock;
  readonly journal: Pick<JournalArchive, 'read' | 'search'>;
  readonly recorder: Recorder;
  readonly health: Health;
}

/**
 * Stands between the wall clock and whatever cannot be undone. What it knows of the time comes from the journal, so a
 * clock that was wrong before a restart is not believed after it.
 */
export class ClockGuard {
  readonly #parts: ClockGuardParts;
  #trust: ClockTrust | undefined;

  constructor(parts: ClockGuardParts) {
    this.#parts = parts;
  }

  /** May data be removed by what the clock says? Not while the journal cannot be asked. */
  async trusts(): Promise<boolean> {
    const { clock, health } = this.#parts;
    try {
      if (this.#trust === undefined) {
        const wall = (await this.#lastBelieved()) ?? clock.wall();
        this.#trust ??= confirmedClock({ wall, now: clock.monotonic() });
      }
    } catch (error) {
      health.report({ part: 'clock', level: 'warning', says: `not held against the journal: ${messageOf(error)}` });
      return false;
    }
    return !this.held;
  }

  /** Is it known by now that the clock is not to be believed? */
  get held(): boolean {
    if (this.#trust === undefined) return false;
    const before = this.#trust;
    this.#trust = judgeClock(before, this.#now());
    if (this.#trust !== before) this.#tell(before, this.#trust);
    return this.#trust.kind === 'held';
  }

  /** What to write on what lasts. */
  get time(): WallTime {
    const now = this.#now();
    return this.#trust === undefined ? now.wall : timeToRecord(this.#trust, now);
  }

  /** Somebody has looked at the clock and found it right. */
  confirm(): WallTime {
    const { recorder, health } = this.#parts;
    const basis = this.#now();
    this.#trust = confirmedClock(basis);
    recorder.record({ kind: 'clock-confirmed' });
    health.report({ part: 'clock', level: 'ok', says: 'confirmed' });
    return basis.wall;
  }

  #now(): ClockBasis {
    const { clock } = this.#parts;
    return { wall: clock.wall(), now: clock.monotonic() };
  }

  #tell(before: ClockTrust, after: ClockTrust): void {
    const { recorder, health } = this.#parts;
    if (after.kind === 'trusted') {
      if (before.kind === 'held') health.report({ part: 'clock', level: 'ok', says: 'believed again' });
      return;
    }
    const { aheadMs } = after;
    recorder.record({ kind: 'purge-held', aheadMs: Math.round(aheadMs) });
    const until =
      aheadMs > CLOCK_WAITED_OUT_MS_MAX
        ? 'until somebody confirms it: npm run privacy confirm-clock'
        : 'until it has stood for a day, or somebody confirms it: npm run privacy confirm-clock';
    const says = `${Math.floor(inDays(aheadMs))} days ahead of what the journal knows: nothing is removed by it ${until}`;
    health.report({ part: 'clock', level: 'failed', says });
  }

  /** When the clock was believed last; where it never was, when the journal began. */
  async #lastBelieved(): Promise<WallTime | undefined> {
    let newest: RecordedEntry | undefined;
    for (const kind of BELIEVED) {
      let behind: SearchPosition | undefined;
      do {
        const found = await this.#parts.journal.search({ kind }, ENTRIES_AT_ONCE, behind);
        for (const entry of found.entries) if (entry.id > (newest?.id ?? 0)) newest = entry;
        behind = found.next;
      } while (behind !== undefined);
    }
    if (newest !== undefined) return newest.at;
    const [first] = await this.#parts.journal.read(1 as JournalId, 1);
    return first?.at;
  }
}
