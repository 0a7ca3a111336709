import { CHECKPOINT_ENTRIES, type Checkpoint } from '#core/journal/checkpoint.ts';
import type { Finding, JournalCheck } from '#core/journal/check.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import { checkAnchors, readAnchors, type ReadAnchor } from './checkAnchors.ts';
import { ChainWalker } from './chainWalker.ts';
import { Findings, range } from './findings.ts';
import { JOURNAL_BATCH_MAX, type JournalTables } from './journalTables.ts';
import { Verifier, type TrustedKey } from './signing.ts';

/** Entries verified between two chances for others to work. */
const ROWS_AT_ONCE = 2_000;
const CHECKPOINTS_AT_ONCE = 1_000;
/** Entries without a checkpoint that a working gate leaves at most. */
const UNSIGNED_ENTRIES_MAX = CHECKPOINT_ENTRIES + JOURNAL_BATCH_MAX;
const INDEX_COMPLAINTS_MAX = 20;

export interface CheckerParts {
  readonly tables: JournalTables;
  /** Public keys that this terminal signs or signed with. */
  readonly trusted: readonly TrustedKey[];
  readonly anchors: readonly AnchorStore[];
}

/** Holds the journal against its hashes, its signatures and its anchors. Reads only. */
export class JournalChecker {
  readonly #tables: JournalTables;
  readonly #verifier: Verifier;
  readonly #anchors: readonly ReadAnchor[];
  readonly #findings = new Findings();
  readonly #walker: ChainWalker;
  #recordedDamage: number[] = [];
  /** The newest checkpoint whose signature and hash both fit. */
  #signed: Checkpoint | undefined;

  constructor({ tables, trusted, anchors }: CheckerParts) {
    this.#tables = tables;
    this.#verifier = new Verifier(trusted);
    this.#anchors = readAnchors(anchors);
    this.#walker = new ChainWalker(tables, this.#findings, this.#subjectsGoneTo());
  }

  /** Everything from the first entry there is; `indexes` also what searches go by, which takes the longest. */
  *all(indexes: boolean): Generator<void, JournalCheck> {
    const { first, last } = this.#tables.bounds();
    this.#checkHeads();
    yield* this.#walk(first, last);
    if (indexes) this.#checkIndexes(last);
    return this.#result(first, last);
  }

  /**
   * What stands behind the last anchor, and the anchors themselves: quick, for every start. `missing` tells of anchors
   * that are not there, which a first start that was cut off explains as well.
   */
  sinceAnchor(): { readonly findings: readonly Finding[]; readonly missing: readonly Finding[] } {
    const { first, last } = this.#tables.bounds();
    const anchored = Math.max(0, ...this.#anchors.map(({ checkpoint }) => Math.min(checkpoint?.id ?? 0, last)));
    const [start] = this.#tables.checkpointsFrom(anchored, 1).filter(({ id }) => id === anchored);
    const from = start !== undefined && this.#checkCheckpoint(start, first - 1) ? anchored + 1 : first;
    for (const _ of this.#walk(from, last)) continue;
    const { missing } = this.#checkAnchors(first, last);
    return { findings: this.#findings.all, missing: this.#tables.checkpointsFrom(0, 2).length < 2 ? [] : missing };
  }

  /** As far as a statement that this gate signed reaches. */
  #subjectsGoneTo(): number {
    const statement = this.#tables.subjectsRemoved();
    if (statement === undefined) return 0;
    if (this.#verifier.subjectsRemoved(statement)) return statement.last;
    const says = 'subjects of access events that this gate did not remove';
    this.#add('bad-signature', { from: 1, to: statement.last }, says);
    return 0;
  }

  #checkHeads(): void {
    let expected = 1;
    for (const head of this.#tables.heads()) {
      const { first, last } = head;
      if (first !== expected)
        this.#add('missing', { from: expected, to: first - 1 }, 'neither entries nor the head of a removed segment');
      if (!this.#verifier.head(head))
        this.#add('bad-signature', { from: first, to: last }, 'the head of a segment that this gate did not remove');
      expected = last + 1;
    }
  }

  *#walk(first: number, last: number): Generator<void, void> {
    let checkpoints = this.#tables.checkpointsFrom(first, CHECKPOINTS_AT_ONCE);
    let next = 0;
    let signedOrStart = first - 1;
    this.#walker.start(first);
    for (let from = first; from <= last; from += ROWS_AT_ONCE) {
      const to = Math.min(last, from + ROWS_AT_ONCE - 1);
      this.#recordedDamage.push(...this.#walker.walk(from, to));
      for (; next < checkpoints.length && checkpoints[next]!.id <= to; next++) {
        const checkpoint = checkpoints[next]!;
        if (this.#checkCheckpoint(checkpoint, first - 1)) {
          this.#expectDense(signedOrStart, checkpoint.id);
          signedOrStart = checkpoint.id;
        }
        if (next + 1 === checkpoints.length && checkpoints.length === CHECKPOINTS_AT_ONCE) {
          checkpoints = this.#tables.checkpointsFrom(checkpoint.id + 1, CHECKPOINTS_AT_ONCE);
          next = -1;
        }
      }
      yield;
    }
    this.#expectDense(signedOrStart, last);
    for (const { id } of checkpoints.slice(next))
      this.#add('missing', { from: last + 1, to: id }, 'a checkpoint names entries behind the end');
  }

  #checkCheckpoint(checkpoint: Checkpoint, start: number): boolean {
    const { id } = checkpoint;
    if (!this.#verifier.checkpoint(checkpoint)) {
      this.#add('bad-signature', { from: id, to: id }, 'a checkpoint that no key of this gate signed');
      return false;
    }
    if (this.#tables.hashAt(id)?.toString('hex') !== checkpoint.hash) {
      const from = (this.#signed?.id ?? start) + 1;
      this.#add('another-chain', { from, to: id }, `the chain is not the one that was signed at entry ${id}`);
      return false;
    }
    this.#signed = checkpoint;
    return true;
  }

  #expectDense(from: number, to: number): void {
    if (to - from <= UNSIGNED_ENTRIES_MAX) return;
    this.#add(
      'no-checkpoint',
      { from: from + 1, to },
      `more than ${UNSIGNED_ENTRIES_MAX} entries without a checkpoint`,
    );
  }

  #checkIndexes(last: number): void {
    try {
      const found = this.#tables.database.pragma(`integrity_check(${INDEX_COMPLAINTS_MAX})`);
      const says = JSON.stringify(found);
      if (says !== '[{"integrity_check":"ok"}]') this.#add('index', { from: 1, to: last }, `SQLite says ${says}`);
    } catch (error) {
      this.#add('index', { from: 1, to: last }, messageOf(error));
    }
  }

  #checkAnchors(first: number, last: number): ReturnType<typeof checkAnchors> {
    return checkAnchors({
      anchors: this.#anchors,
      tables: this.#tables,
      verifier: this.#verifier,
      findings: this.#findings,
      bounds: { first, last },
      signed: this.#signed,
    });
  }

  #result(first: number, last: number): JournalCheck {
    const { covered, missing } = this.#checkAnchors(first, last);
    if (last > 0) for (const finding of missing) this.#findings.add(finding);
    const coveredTo = covered?.checkpoint.id ?? 0;
    return {
      ok: this.#findings.all.length === 0,
      entries: this.#walker.walked,
      first: last < first ? 0 : first,
      last,
      findings: this.#findings.all,
      recordedDamage: this.#recordedDamage as JournalId[],
      coveredTo,
      coveredBy: covered?.name,
      signedTo: this.#signed?.id ?? 0,
      after: last - Math.max(coveredTo, first - 1),
    };
  }

  #add(kind: Finding['kind'], { from, to }: { from: number; to: number }, says: string): void {
    this.#findings.add({ kind, from, to, says: `${range(from, to)}: ${says}` });
  }
}
