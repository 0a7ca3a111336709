import { parseArgs } from 'node:util';
import { Fault } from '#core/kernel/fault.ts';
import { PLACE_OPTIONS, PLACE_USAGE, placesOf, type Places } from '../dataFolder.ts';

export const USAGE = `usage: npm run keys -- COMMAND
  status          WHERE                 what protects the keys, and when each was changed
  change [KEY...] WHERE                 change keys: a database, signing, epoch, people, backup, root; without a name the
                                        databases, signing and epoch
  recovery        WHERE                 make a recovery key; its secret is printed once and kept nowhere
  recover-root    WHERE                 bring the root secret back with the recovery key, read from standard input
  escrow PLACE... WHERE                 replace the escrow copies of the keyring now, of a gate that is stopped
  check-escrow    FILE                  does the recovery key, read from standard input, open it?
  verify-receipt  FILE PUBLIC-KEY...    keys in hex
${PLACE_USAGE}
A gate that works is asked to do it; otherwise the data folder is opened here.`;

export interface KeyArguments {
  readonly command: string;
  readonly rest: readonly string[];
  /** @throws Fault `command` where it was not given */
  readonly places: () => Places;
}

export const unusable = (found: string): Fault => new Fault('command', { thing: 'keys', found, expected: USAGE });

/** @throws Fault `command` */
export function parseKeyArguments(): KeyArguments {
  const { values, positionals } = parsed();
  const [command = '', ...rest] = positionals;
  return { command, rest, places: () => placesOf(values) };
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: PLACE_OPTIONS });
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
}
