import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { JournalEvent } from '#core/journal/entry.ts';
import { Fault } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Journal } from '#core/ports/stores.ts';
import { replaceFile, syncFolder } from '../files/atomicFile.ts';

/** In a data folder that came out of a backup, until its journal tells of that. */
const NOTE_FILE = 'restored.json';
const FORMAT = 1;

type RestoredEvent = Extract<JournalEvent, { kind: 'restored' }>;

const Note = z.strictObject({
  format: z.literal(FORMAT),
  event: z.strictObject({
    kind: z.literal('restored'),
    backup: z.string(),
    onto: z.enum(['same-machine', 'another-machine']),
    journal: z.enum(['kept', 'from-backup']),
    upTo: z.number(),
  }),
});

/** Entries that wait in the journal's reserve come first: so the note is recorded by the start, and not with the restore. */
export function noteRestore(folder: string, event: RestoredEvent): void {
  replaceFile(join(folder, NOTE_FILE), `${JSON.stringify({ format: FORMAT, event })}\n`);
}

/** Cut off between its two steps, the entry stands twice. @throws Fault `journal` where it cannot be written; the note stays. */
export async function recordRestore(folder: string, journal: Pick<Journal, 'append'>): Promise<void> {
  const path = join(folder, NOTE_FILE);
  if (!existsSync(path)) return;
  await journal.append({ at: wallTime(Date.now()), event: read(path) });
  rmSync(path);
  syncFolder(folder);
}

function read(path: string): RestoredEvent {
  try {
    return Note.parse(JSON.parse(readFileSync(path, 'utf8'))).event;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Fault('storage', { thing: path, found, expected: 'the note of a restore, as it was written' });
  }
}
