import type { JournalEventKind } from '#core/journal/entry.ts';
import type { SearchPosition } from '#core/journal/search.ts';
import type { JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime, type Millis, type WallTime } from '#core/kernel/units.ts';
import type { JournalArchive } from '#core/ports/stores.ts';
import { days } from '#core/privacy/retention.ts';

/** Entries that one step looks at: each is tried with the key of everybody whose last use is looked for. */
const ENTRIES_AT_ONCE = 100;
/** The journal is read backwards in spans of this: most people are found in the newest, and the others are few. */
const SPAN = days(7);
/** What shows that somebody still comes, or came for the first time. */
const USES: readonly JournalEventKind[] = ['access-granted', 'enrolled', 'face-added'];

interface Sighting {
  /** The last use that was found. */
  readonly at?: WallTime;
  /** Everything up to then has been looked at. */
  readonly knownTo: WallTime;
}

/**
 * When people came last, as the journal has it. Nothing of it is stored anew. Only people who may soon have been away for
 * too long are looked for, so that the journal need not be opened for everybody every day.
 */
export class LastUse {
  readonly #journal: Pick<JournalArchive, 'read' | 'search'>;
  readonly #span: Millis;
  readonly #seen = new Map<Pseudonym, Sighting>();

  /** `span`: without a use for longer than that, a person no longer comes. */
  constructor(journal: Pick<JournalArchive, 'read' | 'search'>, span: Millis) {
    this.#journal = journal;
    this.#span = span;
  }

  /**
   * The last use of each of these people; the beginning of the span for somebody without one in it. Somebody who is left
   * out came not so long ago. Nobody is in it while the journal cannot tell: it does not reach back so far, or is damaged.
   * @throws Fault `journal`
   */
  async of(people: readonly Pseudonym[], at: WallTime): Promise<ReadonlyMap<Pseudonym, WallTime>> {
    const from = wallTime(at - this.#span);
    if (!(await this.#reachesBackTo(from))) return new Map();
    const half = wallTime(at - this.#span / 2);
    const looked = people.filter((pseudonym) => (this.#seen.get(pseudonym)?.at ?? 0) < half);
    let left = looked;
    for (let end = at; end > from && left.length > 0; end = wallTime(end - SPAN)) {
      const found = new Map<Pseudonym, WallTime>();
      left = left.filter((pseudonym) => (this.#seen.get(pseudonym)?.knownTo ?? 0) < end);
      for (const kind of left.length === 0 ? [] : USES)
        await this.#lookWithin({ kind, from: wallTime(Math.max(from, end - SPAN)), until: end, left }, found);
      for (const [pseudonym, used] of found) this.#seen.set(pseudonym, { at: used, knownTo: used });
      left = left.filter((pseudonym) => !found.has(pseudonym));
    }
    return new Map(looked.map((pseudonym) => [pseudonym, this.#conclude(pseudonym, at, from)] as const));
  }

  #conclude(pseudonym: Pseudonym, at: WallTime, from: WallTime): WallTime {
    const used = this.#seen.get(pseudonym)?.at;
    this.#seen.set(pseudonym, { ...(used === undefined ? {} : { at: used }), knownTo: at });
    return wallTime(Math.max(used ?? 0, from));
  }

  async #lookWithin(
    {
      kind,
      from,
      until,
      left,
    }: { kind: JournalEventKind; from: WallTime; until: WallTime; left: readonly Pseudonym[] },
    found: Map<Pseudonym, WallTime>,
  ): Promise<void> {
    const wanted = new Set(left);
    let behind: SearchPosition | undefined;
    do {
      const page = await this.#journal.search({ kind, from, until, subjects: left }, ENTRIES_AT_ONCE, behind);
      for (const { subject, at } of page.entries) {
        if (subject !== undefined && wanted.has(subject) && at > (found.get(subject) ?? 0)) found.set(subject, at);
      }
      behind = page.next;
    } while (behind !== undefined);
  }

  async #reachesBackTo(from: WallTime): Promise<boolean> {
    const [first] = await this.#journal.read(1 as JournalId, 1);
    if (first === undefined || first.at > from) return false;
    const damaged = await this.#journal.search({ kind: 'journal-damaged', from }, 1);
    return damaged.entries.length === 0;
  }
}
