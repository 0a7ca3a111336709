import type { DoorMode } from '#core/door/door.ts';
import type { RecordedEntry } from '#core/journal/entry.ts';
import type { DoorId, JournalId } from '#core/kernel/ids.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { createDoorModes } from '#storage/doorModes.ts';
import { createFileKeyStore } from '#storage/fileKeyStore.ts';
import { epochFileBeside } from '#storage/keys/epochPlace.ts';
import { openStorage } from '#storage/openStorage.ts';
import type { GateFolder } from './gateFolder.ts';

const complain = ({ part, level, says }: HealthReport): void => {
  if (level !== 'ok') throw new Error(`${part}: ${says}`);
};

/** The whole journal of a gate that does not run. */
export async function journalOf(folder: GateFolder): Promise<readonly RecordedEntry[]> {
  const master = createFileKeyStore(folder.key).open();
  const storage = await openStorage({
    folder: folder.data,
    simulated: true,
    master,
    epoch: epochFileBeside(folder.key),
    report: complain,
  });
  try {
    return await storage.journal.read(1 as JournalId, Number.MAX_SAFE_INTEGER);
  } finally {
    await storage.close();
  }
}

/** Stores a door's mode, as an operator of a gate that does not run at this moment had done. */
export function storeMode(folder: GateFolder, door: string, mode: DoorMode): void {
  const master = createFileKeyStore(folder.key).open();
  createDoorModes({ folder: folder.data, master, report: complain }).write(door as DoorId, mode);
}
