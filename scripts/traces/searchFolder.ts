import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sought } from './sought.ts';
import { unlessGone } from './vanished.ts';

/** Bytes of a file's beginning that are told. */
const HEAD_BYTES = 16;

export interface FileSeen {
  /** Below the folder that was searched. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The first bytes as Latin-1 text. */
  readonly head: string;
}

export interface FolderSeen {
  readonly files: readonly FileSeen[];
  /** What was found, and where: `marker (bytes) in data/journal.db-wal, 2 times`. */
  readonly found: readonly string[];
}

/**
 * Reads every file below a folder whole and looks for everything sought. It must not run in the process that has
 * databases of the folder open: there, closing a file that SQLite has open gives up SQLite's locks on it.
 */
export function searchFolder(folder: string, sought: Sought): FolderSeen {
  const files: FileSeen[] = [];
  const found: string[] = [];
  for (const path of filesBelow(folder)) {
    const content = unlessGone(() => readFileSync(join(folder, path)));
    if (content === undefined) continue;
    const sha256 = createHash('sha256').update(content).digest('hex');
    files.push({ path, bytes: content.length, sha256, head: content.toString('latin1', 0, HEAD_BYTES) });
    for (const [name, times] of sought.find(content)) found.push(`${name} in ${path}, ${times} times`);
  }
  return { files, found };
}

/**
 * Regular files alone: a link may lead to a serial line, and opening that would disturb it. Paths start at the folder; a
 * folder that goes meanwhile has no files.
 */
export function filesBelow(folder: string): string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path))
        : entry.isFile()
          ? [entry.name]
          : [],
    )
    .toSorted();
}
