import type { JournalEntry, RecordedEntry } from '#core/journal/entry.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { Journal } from '#core/ports/stores.ts';

/** A journal in memory, whose disk can be stuck or full. */
export class FakeJournal implements Journal {
  readonly #simulated: boolean;
  readonly #recorded: RecordedEntry[] = [];
  readonly #stuck: (() => void)[] = [];
  #isStuck = false;
  #fault: Fault | undefined;

  constructor({ simulated = true }: { readonly simulated?: boolean } = {}) {
    this.#simulated = simulated;
  }

  async append(entry: JournalEntry): Promise<JournalId> {
    if (this.#isStuck) await new Promise<void>((resolve) => this.#stuck.push(resolve));
    if (this.#fault !== undefined) throw this.#fault;
    const id = (this.#recorded.length + 1) as JournalId;
    this.#recorded.push({ ...entry, id, simulated: this.#simulated });
    return id;
  }

  async read(from: JournalId, limit: number): Promise<readonly RecordedEntry[]> {
    const start = Math.max(1, from) - 1;
    return this.#recorded.slice(start, start + Math.max(0, limit));
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
  }
}
