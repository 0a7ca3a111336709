import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EpochPlace, RootPlace } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';

export const USAGE = `usage: npm run keys -- COMMAND
  status          WHERE                 what protects the keys, and when each was changed
  change [KEY...] WHERE                 change keys: a database, signing, epoch, people, backup, root; without a name the
                                        databases, signing and epoch
  recovery        WHERE                 make a recovery key; its secret is printed once and kept nowhere
  recover-root    WHERE                 bring the root secret back with the recovery key, read from standard input
  escrow PLACE... WHERE                 replace the escrow copies of the keyring now, of a gate that is stopped
  check-escrow    FILE                  does the recovery key, read from standard input, open it?
  verify-receipt  FILE PUBLIC-KEY...    keys in hex
WHERE is --config FILE, or --data FOLDER --key FILE; where a TPM sealed the key also --tpm, and --tcti HOW to reach it.
A gate that works is asked to do it; otherwise the data folder is opened here.`;

/** Where the data and its keys lie. */
export interface KeyPlaces {
  readonly data: string;
  readonly root: RootPlace;
  readonly epoch: EpochPlace;
  readonly escrow: readonly string[];
}

export interface KeyArguments {
  readonly command: string;
  readonly rest: readonly string[];
  /** @throws Fault `command` where it was not given */
  readonly places: () => KeyPlaces;
}

export const unusable = (found: string): Fault => new Fault('command', { thing: 'keys', found, expected: USAGE });

/** How every command that works on a data folder is told where that lies, and its keys. */
export const PLACE_OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  key: { type: 'string' },
  tpm: { type: 'boolean' },
  tcti: { type: 'string' },
} as const;

/** @throws Fault `command` */
export function parseKeyArguments(): KeyArguments {
  const { values, positionals } = parsed();
  const [command = '', ...rest] = positionals;
  return { command, rest, places: () => placesOf(values) };
}

type Given = Readonly<Partial<Omit<Record<keyof typeof PLACE_OPTIONS, string>, 'tpm'>>> & { readonly tpm?: boolean };

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: PLACE_OPTIONS });
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
}

/** @throws Fault `command` where it was not given */
export function placesOf({ config, data, key, tpm, tcti }: Given): KeyPlaces {
  if (config !== undefined) return placesIn(config);
  if (data === undefined || key === undefined) throw unusable('neither --config nor --data with --key');
  const reach = tcti === undefined ? {} : { tcti };
  const root: RootPlace = tpm === true ? { kind: 'tpm', path: key, ...reach } : { kind: 'file', path: key };
  return { data, root, epoch: epochFileBeside(key), escrow: [] };
}

function placesIn(file: string): KeyPlaces {
  const { models } = programFolders(join(import.meta.dirname, '../..'));
  // What is simulated is told by the data folder itself; here it only lets simulated drivers pass.
  const { dataFolder, keys } = readConfig({ file, simulated: true, folder: dirname(file) }, readModels(models));
  return { data: dataFolder, root: keys.root, epoch: keys.epoch, escrow: keys.escrow };
}
