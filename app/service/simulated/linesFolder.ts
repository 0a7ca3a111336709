import { readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** After it the owner's process numbers (those of another container mean other processes), its process, and a random end. */
const PREFIX = 'lintel-lines-';
const NAME = /^lintel-lines-(?<space>\d+)-(?<pid>[1-9]\d*)-[A-Za-z0-9]{6}$/;

/**
 * Makes the folder of a simulated gate's serial lines in `parent`, and removes those that gates left there which were
 * killed: of this account alone, and never one whose process lives.
 */
export async function makeLinesFolder(parent: string): Promise<string> {
  const space = processSpace();
  if (space !== undefined) await removeLeftBehind(parent, space);
  return mkdtemp(join(parent, `${PREFIX}${space ?? 0}-${process.pid}-`));
}

async function removeLeftBehind(parent: string, space: string): Promise<void> {
  // A folder that can be written and not listed is good enough for a gate.
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const owner = NAME.exec(name)?.groups;
    if (owner?.['space'] !== space || lives(Number(owner['pid']))) continue;
    const path = join(parent, name);
    try {
      const found = await lstat(path);
      if (found.isDirectory() && found.uid === process.getuid?.()) await rm(path, { recursive: true, force: true });
    } catch {
      // Another start was quicker, or it cannot be removed: nothing that keeps this gate from starting.
    }
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** The set of process numbers that this process sees; undefined where nobody can tell, and then nothing is removed. */
function processSpace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}
