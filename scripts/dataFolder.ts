import { dirname, join } from 'node:path';
import type { EpochPlace, RootPlace } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import { programFolders, readConfig, readModels } from '#service/readConfig.ts';
import { folderIsSimulated } from '#storage/files/folderMarker.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';

/** How every command that works on a data folder is told where that lies, and its keys. */
export const PLACE_OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  key: { type: 'string' },
  tpm: { type: 'boolean' },
  tcti: { type: 'string' },
} as const;

export const PLACE_USAGE =
  'WHERE is --config FILE, or --data FOLDER --key FILE; where a TPM sealed the key also --tpm, and --tcti HOW to reach it.';

/** Where the data and its keys lie. */
export interface Places {
  readonly data: string;
  readonly root: RootPlace;
  readonly epoch: EpochPlace;
  readonly escrow: readonly string[];
  /** Where backups are made to by themselves. */
  readonly backups?: string;
}

type Given = Readonly<Partial<Omit<Record<keyof typeof PLACE_OPTIONS, string>, 'tpm'>>> & { readonly tpm?: boolean };

/** @throws Fault `command` where it was not given, and whatever a configuration may throw. */
export function placesOf({ config, data, key, tpm, tcti }: Given): Places {
  if (config !== undefined) return placesIn(config);
  if (data === undefined || key === undefined) {
    const found = 'neither --config nor --data with --key';
    throw new Fault('command', { thing: 'arguments', found, expected: PLACE_USAGE });
  }
  const reach = tcti === undefined ? {} : { tcti };
  const root: RootPlace = tpm === true ? { kind: 'tpm', path: key, ...reach } : { kind: 'file', path: key };
  return { data, root, epoch: epochFileBeside(key), escrow: [] };
}

function placesIn(file: string): Places {
  const { models } = programFolders(join(import.meta.dirname, '..'));
  // What is simulated is told by the data folder itself; here it only lets simulated drivers pass.
  const { dataFolder, keys, backup } = readConfig({ file, simulated: true, folder: dirname(file) }, readModels(models));
  const { root, epoch, escrow } = keys;
  return { data: dataFolder, root, epoch, escrow, ...(backup === undefined ? {} : { backups: backup.folder }) };
}

/** Opens the data folder as a start of the gate would, without a gate. What is not well is told on stderr. */
export async function openHere({ data, root, epoch, escrow }: Places): Promise<Storage> {
  const master = openRoot(createKeyStore(root), data);
  const report = ({ part, level, says }: { part: string; level: string; says: string }): void => {
    if (level !== 'ok') console.error(`${part}, ${level}: ${says}`);
  };
  const simulated = folderIsSimulated(data);
  const opening = openStorage({ folder: data, simulated, master, root, epoch, escrowPlaces: escrow, report });
  master.fill(0);
  return opening;
}
