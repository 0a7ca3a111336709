import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import { OWN_FILE, replaceFile, syncFolder } from '../files/atomicFile.ts';
import { exportForms, type ExportForm } from './exportForms.ts';
import { exportBytes, SIGNATURE_SUFFIX, type ExportSignature } from './exportSignature.ts';
import type { JournalTables } from './journalTables.ts';
import { hex } from './signing.ts';

/** Entries written between two chances for others to work. */
const ROWS_AT_ONCE = 1_000;

export interface ExportRequest {
  /** The file to be made; its signature goes beside it, with `.sig` behind the name. */
  readonly path: string;
  readonly form: ExportForm;
  /** First and last entry; without them everything there is. */
  readonly from?: JournalId;
  readonly to?: JournalId;
}

export interface ExportSummary {
  readonly path: string;
  readonly signature: ExportSignature;
}

export interface ExportParts extends ExportRequest {
  readonly tables: JournalTables;
  readonly signer: Signer;
  readonly at: WallTime;
}

/**
 * Writes entries with their hashes, subjects as they are sealed, and signs the whole. The file appears under its name
 * only once it is complete. The journal may grow meanwhile; the range is fixed at the beginning.
 * @throws Fault `command` for a range that is not there; what the file system throws.
 */
export function* exportJournal(parts: ExportParts): Generator<void, ExportSummary> {
  const { tables, path, form, at } = parts;
  const { first, last, previous } = rangeOf(parts);
  const checkpoint = lastWithin(tables, first, last);
  const { lineOf, top, end } = exportForms[form];
  using file = new NewFile(path);
  file.write(top({ journal: tables.journal, first, previous: hex(previous) }));
  for (let from: number = first; from <= last; from += ROWS_AT_ONCE) {
    const rows = tables.page(from, Math.min(ROWS_AT_ONCE, last - from + 1));
    if (rows.at(-1)?.id !== from + rows.length - 1 || rows.length === 0) throw vanished(from);
    file.write(rows.map(lineOf).join(''));
    yield;
  }
  const head = tables.hashAt(last);
  if (head === undefined) throw vanished(last);
  file.write(end({ id: last, hash: hex(head), ...(checkpoint === undefined ? {} : { checkpoint }) }));
  const about = {
    format: 1 as const,
    file: basename(path),
    form,
    sha256: file.finish(),
    journal: tables.journal,
    first,
    last,
    previous: hex(previous),
    hash: hex(head),
    at,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
  const key = hex(parts.signer.publicKey);
  const signature = { ...about, key, signature: hex(parts.signer.sign(exportBytes(about))) };
  replaceFile(`${path}${SIGNATURE_SUFFIX}`, `${JSON.stringify(signature, undefined, 2)}\n`);
  file.publish();
  return { path, signature };
}

function rangeOf({ tables, from, to }: ExportParts): { first: JournalId; last: JournalId; previous: Buffer } {
  const bounds = tables.bounds();
  const first = Math.max(from ?? 0, bounds.first);
  const last = Math.min(to ?? bounds.last, bounds.last);
  const previous = tables.hashAt(first - 1);
  if (first > last || previous === undefined) {
    const found = `nothing between ${from ?? 'the first'} and ${to ?? 'the last'}`;
    throw new Fault('command', {
      thing: 'journal export',
      found,
      expected: `entries of ${bounds.first} to ${bounds.last}`,
    });
  }
  return { first: first as JournalId, last: last as JournalId, previous };
}

function lastWithin(tables: JournalTables, first: number, last: number): Checkpoint | undefined {
  const newest = tables.lastCheckpointUpTo(last);
  return newest !== undefined && newest.id >= first ? newest : undefined;
}

const vanished = (from: number): Fault =>
  new Fault('journal', {
    thing: `journal export, entry ${from}`,
    found: 'no such entry',
    expected: 'entries that stay while they are exported: begin anew',
  });

/** A file that gets its name only when it is whole and on the disk. */
class NewFile implements Disposable {
  readonly #path: string;
  readonly #handle: number;
  readonly #sha256 = createHash('sha256');
  #open = true;
  #published = false;

  constructor(path: string) {
    this.#path = path;
    rmSync(this.#temporary, { force: true });
    this.#handle = openSync(this.#temporary, 'wx', OWN_FILE);
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#sha256.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
  }

  /** SHA-256 of everything written, which is on the disk now. */
  finish(): string {
    fsyncSync(this.#handle);
    this.#close();
    return this.#sha256.digest('hex');
  }

  publish(): void {
    renameSync(this.#temporary, this.#path);
    this.#published = true;
    syncFolder(dirname(this.#path));
  }

  [Symbol.dispose](): void {
    this.#close();
    if (!this.#published) rmSync(this.#temporary, { force: true });
  }

  get #temporary(): string {
    return `${this.#path}.new`;
  }

  #close(): void {
    if (this.#open) closeSync(this.#handle);
    this.#open = false;
  }
}
