import * as z from 'zod/mini';
import { wallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS, type ChangeableKey, type KeyChange } from '#core/ports/keyRoom.ts';
import { askGate } from '#service/control/askGate.ts';
import { folderIsSimulated } from '#storage/files/folderMarker.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { openStorage, type Storage } from '#storage/openStorage.ts';
import type { KeyPlaces } from './arguments.ts';

export interface KeyStatus {
  readonly changes: readonly KeyChange[];
  readonly recoveryKey: boolean;
}

/** The keys of a data folder, through the gate that works on it or, where none does, opened here. */
export interface KeyDesk extends AsyncDisposable {
  status(): Promise<KeyStatus>;
  change(key: ChangeableKey): Promise<void>;
  /** X25519, 32 bytes. */
  setRecoveryKey(key: Uint8Array): Promise<void>;
}

export async function keyDesk(places: KeyPlaces): Promise<KeyDesk> {
  return (await askGate(places.data, 'health', {})) === undefined ? opened(places) : atTheGate(places.data);
}

export async function openHere(places: KeyPlaces): Promise<Storage> {
  const { data, root, epoch, escrow } = places;
  const master = openRoot(createKeyStore(root), data);
  const report = ({ part, level, says }: { part: string; level: string; says: string }): void => {
    if (level !== 'ok') console.error(`${part}, ${level}: ${says}`);
  };
  const simulated = folderIsSimulated(data);
  const opening = openStorage({ folder: data, simulated, master, root, epoch, escrowPlaces: escrow, report });
  master.fill(0);
  return opening;
}

async function opened(places: KeyPlaces): Promise<KeyDesk> {
  const { keys, close } = await openHere(places);
  return {
    status: async () => ({ changes: await keys.changes(), recoveryKey: await keys.hasRecoveryKey() }),
    change: (key) => keys.change(key),
    setRecoveryKey: (key) => keys.setRecoveryKey(key),
    [Symbol.asyncDispose]: close,
  };
}

const Status = z.strictObject({
  changes: z.array(z.strictObject({ key: z.enum(CHANGEABLE_KEYS), changes: z.number(), at: z.number() })),
  recoveryKey: z.boolean(),
});

const atTheGate = (folder: string): KeyDesk => ({
  status: async () => {
    const { changes, recoveryKey } = Status.parse(await askGate(folder, 'keys-status', {}));
    return { changes: changes.map((change) => ({ ...change, at: wallTime(change.at) })), recoveryKey };
  },
  change: async (key) => void (await askGate(folder, 'keys-change', { key })),
  setRecoveryKey: async (key) =>
    void (await askGate(folder, 'keys-recovery', { publicKey: Buffer.from(key).toString('hex') })),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
