import { NOBODY_SEEN, type AntiPassback } from '#core/access/antiPassback.ts';
import { recallStep } from '#core/access/recall.ts';
import type { Setting } from '#core/access/situation.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import type { JournalFound, SearchPosition } from '#core/journal/search.ts';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { millis, wallTime, type Millis, type WallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { JournalArchive } from '#core/ports/stores.ts';

/** Entries that one search gives, and people whose keys it tries: no entry is written meanwhile. */
const ENTRIES_AT_ONCE = 500;
const PEOPLE_AT_ONCE = 1_000;
/** Entries in all; of a longer time the newest are read, hour by hour. */
export const ENTRIES_RECALLED_MAX = 10_000;
const HOUR_MS = millis(3_600_000);

export interface JournalRecallParts {
  readonly journal: Pick<JournalArchive, 'search'>;
  /** Whose entries are looked for. */
  readonly people: readonly Pseudonym[];
  readonly settings: readonly Setting[];
  readonly span: Millis;
  readonly clock: Clock;
  /** Is it still wanted? */
  readonly goesOn: () => boolean;
}

/** Where people went before this start, as far as the journal says it. @throws Fault `journal` */
export async function recalledFromJournal(parts: JournalRecallParts): Promise<AntiPassback> {
  const { clock, settings } = parts;
  const entries = await newestEntries(parts);
  const clocks = { now: clock.monotonic(), wall: clock.wall() };
  return entries.reduce<AntiPassback>((state, entry) => recallStep(state, entry, { settings, clocks }), NOBODY_SEEN);
}

/** Back hour by hour, until there are too many: an hour that does not fit as a whole is left out, and all before it. */
async function newestEntries(parts: JournalRecallParts): Promise<RecordedEntry[]> {
  const now = parts.clock.wall();
  const first = wallTime(now - parts.span);
  let newer: RecordedEntry[] = [];
  for (let until = now; until > first && parts.goesOn(); until = wallTime(until - HOUR_MS)) {
    const from = wallTime(Math.max(first, until - HOUR_MS + 1));
    const hour = await entriesWithin(parts, { from, until }, ENTRIES_RECALLED_MAX - newer.length);
    if (hour === undefined) return newer;
    newer = [...hour, ...newer];
  }
  return newer;
}

/** Undefined where there are more than `limit`. */
async function entriesWithin(
  parts: JournalRecallParts,
  time: { readonly from: WallTime; readonly until: WallTime },
  limit: number,
): Promise<RecordedEntry[] | undefined> {
  const found: RecordedEntry[] = [];
  let behind: SearchPosition | undefined;
  do {
    const page = await pageWithSubjects(parts, time, behind);
    found.push(...page.entries);
    if (found.length > limit) return undefined;
    behind = page.next;
  } while (behind !== undefined && parts.goesOn());
  return found;
}

/** The same entries once for each group of people, which says whose they are of these. */
async function pageWithSubjects(
  { journal, people }: JournalRecallParts,
  time: { readonly from: WallTime; readonly until: WallTime },
  behind: SearchPosition | undefined,
): Promise<JournalFound> {
  let page = await journal.search(time, ENTRIES_AT_ONCE, behind);
  const whose = new Map<JournalId, Pseudonym>();
  for (let from = 0; from < people.length && page.entries.length > 0; from += PEOPLE_AT_ONCE) {
    const subjects = people.slice(from, from + PEOPLE_AT_ONCE);
    page = await journal.search({ ...time, subjects }, ENTRIES_AT_ONCE, behind);
    for (const { id, subject } of page.entries) if (subject !== undefined) whose.set(id, subject);
  }
  const entries = page.entries.map((entry) => {
    const subject = whose.get(entry.id);
    return subject === undefined ? entry : { ...entry, subject };
  });
  return { ...page, entries };
}
