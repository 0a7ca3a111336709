import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './atomicFile.ts';

const BYTES_AT_ONCE = 1024 * 1024;

/**
 * Writes random bytes over a file in its place, brings them to the disk, and removes its name. What a flash controller or
 * a file system that copies on write keeps of the old content is out of reach: secrets must not depend on this alone.
 */
export function overwriteFile(path: string): void {
  const handle = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(handle);
    for (let at = 0; at < size;)
      at += writeSync(handle, randomBytes(Math.min(BYTES_AT_ONCE, size - at)), 0, undefined, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  unlinkSync(path);
  syncFolder(dirname(path));
}
