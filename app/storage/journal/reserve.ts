import type { JournalEntry } from '#core/journal/entry.ts';
import type { JournalId } from '#core/kernel/ids.ts';

/** Stated size of the reserve: at least 8,000 entries of ordinary size. */
export const RESERVE_BYTES = 4 * 1024 * 1024;

export interface NumberedEntry {
  readonly id: JournalId;
  readonly entry: JournalEntry;
}

/** A second place for entries that the database cannot take now. */
export interface Reserve {
  /** How many of these, from the first on, there is still room for. */
  fitting(entries: readonly NumberedEntry[]): number;
  /** On the disk when it returns. @throws what the file system throws; entries written before stay. */
  append(entries: readonly NumberedEntry[]): Promise<void>;
  /** Overwrites every entry: they are in the database. */
  clear(): Promise<void>;
  /** Was anything written that is not cleared? */
  readonly used: boolean;
  close(): Promise<void>;
}
