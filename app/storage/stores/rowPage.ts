import type { Sqlite, Statement } from '../files/openDatabase.ts';
import { ID_BYTES } from '../files/randomId.ts';

/** Format of a row and, of a template, its model. */
export interface RowKind {
  readonly format: number;
  readonly model: string;
}

/** Rows as they are sealed, one behind the other, each with its ids before it. They cross between threads without a copy. */
export interface SealedRows {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Where each row ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Of each row, or one of them all. */
  readonly kinds: readonly RowKind[];
}

export interface RowTable {
  readonly name: 'cardholders' | 'credentials' | 'templates';
  /** Columns of ID_BYTES each, the row's own id first; the pseudonym is one of them. */
  readonly ids: readonly string[];
  readonly model: boolean;
}

/** The last position, the length of each row, the kinds as pairs, and the rows themselves. */
type PageRow = readonly [position: number | null, lengths: string, kinds: string, bytes: Buffer<ArrayBuffer>];

/** Reads a table from its first row to its last, many rows at once. */
export class RowPages {
  readonly #select: Statement<[number, number], PageRow>;
  readonly #rowsAtOnce: number;

  constructor(database: Sqlite, { name, ids, model }: RowTable, rowsAtOnce: number) {
    // One blob for all of them: each value that crosses from SQLite is memory of its own, which costs more than its bytes.
    const columns = [...ids, 'sealed'];
    const kind = model ? 'model' : "''";
    this.#select = database
      .prepare<[number, number], PageRow>(
        `SELECT max(position), json_group_array(length),
           iif(min(format) = max(format) AND min(kind) = max(kind), json_array(json_array(min(format), min(kind))),
             json_group_array(json_array(format, kind))),
           CAST(group_concat(bytes, '') AS BLOB)
         FROM (
           SELECT rowid AS position, ${columns.map((column) => `length(${column})`).join(' + ')} AS length, format,
             ${kind} AS kind, ${columns.join(' || ')} AS bytes
           FROM ${name} WHERE rowid > ? ORDER BY rowid LIMIT ?
         )`,
      )
      .raw();
    this.#rowsAtOnce = rowsAtOnce;
  }

  *[Symbol.iterator](): Generator<SealedRows> {
    for (let position = 0; ;) {
      const [last, lengths, kinds, bytes] = this.#select.get(position, this.#rowsAtOnce)!;
      if (last === null) return;
      yield { bytes, ends: endsOf(lengths), kinds: kindsOf(kinds) };
      position = last;
    }
  }
}

function endsOf(lengths: string): Uint32Array<ArrayBuffer> {
  const ends = Uint32Array.from(JSON.parse(lengths) as number[]);
  for (let index = 1; index < ends.length; index++) ends[index]! += ends[index - 1]!;
  return ends;
}

const kindsOf = (kinds: string): RowKind[] =>
  (JSON.parse(kinds) as [number, string][]).map(([format, model]) => ({ format, model }));

/** One row of many; `sealed` is a view. */
export interface SealedRow extends RowKind {
  readonly ids: readonly string[];
  readonly sealed: Buffer;
}

/** Where the row at `index` begins, with its first id. */
export const startOf = (ends: Uint32Array, index: number): number => (index === 0 ? 0 : ends[index - 1]!);

/** The row at `index`; its ids as lower-case hex, in the order of the table's. */
export function rowAt({ bytes, ends, kinds }: SealedRows, index: number, ids: number): SealedRow {
  let at = startOf(ends, index);
  const found: string[] = [];
  for (let id = 0; id < ids; id++) found.push(bytes.toString('hex', at, (at += ID_BYTES)));
  const { format, model } = kinds[index] ?? kinds[0]!;
  return { format, model, ids: found, sealed: bytes.subarray(at, ends[index]) };
}
