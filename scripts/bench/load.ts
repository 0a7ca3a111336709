import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gallery } from '#core/biometrics/gallery.ts';
import { assert } from '#core/kernel/assert.ts';
import type { Enrolment } from '#core/ports/stores.ts';
import { MIGRATIONS, PAGE_BYTES } from '#storage/files/databases.ts';
import { openDatabase, type Sqlite } from '#storage/files/openDatabase.ts';
import { openCabinet } from '#storage/keys/cabinet.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import { atMost, result, type Result } from '../report.ts';
import { madeUpPeople } from './madeUpPeople.ts';
import type { Quiet } from './quiet.ts';
import { median, range, rounded } from './statistics.ts';

const TEMPLATES = 100_000;
const LOAD_MS_MAX = 1_500;
/** Of what reading the same rows takes when nothing is done with them. */
const LOAD_TIMES_MAX = 5;
const ROUNDS = 5;
const ROWS_AT_ONCE = 500;
const FORMAT = 'bench';

/** A data folder of people with a face each and no card, opened as a gate opens it. */
class Crowd implements Disposable {
  readonly #place = mkdtempSync(join(tmpdir(), 'lintel-bench-load-'));
  readonly #folder = join(this.#place, 'data');
  readonly #master = randomBytes(32);

  open(): Promise<Storage> {
    return openStorage({
      folder: this.#folder,
      simulated: true,
      master: this.#master,
      epoch: { kind: 'file', path: join(this.#place, 'epoch') },
      report: ({ level, says }) => assert(level !== 'failed', says),
    });
  }

  async fill(people: number): Promise<void> {
    const storage = await this.open();
    await storage.people.enrolMany(withoutCards(madeUpPeople({ from: 1, to: people, templateFormat: FORMAT })));
    await storage.close();
  }

  /** Reads what a start reads of the people, under the file cipher alone. How many templates there are. */
  readBare(): number {
    using biometrics = this.#database('biometrics.db');
    using identities = this.#database('identities.db');
    readAll(identities, 'pseudonym, format, sealed FROM cardholders');
    return readAll(biometrics, 'id, pseudonym, consent, format, model, sealed FROM templates');
  }

  #database(file: 'biometrics.db' | 'identities.db'): Sqlite & Disposable {
    using cabinet = openCabinet(this.#folder, this.#master);
    const keys = cabinet.fileKeys(file);
    const how = { migrations: MIGRATIONS[file], pageBytes: PAGE_BYTES[file], mayMake: false };
    const database = openDatabase({ folder: this.#folder, file, keys, ...how });
    return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
  }

  [Symbol.dispose](): void {
    rmSync(this.#place, { recursive: true, force: true });
  }
}

function* withoutCards(people: Iterable<Enrolment>): Generator<Enrolment> {
  for (const person of people) yield { ...person, credentials: [] };
}

function readAll(database: Sqlite, columns: string): number {
  const table = columns.split(' ').at(-1);
  const page = database
    .prepare<[number, number], [number, ...unknown[]]>(
      `SELECT rowid, ${columns} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    )
    .raw();
  let read = 0;
  for (let position = 0; ;) {
    const rows = page.all(position, ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) break;
    read += rows.length;
    position = last[0];
  }
  assert(read > 0, `there are ${table}`);
  return read;
}

/** From a closed data folder to everybody in memory and every template in the gallery; and what reading alone takes. */
export async function measureLoad({
  quiet,
  templates = TEMPLATES,
}: {
  quiet: Quiet;
  templates?: number;
}): Promise<Result[]> {
  using crowd = new Crowd();
  await crowd.fill(templates);
  const [bare, opened, loaded]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const bareAt = performance.now();
    assert(crowd.readBare() === templates, 'everybody has a template');
    const openAt = performance.now();
    const storage = await crowd.open();
    const loadAt = performance.now();
    {
      using roster = await storage.people.load();
      using gallery = new Gallery();
      for (const template of roster.templates) gallery.add(template);
      assert(gallery.templates === templates, 'every template is loaded');
      const endAt = performance.now();
      bare.push(openAt - bareAt);
      opened.push(loadAt - openAt);
      loaded.push(endAt - openAt);
    }
    await storage.close();
  }
  const note = `${templates} people with a face each, the median of ${ROUNDS} (${range(loaded, 0)} ms)`;
  const timesBare = loaded.map((ms, round) => ms / bare[round]!);
  return [
    quiet.atMost('load templates', { value: Math.round(median(loaded)), limit: LOAD_MS_MAX, unit: 'ms', note }),
    result('load templates, opening', { value: Math.round(median(opened)), unit: 'ms' }),
    result('load templates, reading their rows alone', {
      value: Math.round(median(bare)),
      unit: 'ms',
      note: `under the file cipher, nothing unsealed (${range(bare, 0)} ms)`,
    }),
    atMost('load templates in readings of their rows', {
      value: rounded(median(timesBare), 2),
      limit: LOAD_TIMES_MAX,
      unit: 'times',
      note: `each round against its own reading (${range(timesBare, 2)})`,
    }),
  ];
}
