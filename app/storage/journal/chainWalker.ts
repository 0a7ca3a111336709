import { messageOf } from '#core/kernel/fault.ts';
import { EntryHasher, subjectFits } from './canonical.ts';
import { range, type Findings } from './findings.ts';
import type { EntryRow, JournalTables } from './journalTables.ts';
import { mayHaveLostSubject } from './subjectsRemoval.ts';

const DAMAGE = '{"kind":"journal-damaged"';

/** Follows the chain from entry to entry; what does not fit becomes a finding, and it goes on behind it. */
export class ChainWalker {
  readonly #tables: JournalTables;
  readonly #findings: Findings;
  readonly #hasher = new EntryHasher();
  /** Up to here access events may have lost their subjects. */
  readonly #subjectsGoneTo: number;
  #expected = 0;
  /** Undefined behind a gap: the next entry cannot be held against anything. */
  #previous: Buffer | undefined;
  walked = 0;

  constructor(tables: JournalTables, findings: Findings, subjectsGoneTo: number) {
    this.#tables = tables;
    this.#findings = findings;
    this.#subjectsGoneTo = subjectsGoneTo;
  }

  start(first: number): void {
    this.#expected = first;
    this.#previous = this.#tables.hashAt(first - 1);
  }

  /** The entries `from` to `to`, the next ones in order. Numbers of those that tell of damage found earlier. */
  walk(from: number, to: number): number[] {
    const damage: number[] = [];
    for (const row of this.#rows(from, to)) {
      if (row.id > to) break;
      this.#step(row);
      if (typeof row.event === 'string' && row.event.startsWith(DAMAGE)) damage.push(row.id);
    }
    if (this.#expected <= to) {
      this.#missing(to);
      this.#expected = to + 1;
    }
    return damage;
  }

  #step(row: EntryRow): void {
    const { id } = row;
    if (id > this.#expected) this.#missing(id - 1);
    const hash = this.#previous === undefined ? row.hash : this.#hasher.hash(row, this.#previous);
    if (hash === undefined || !row.hash.equals(hash)) {
      const from = Math.max(1, id - 1);
      const says = `${range(from, id)}: what entry ${id} says does not fit its hash, or the hash of the entry before it was changed`;
      this.#findings.add({ kind: 'changed', from, to: id, says });
    }
    this.#checkSubject(row);
    this.#previous = row.hash;
    this.#expected = id + 1;
    this.walked += 1;
  }

  #checkSubject(row: EntryRow): void {
    const { id, subject, subjectHash } = row;
    if (subject === null && subjectHash === null) return;
    if (subject !== null) {
      if (subjectFits(row)) return;
      const says = `${range(id, id)}: its subject is not the one that it was made with`;
      return this.#findings.add({ kind: 'changed', from: id, to: id, says });
    }
    if (mayHaveLostSubject(row, this.#subjectsGoneTo)) return;
    const says = `${range(id, id)}: whose it is was taken away, and nothing that is signed says so`;
    this.#findings.add({ kind: 'subject-removed', from: id, to: id, says });
  }

  #missing(to: number): void {
    this.#findings.add({ kind: 'missing', from: this.#expected, to, says: `${range(this.#expected, to)}: not there` });
    this.#previous = undefined;
  }

  /** Where a page cannot be read its entries are told one by one, and the others still come. */
  *#rows(from: number, to: number): Generator<EntryRow> {
    try {
      yield* this.#tables.page(from, to - from + 1);
      return;
    } catch (error) {
      if (from === to) {
        const says = `${range(from, to)}: ${messageOf(error)}`;
        this.#findings.add({ kind: 'unreadable', from, to, says });
        this.#previous = undefined;
        this.#expected = to + 1;
        return;
      }
    }
    const middle = Math.floor((from + to) / 2);
    yield* this.#rows(from, middle);
    yield* this.#rows(middle + 1, to);
  }
}
