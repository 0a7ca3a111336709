import { readdirSync, renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import { syncFolder } from '../files/atomicFile.ts';

/** `part`: still written, or cut off. `unverified`: whole, and not shown to restore. `backup`: shown to. */
export type BackupState = 'part' | 'unverified' | 'backup';

export interface NamedBackup {
  readonly name: string;
  readonly state: BackupState;
  readonly madeAt: WallTime;
}

/** Digits of the id that a name carries: enough to tell two of one moment. */
const ID_DIGITS = 8;

/** Sorts by time, and says nothing but whose and when. */
export const backupName = (about: {
  readonly terminal: string;
  readonly madeAt: WallTime;
  readonly id: string;
}): string =>
  `lintel-${about.terminal}-${new Date(about.madeAt).toISOString().replaceAll(/[-:.]/g, '')}-${about.id.slice(0, ID_DIGITS)}`;

/** Backups of one terminal in a folder, oldest first. @throws Fault `storage` where the folder is away. */
export function backupsIn(folder: string, terminal: string): NamedBackup[] {
  try {
    return named(readdirSync(folder), terminal);
  } catch (error) {
    throw targetFault(folder, error);
  }
}

/** The same without waiting for a folder that may be far away. */
export async function backupsFound(folder: string, terminal: string): Promise<NamedBackup[]> {
  try {
    return named(await readdir(folder), terminal);
  } catch (error) {
    throw targetFault(folder, error);
  }
}

const named = (names: readonly string[], terminal: string): NamedBackup[] =>
  names.flatMap((name) => parseName(name, terminal) ?? []).toSorted((a, b) => a.madeAt - b.madeAt);

const NAME =
  /^lintel-([0-9a-f]{16})-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-[0-9a-f]{8}\.(part|unverified|backup)$/;

function parseName(name: string, terminal: string): NamedBackup | undefined {
  const [, whose, year, month, day, hour, minute, second, ms, state] = NAME.exec(name) ?? [];
  if (whose !== terminal) return undefined;
  const madeAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(madeAt) ? undefined : { name, state: state as BackupState, madeAt: wallTime(madeAt) };
}

/** Gives a backup another state, which it has after a loss of power too. Its path from then on. */
export function turnInto(folder: string, name: string, { from, to }: { from: BackupState; to: BackupState }): string {
  const path = join(folder, `${name}.${to}`);
  renameSync(join(folder, `${name}.${from}`), path);
  syncFolder(folder);
  return path;
}

/** Removes what was cut off. */
export function removeParts(folder: string, terminal: string): void {
  for (const { name, state } of backupsIn(folder, terminal)) if (state === 'part') rmSync(join(folder, name));
}

/** Leaves the newest `keep` verified ones, and of the others those that are newer than the oldest of them. */
export function keepNewest(folder: string, terminal: string, keep: number): void {
  const all = backupsIn(folder, terminal);
  const verified = all.filter(({ state }) => state === 'backup');
  const kept = verified.slice(Math.max(0, verified.length - keep));
  const oldest = kept[0]?.madeAt ?? -Infinity;
  for (const { name, madeAt } of all) if (madeAt < oldest) rmSync(join(folder, name), { force: true });
  syncFolder(folder);
}

export const targetFault = (folder: string, error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault('storage', {
        thing: `backup folder ${folder}`,
        found: messageOf(error),
        expected: 'a folder that is there, with room, which this account may write',
      });
