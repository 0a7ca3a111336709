import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Readable and writable by the gate's own account alone. */
export const OWN_FILE = 0o600;
export const OWN_FOLDER = 0o700;

/**
 * Replaces a file: after a loss of power it holds either the old content or the new one, whole. A write that was cut off
 * leaves its `.new` beside it, which nobody reads and the next write replaces.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.new`;
  try {
    writeWhole(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a folder for the gate's own account, with those above it that are missing; it outlives a loss of power once this returns. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: OWN_FOLDER });
  if (first === undefined) return;
  const above = dirname(resolve(first));
  for (let folder = resolve(path); folder !== above; folder = dirname(folder)) syncFolder(dirname(folder));
}

/** Makes a rename, a new or a removed name in the folder outlive a loss of power. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeWhole(path: string, content: string | Uint8Array): void {
  rmSync(path, { force: true });
  const handle = openSync(path, 'wx', OWN_FILE);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
