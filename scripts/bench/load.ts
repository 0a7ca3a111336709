import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gallery } from '#core/biometrics/gallery.ts';
import { assert } from '#core/kernel/assert.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import { MIGRATIONS, PAGE_BYTES } from '#storage/files/databases.ts';
import { openDatabase } from '#storage/files/openDatabase.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { openStorage } from '#storage/openStorage.ts';
import { TABLES } from '#storage/stores/rosterPage.ts';
import { ROWS_AT_ONCE } from '#storage/stores/rosterReader.ts';
import { RowPages } from '#storage/stores/rowPage.ts';
import { StorageThread } from '#storage/thread/storageThread.ts';
import { loadParts, ROWS_FOR_TWO, templatesOf } from '#storage/thread/threadedRoster.ts';
import { result, type Result } from '../report.ts';
import { ROOT } from './benchFolder.ts';
import { madeUpPeople } from './madeUpPeople.ts';
import type { Quiet } from './quiet.ts';
import { median, range, rounded } from './statistics.ts';

const TEMPLATES = 100_000;
const LOAD_MS_MAX = 1_500;
/** Of what reading the same rows takes when nothing is done with them. */
const LOAD_TIMES_MAX = 5;
const ROUNDS = 5;

/** A data folder of people with a face each and no card. */
class Crowd implements Disposable {
  readonly #place = mkdtempSync(join(tmpdir(), 'lintel-bench-load-'));
  readonly #folder = join(this.#place, 'data');
  readonly #epoch = { kind: 'file', path: join(this.#place, 'epoch') } as const;
  readonly #master = randomBytes(32);

  async fill(people: number): Promise<void> {
    const own = { folder: this.#folder, simulated: true, master: this.#master, epoch: this.#epoch };
    const storage = await openStorage({ ...own, report });
    await storage.people.enrolMany(withoutCards(madeUpPeople({ from: 1, to: people, templateFormat: 'bench' })));
    await storage.close();
  }

  /** The thread that `openStorage` starts, to see the parts of the roster as they come. */
  open(): StorageThread {
    const master = new SharedArrayBuffer(this.#master.length);
    new Uint8Array(master).set(this.#master);
    const own = { folder: this.#folder, simulated: true, master, epoch: this.#epoch };
    return new StorageThread({ ...own, escrowPlaces: [], maxPages: {}, rowsForTwo: ROWS_FOR_TWO }, report);
  }

  /** Opens the templates' file and reads every row as the gate reads it, under the file cipher alone. How many there are. */
  readRows(): number {
    using cabinet = openCabinet(this.#folder, this.#master);
    const file = 'biometrics.db';
    const how = { migrations: MIGRATIONS[file], pageBytes: PAGE_BYTES[file], mayMake: false };
    const database = openDatabase({ folder: this.#folder, file, keys: cabinet.fileKeys(file), ...how });
    try {
      let read = 0;
      for (const { ends } of new RowPages(database, TABLES.templates, ROWS_AT_ONCE)) read += ends.length;
      return read;
    } finally {
      database.close();
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#place, { recursive: true, force: true });
  }
}

const report = ({ level, says }: HealthReport): void => assert(level !== 'failed', says);

function* withoutCards(people: Iterable<Enrolment>): Generator<Enrolment> {
  for (const person of people) yield { ...person, credentials: [] };
}

interface Round {
  readonly rows: number;
  readonly opened: number;
  readonly templates: number;
  readonly everybody: number;
}

/** Milliseconds: reading the rows alone; then, from a closed data folder, until it is open, its templates are in a gallery, everybody is known. */
async function round(crowd: Crowd, templates: number): Promise<Round> {
  const rowsAt = performance.now();
  assert(crowd.readRows() === templates, 'everybody has a template');
  const start = performance.now();
  const thread = crowd.open();
  await thread.opened();
  const opened = performance.now() - start;
  using gallery = new Gallery();
  let loaded = NaN;
  const leftOut = await loadParts(thread, (part) => {
    for (const template of templatesOf(part)) gallery.add(template);
    if (Number.isNaN(loaded) && gallery.templates === templates) loaded = performance.now() - start;
  });
  const everybody = performance.now() - start;
  await thread.close();
  assert(leftOut.length === 0 && loaded > 0, 'every template is loaded');
  return { rows: start - rowsAt, opened, templates: loaded, everybody };
}

/** From a closed data folder to every template in the gallery, against reading their rows and doing nothing with them. */
export async function measureLoad(quiet: Quiet, templates = TEMPLATES): Promise<Result[]> {
  // As in a gate: what its threads run was compiled before.
  process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'build/compile-cache');
  using crowd = new Crowd();
  await crowd.fill(templates);
  const rounds: Round[] = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(crowd, templates));
  const all = (what: keyof Round): number[] => rounds.map((one) => one[what]);
  const middle = (what: keyof Round): number => Math.round(median(all(what)));
  const times = rounds.map((one) => one.templates / one.rows);
  return [
    quiet.atMost('load templates', {
      value: middle('templates'),
      limit: LOAD_MS_MAX,
      unit: 'ms',
      note: `opening the folder included; of ${templates} people, median of ${ROUNDS} (${range(all('templates'), 0)})`,
    }),
    // Judged on a quiet machine too: the reading takes one core, and the loading two.
    quiet.atMost('load templates in readings of their rows', {
      value: rounded(median(times), 2),
      limit: LOAD_TIMES_MAX,
      unit: 'times',
      note: `each round against its own reading (${range(times, 2)})`,
    }),
    result('load templates: reading their rows alone', { value: middle('rows'), unit: 'ms' }),
    result('load templates: opening the folder', { value: middle('opened'), unit: 'ms' }),
    result('load templates: and what is known of everybody', { value: middle('everybody'), unit: 'ms' }),
  ];
}
