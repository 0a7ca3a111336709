import type { JournalEntry } from '#core/journal/entry.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { ChangeableKey, KeyChange, KeyRoom } from '#core/ports/keyRoom.ts';
import type { MemoryLock } from '#platform/lockedMemory.ts';
import type { StorageCalls, StoredJournal } from './threadedJournal.ts';

/** The keys of a data folder that is open, for whoever runs the gate. */
export interface StoredKeys extends KeyRoom {
  /** Has a recovery key been provisioned? */
  hasRecoveryKey(): Promise<boolean>;
  /** Whether the memory that the keys lie in is kept off the disk. */
  memoryLock(): Promise<MemoryLock>;
  /** X25519, 32 bytes: escrow places and the copy of the root secret are sealed to it from now on. */
  setRecoveryKey(key: Uint8Array): Promise<void>;
}

/** The journal tells of each change through its one writer, which alone knows the numbers of what waits. */
export class ThreadedKeyRoom implements StoredKeys {
  readonly #thread: StorageCalls;
  readonly #journal: StoredJournal;

  constructor(thread: StorageCalls, journal: StoredJournal) {
    this.#thread = thread;
    this.#journal = journal;
  }

  /** Records what an earlier run had no time for. */
  async start(): Promise<void> {
    await this.#record();
  }

  async changes(): Promise<readonly KeyChange[]> {
    return (await this.#thread.call('keyStanding', undefined)).changes;
  }

  async change(key: ChangeableKey): Promise<void> {
    const { announce } = await this.#thread.call('changeKey', key);
    if (announce !== undefined) await this.#append({ kind: 'signing-key-changed', publicKey: announce });
    await this.#record();
  }

  async hasRecoveryKey(): Promise<boolean> {
    return (await this.#thread.call('keyStanding', undefined)).recoveryKey;
  }

  async memoryLock(): Promise<MemoryLock> {
    return (await this.#thread.call('keyStanding', undefined)).memory;
  }

  async setRecoveryKey(key: Uint8Array): Promise<void> {
    await this.#thread.call('setRecoveryKey', key);
  }

  async #record(): Promise<void> {
    const { unrecorded } = await this.#thread.call('keyStanding', undefined);
    for (const key of unrecorded) {
      await this.#append({ kind: 'key-changed', key });
      await this.#thread.call('keyChangeRecorded', key);
    }
  }

  async #append(event: JournalEntry['event']): Promise<void> {
    await this.#journal.append({ at: wallTime(Date.now()), event });
  }
}
