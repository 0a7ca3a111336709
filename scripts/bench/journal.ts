import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry, JournalEvent } from '#core/journal/entry.ts';
import type { AccessPointId, DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { ANCHOR_FILE, AnchorFile } from '#storage/journal/anchorFile.ts';
import { JournalFile } from '#storage/journal/journalFile.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { journal0001 } from '#storage/migrations/journal0001.ts';
import { PersonKeys } from '#storage/vault/personKeys.ts';
import { atMost, result, type Result } from '../report.ts';

/** Appending durably, in times of one bare commit of the same bytes. */
const APPEND_TIMES_MAX = 2.5;
const SEARCH_MS_MAX = 20;
const VERIFIED_PER_SECOND_MIN = 100_000;

/** Before anything is timed, as in a gate that runs. */
const WARM_UP = 300;
const APPENDS = 1_000;
const ENTRIES = 1_000_000;
const BATCH = 500;
/** Entries of one searched span of time, as a page of the screen shows them. */
const FOUND = 250;
const SEARCHES = 50;

const PEOPLE = 200;
const START = Date.UTC(2026, 0, 1);
const STEP_MS = 15_000;

class BenchJournal implements Disposable {
  readonly database: Sqlite;
  readonly journal: JournalFile;
  readonly folder = mkdtempSync(join(tmpdir(), 'lintel-bench-journal-'));
  readonly people = Array.from({ length: PEOPLE }, () => randomBytes(16).toString('hex') as Pseudonym);

  constructor() {
    const keys = new PersonKeys();
    for (const person of this.people) keys.add(person, randomBytes(32));
    this.database = openDatabase({
      folder: this.folder,
      file: 'journal.db',
      keys: [randomBytes(32)],
      migrations: [journal0001],
      pageBytes: 4_096,
      mayMake: true,
    });
    this.journal = new JournalFile({
      database: this.database,
      simulated: true,
      keys,
      signer: createEd25519Signer(randomBytes(32)),
      anchors: [new AnchorFile(join(this.folder, ANCHOR_FILE))],
      report: () => undefined,
      wall: () => wallTime(START),
    });
  }

  /** Two of three entries are somebody's. */
  entry(index: number): JournalEntry {
    const event = EVENTS[index % EVENTS.length]!;
    const at = wallTime(START + index * STEP_MS);
    return index % 3 === 2 ? { at, event } : { at, event, subject: this.people[index % PEOPLE]! };
  }

  fill(entries: number): void {
    for (let from = 0; from < entries; from += BATCH) {
      this.journal.append(Array.from({ length: BATCH }, (_, index) => this.entry(from + index)));
      this.journal.anchor();
    }
    this.journal.checkpoint();
  }

  [Symbol.dispose](): void {
    this.database.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const EVENTS: readonly JournalEvent[] = [
  { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['face'] },
  { kind: 'access-taken', door: 'front door' as DoorId },
  { kind: 'egress', door: 'front door' as DoorId },
  { kind: 'access-denied', accessPoint: 'side' as AccessPointId, reason: 'not-recognised' },
];

/** Appending one entry durably, against a bare commit of as many bytes in the same file form, turn by turn. */
export function measureAppend(): Result[] {
  using bench = new BenchJournal();
  using bare = new BareFile(bench.folder);
  const bytes = randomBytes(JSON.stringify(EVENTS[0]).length + 44 + 32 + 26);
  const journal: number[] = [];
  const commit: number[] = [];
  for (let index = 0; index < WARM_UP + APPENDS; index++) {
    // What a gate does behind each entry counts as well: the anchor is written once in so many.
    const ours = msOf(() => {
      bench.journal.append([bench.entry(index)]);
      bench.journal.anchor();
    });
    const theirs = msOf(() => bare.commit(bytes));
    if (index < WARM_UP) continue;
    journal.push(ours);
    commit.push(theirs);
  }
  const [ours, theirs] = [mean(journal), mean(commit)];
  return [
    result('journal append, durable', {
      value: round(ours),
      unit: 'ms',
      note: `mean of ${APPENDS}, median ${round(median(journal))}`,
    }),
    result('bare SQLite commit of the same bytes', {
      value: round(theirs),
      unit: 'ms',
      note: `median ${round(median(commit))}`,
    }),
    atMost('journal append in bare commits', {
      value: round(ours / theirs),
      limit: APPEND_TIMES_MAX,
      unit: 'times',
      note: 'means of the same run, checkpoints and anchor included',
    }),
  ];
}

/** Searching and verifying a journal of `entries`. */
export function measureMillion(entries = ENTRIES): Result[] {
  using bench = new BenchJournal();
  const filled = msOf(() => bench.fill(entries));
  const span = FOUND * STEP_MS;
  const search = (query: (from: number) => Parameters<JournalFile['search']>[0]): number[] =>
    Array.from({ length: SEARCHES }, (_, index) => {
      const from = START + Math.floor(((index + 0.5) / SEARCHES) * (entries - FOUND)) * STEP_MS;
      return msOf(() => bench.journal.search(query(from), undefined, FOUND));
    });
  const byTime = search((from) => ({ from: wallTime(from), until: wallTime(from + span) }));
  const byKind = search((from) => ({ from: wallTime(from), until: wallTime(from + span), kind: 'access-denied' }));
  const byPlace = search((from) => ({
    from: wallTime(from),
    kind: 'access-granted',
    accessPoint: 'front' as AccessPointId,
  }));
  const person = bench.people[0]!;
  let found = 0;
  const byPerson = msOf(() => {
    for (let behind: Parameters<JournalFile['search']>[1]; ;) {
      const page = bench.journal.search({ person }, behind, FOUND);
      found += page.entries.length;
      if (page.next === undefined) return;
      behind = page.next;
    }
  });
  let check = drain(bench.journal.check({ indexes: false }));
  const verified = msOf(() => {
    check = drain(bench.journal.check({ indexes: false }));
  });
  const withIndexes = msOf(() => {
    check = drain(bench.journal.check({ indexes: true }));
  });
  const perSecond = Math.round(check.entries / (verified / 1_000));
  return [
    result('journal filled', {
      value: Math.round(filled / 1_000),
      unit: 's',
      note: `${entries} entries, ${BATCH} a commit`,
    }),
    atMost('journal search by time', {
      value: round(worst(byTime)),
      limit: SEARCH_MS_MAX,
      unit: 'ms',
      note: `${FOUND} entries of ${entries}, the slowest of ${SEARCHES}, median ${round(median(byTime))}`,
    }),
    atMost('journal search by time and kind', { value: round(worst(byKind)), limit: SEARCH_MS_MAX, unit: 'ms' }),
    result('journal search by kind and access point, a full page', { value: round(worst(byPlace)), unit: 'ms' }),
    result('journal search by person, through the whole journal', {
      value: Math.round(byPerson),
      unit: 'ms',
      note: `${found} entries, found by trying the person's key`,
    }),
    result('journal verification', {
      ok: check.ok && perSecond > VERIFIED_PER_SECOND_MIN,
      value: perSecond,
      unit: 'entries/s',
      limit: VERIFIED_PER_SECOND_MIN,
      note: `${check.entries} entries in ${round(verified / 1_000)} s, covered to ${check.coveredTo}`,
    }),
    result('journal verification with indexes', { ok: check.ok, value: round(withIndexes / 1_000), unit: 's' }),
  ];
}

/** A table of bytes in a file of the same form. */
class BareFile implements Disposable {
  readonly #database: Sqlite;
  readonly #insert: ReturnType<Sqlite['prepare']>;

  constructor(folder: string) {
    this.#database = openDatabase({
      folder,
      file: 'identities.db',
      keys: [randomBytes(32)],
      migrations: [(database) => void database.exec('CREATE TABLE bare (id INTEGER PRIMARY KEY, bytes BLOB) STRICT')],
      pageBytes: 4_096,
      mayMake: true,
    });
    this.#insert = this.#database.prepare('INSERT INTO bare (bytes) VALUES (?)');
  }

  commit(bytes: Buffer): void {
    this.#insert.run(bytes);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function drain<Answer>(parts: Generator<void, Answer>): Answer {
  for (;;) {
    const next = parts.next();
    if (next.done === true) return next.value;
  }
}

function msOf(act: () => void): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const worst = (values: readonly number[]): number => Math.max(...values);
const round = (value: number): number => Math.round(value * 100) / 100;
