import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OWN_FILE, makeFolder, syncFolder } from '../files/atomicFile.ts';
import { overwriteFile } from '../files/overwriteFile.ts';

/**
 * Replaces a file of secrets: after a loss of power it holds the old content or the new one, whole, and once this returns
 * the old one was overwritten. What a call that was cut off left beside the file the next one overwrites.
 */
export function replaceSecretFile(path: string, content: Uint8Array): void {
  makeFolder(dirname(path));
  overwriteLeftovers(path);
  const temporary = newBeside(path);
  writeSecretFile(temporary, content);
  if (existsSync(path)) linkSync(path, oldBeside(path));
  renameSync(temporary, path);
  syncFolder(dirname(path));
  overwriteLeftovers(path);
}

/** @throws where there is such a file already */
export function writeSecretFile(path: string, content: Uint8Array): void {
  const handle = openSync(path, 'wx', OWN_FILE);
  try {
    for (let at = 0; at < content.length;) at += writeSync(handle, content, at);
    fsyncSync(handle);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Overwrites the file and what lies beside it. None is no error. */
export function destroySecretFile(path: string): void {
  overwriteLeftovers(path);
  if (existsSync(path)) overwriteFile(path);
}

/** What a replacement that was cut off left beside the file. */
export function overwriteLeftovers(path: string): void {
  if (existsSync(newBeside(path))) overwriteFile(newBeside(path));
  const old = oldBeside(path);
  if (!existsSync(old)) return;
  // Cut off before the new file got the name: both names are of the one that is in use.
  if (existsSync(path) && statSync(old).ino === statSync(path).ino) rmSync(old);
  else overwriteFile(old);
}

const newBeside = (path: string): string => `${path}.new`;
const oldBeside = (path: string): string => `${path}.old`;
