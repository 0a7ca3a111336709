import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Health } from '#core/ports/health.ts';

/** A copy of the configuration that a gate worked by last, beside the file itself. */
export const lastGoodOf = (file: string): string => `${file}.last-good`;

/** What a start goes by, and why it is not the file that it was given. */
export interface StartedBy<Read> {
  readonly read: Read;
  readonly refused: string | undefined;
}

/**
 * Reads the file, and where that is wrong the last good one: a gate that loses its power while somebody edits must
 * still open for whoever belongs there.
 * @throws Fault `config` of the file where there is no last good one, or that is wrong as well
 */
export function readOrLastGood<Read>(file: string, read: (file: string) => Read): StartedBy<Read> {
  try {
    return { read: read(file), refused: undefined };
  } catch (error) {
    const lastGood = lastGoodOf(file);
    if (!(error instanceof Fault) || error.code !== 'config' || !existsSync(lastGood)) throw error;
    try {
      return { read: read(lastGood), refused: error.message };
    } catch {
      throw error;
    }
  }
}

/** Keeps the file as the last good one. A folder that cannot be written is told, and changes nothing else. */
export function keepLastGood(file: string, health: Health): void {
  const lastGood = lastGoodOf(file);
  const part = 'last good configuration';
  try {
    const text = readFileSync(file);
    if (existsSync(lastGood) && readFileSync(lastGood).equals(text)) return;
    writeFileSync(`${lastGood}.new`, text, { flush: true });
    renameSync(`${lastGood}.new`, lastGood);
    health.report({ part, level: 'ok', says: lastGood });
  } catch (error) {
    const says = `none is kept, and a start with a file that is wrong is refused: ${messageOf(error)}`;
    health.report({ part, level: 'warning', says });
  }
}
