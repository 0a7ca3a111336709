import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalCheck } from '#core/journal/check.ts';
import type { SubjectsRemoved } from '#core/journal/checkpoint.ts';
import { assert } from '#core/kernel/assert.ts';
import type { JournalEvent, RecordedEntry } from '#core/journal/entry.ts';
import type { AccessPointId, DoorId, JournalId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import type { Signer } from '#core/ports/signer.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { ANCHOR_FILE, AnchorFile } from '#storage/journal/anchorFile.ts';
import { ExportAnchor } from '#storage/journal/checkExport.ts';
import { JournalFile } from '#storage/journal/journalFile.ts';
import { JournalTables } from '#storage/journal/journalTables.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { journal0001 } from '#storage/migrations/journal0001.ts';
import { PersonKeys } from '#storage/vault/personKeys.ts';

/** Entries of each stretch, which ends with a checkpoint; the first is removed by retention, the last ends at the anchor. */
const STRETCHES = [40, 40, 40, 40] as const;
const BEHIND_ANCHOR = 20;
export const REMOVED_TO = 40;
/** Access events up to here no longer say whose they are; once it was fewer. */
const SUBJECTS_GONE_TO = [60, 100] as const;
export const ROLLED_BACK_TO = 120;
export const ANCHORED_TO = 160;
export const LAST = ANCHORED_TO + BEHIND_ANCHOR;

/** Where nothing is written to a disk if the machine has such a place: ten thousand journals are opened twice. */
const scratchFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

const SUBJECT = 'ab'.repeat(16) as Pseudonym;
const EVENTS: readonly JournalEvent[] = [
  { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['face'] },
  { kind: 'access-denied', accessPoint: 'side' as AccessPointId, reason: 'not-recognised' },
  { kind: 'door-forced-open', door: 'front door' as DoorId },
  { kind: 'egress', door: 'front door' as DoorId },
];

/** One journal as a gate left it, copied anew for every case. The adversary holds its file key, not its signing key. */
export class JournalOnTrial implements Disposable {
  readonly signer: Signer;
  readonly #root = mkdtempSync(join(scratchFolder(), 'lintel-tamper-'));
  readonly #fileKey = randomBytes(32);
  readonly #recordKey = randomBytes(32);
  /** What this gate signed when fewer subjects were gone. */
  earlierStatement!: SubjectsRemoved;
  /** What a reader gets of the untouched journal. */
  readonly original: readonly RecordedEntry[];

  constructor() {
    this.signer = createEd25519Signer(randomBytes(32));
    mkdirSync(this.#whole);
    mkdirSync(this.#older);
    this.#make();
    this.reset();
    this.original = this.read();
  }

  /** The copy that the adversary works on. */
  get folder(): string {
    return join(this.#root, 'case');
  }

  /** An export of the whole journal, kept elsewhere by the site. */
  get exportPath(): string {
    return join(this.#root, 'export.jsonl');
  }

  /** Puts the untouched journal back. */
  reset(): void {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    for (const file of ['journal.db', ANCHOR_FILE]) copyFileSync(join(this.#whole, file), join(this.folder, file));
  }

  /** Puts an older file in its place, as it once was. */
  rollBack(file: 'journal.db' | typeof ANCHOR_FILE): void {
    copyFileSync(join(this.#older, file), join(this.folder, file));
  }

  /** The database as whoever holds the file key opens it. */
  tamper(change: (database: Sqlite) => void): void {
    using database = this.#database(this.folder);
    database.exec('BEGIN');
    change(database);
    database.exec('COMMIT');
    database.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** A full verification, as of a gate that is not running. */
  check(anchors: readonly AnchorStore[] = []): JournalCheck {
    using database = this.#database(this.folder);
    const parts = this.#journal(database, this.folder).check({ indexes: true, anchors });
    for (;;) {
      const next = parts.next();
      if (next.done === true) return next.value;
    }
  }

  checkWithExport(): JournalCheck {
    return this.check([new ExportAnchor(this.exportPath)]);
  }

  read(): readonly RecordedEntry[] {
    using database = this.#database(this.folder);
    return this.#journal(database, this.folder).read(1 as JournalId, LAST + 1);
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #whole(): string {
    return join(this.#root, 'whole');
  }

  get #older(): string {
    return join(this.#root, 'older');
  }

  #make(): void {
    using database = this.#database(this.#whole);
    const journal = this.#journal(database, this.#whole);
    let made = 0;
    const add = (count: number): void => {
      const entries = Array.from({ length: count }, (_, index) => ({
        at: wallTime(1_000_000 + (made + index) * 10),
        event: EVENTS[(made + index) % EVENTS.length]!,
        ...(index % 3 === 0 ? { subject: SUBJECT } : {}),
      }));
      journal.append(entries);
      made += count;
    };
    for (const count of STRETCHES) {
      add(count);
      journal.checkpoint();
      if (made === ROLLED_BACK_TO) this.#keepOlder(database, journal);
    }
    for (const gone of SUBJECTS_GONE_TO) {
      journal.removeSubjects(wallTime(1_000_000 + gone * 10));
      const statement = new JournalTables(database).subjectsRemoved();
      assert(statement !== undefined, 'there is a statement once subjects are gone');
      if (gone === SUBJECTS_GONE_TO[0]) this.earlierStatement = statement;
    }
    for (const _ of journal.export({ path: this.exportPath, form: 'jsonl' })) continue;
    add(BEHIND_ANCHOR);
    database.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Retention comes before, so that a roll-back does not show by an older start alone. */
  #keepOlder(database: Sqlite, journal: JournalFile): void {
    journal.removeBefore(wallTime(1_000_000 + REMOVED_TO * 10));
    database.pragma('wal_checkpoint(TRUNCATE)');
    for (const file of ['journal.db', ANCHOR_FILE]) copyFileSync(join(this.#whole, file), join(this.#older, file));
  }

  #database(folder: string): Sqlite & Disposable {
    const database = openDatabase({
      folder,
      file: 'journal.db',
      keys: [Buffer.from(this.#fileKey)],
      migrations: [journal0001],
      pageBytes: 4_096,
      mayMake: true,
    });
    return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
  }

  /** The copy is opened by an examiner, who records nothing in it. */
  #journal(database: Sqlite, folder: string): JournalFile {
    const keys = new PersonKeys();
    keys.add(SUBJECT, this.#recordKey);
    return new JournalFile({
      database,
      simulated: true,
      keys,
      signer: this.signer,
      anchors: [new AnchorFile(join(folder, ANCHOR_FILE))],
      report: () => undefined,
      wall: () => wallTime(2_000_000),
      segmentEntries: REMOVED_TO,
      examine: folder === this.folder,
    });
  }
}
