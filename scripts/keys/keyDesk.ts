import * as z from 'zod/mini';
import { wallTime } from '#core/kernel/units.ts';
import { CHANGEABLE_KEYS, type ChangeableKey, type KeyChange } from '#core/ports/keyRoom.ts';
import { askGate } from '#service/control/askGate.ts';
import { openHere, type Places } from '../dataFolder.ts';

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

export async function keyDesk(places: Places): Promise<KeyDesk> {
  return (await askGate(places.data, 'health', {})) === undefined ? opened(places) : atTheGate(places.data);
}

async function opened(places: Places): Promise<KeyDesk> {
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
