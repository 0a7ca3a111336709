import { damagedRow } from '../vault/seal.ts';
import type { Fault } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Sqlite } from '../files/openDatabase.ts';
import { ID_BYTES } from '../files/randomId.ts';
import { KEY_BYTES } from '../vault/derivedKeys.ts';
import type { Keyring } from './keyring.ts';
import { openPage, TABLES, type Damaged, type RosterPage, type RosterPart } from './rosterPage.ts';
import { rowAt, RowPages, startOf } from './rowPage.ts';

/** Rows that are read before the thread looks for journal entries again. */
export const ROWS_AT_ONCE = 500;

export interface PeopleFiles {
  readonly keyring: Sqlite;
  readonly biometrics: Sqlite;
  readonly identities: Sqlite;
}

/** Reads the whole roster. One damaged row and its person is left out: what somebody tampered with opens no door. */
export class RosterReader {
  readonly #files: PeopleFiles;
  readonly #keyring: Keyring;
  readonly #report: (line: HealthReport) => void;
  readonly #damaged = new Map<Pseudonym, string>();

  constructor(files: PeopleFiles, keyring: Keyring, report: (line: HealthReport) => void) {
    this.#files = files;
    this.#keyring = keyring;
    this.#report = report;
  }

  /** All of it, opened; then who was left out. */
  *parts(): Generator<RosterPart, readonly Pseudonym[]> {
    for (const page of this.pages()) {
      const { part, damaged } = openPage(page);
      this.note(damaged);
      yield part;
    }
    return this.leftOut();
  }

  /** Who is left out of what was read, which is reported. */
  leftOut(): readonly Pseudonym[] {
    const [first] = [...this.#keyring.damaged.map(({ message }) => message), ...this.#damaged.values()];
    if (first !== undefined) {
      const says = `${this.#damaged.size} of the people left out, their rows are damaged; the first: ${first}`;
      this.#report({ part: 'people', level: 'failed', says });
    }
    return [...this.#damaged.keys()];
  }

  /** How many rows there are, or were. */
  get rows(): number {
    const { identities, biometrics } = this.#files;
    const newest = (database: Sqlite, table: string): number =>
      Number(database.prepare(`SELECT coalesce(max(rowid), 0) FROM ${table}`).pluck().get());
    return newest(identities, 'cardholders') + newest(identities, 'credentials') + newest(biometrics, 'templates');
  }

  /** Everything there is, as it is sealed; templates first, whose keys are gone as soon as they are read. */
  *pages(): Generator<RosterPage> {
    const { recordKeys } = this.#keyring;
    using biometricKeys = this.#keyring.biometricKeys();
    /** Nothing of these people is used for decisions any more. */
    const restricted = new Set<Pseudonym>();
    for (const { pseudonym, standing } of this.#keyring.special()) if (standing !== 'held') restricted.add(pseudonym);
    const { identities, biometrics } = this.#files;
    for (const [table, database, keys] of [
      ['templates', biometrics, biometricKeys],
      ['cardholders', identities, recordKeys],
      ['credentials', identities, recordKeys],
    ] as const) {
      for (const rows of new RowPages(database, TABLES[table], ROWS_AT_ONCE)) {
        const page = { ...rows, table, keys: new Uint8Array(rows.ends.length * KEY_BYTES) };
        for (let index = 0; index < rows.ends.length; index++) {
          if (restricted.size > 0 && restricted.has(ownerOf(page, index))) continue;
          const found = keys.find(page.bytes, ownerAt(page, index));
          if (found >= 0) keys.copyTo(found, page.keys, index * KEY_BYTES);
          else this.note([[ownerOf(page, index), faultOf(page, index, 'a row whose key is gone').message]]);
        }
        yield page;
      }
    }
  }

  note(damaged: readonly Damaged[]): void {
    for (const [pseudonym, says] of damaged) if (!this.#damaged.has(pseudonym)) this.#damaged.set(pseudonym, says);
  }
}

const ownerAt = ({ ends, table }: RosterPage, index: number): number =>
  startOf(ends, index) + TABLES[table].pseudonymAt * ID_BYTES;

const ownerOf = (page: RosterPage, index: number): Pseudonym => {
  const start = ownerAt(page, index);
  return page.bytes.toString('hex', start, start + ID_BYTES) as Pseudonym;
};

const faultOf = (page: RosterPage, index: number, found: string): Fault => {
  const { ids, file, name } = TABLES[page.table];
  return damagedRow({ file, table: name, row: rowAt(page, index, ids.length).ids[0] ?? '' }, found);
};
