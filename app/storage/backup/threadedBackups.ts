import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { fromFaultMessage } from '#core/kernel/faultMessage.ts';
import type { WallTime } from '#core/kernel/units.ts';
import type { BackupMade, BackupRequest, Backups } from '#core/ports/backups.ts';
import type { StorageThread } from '../thread/storageThread.ts';
import { backupsFound, targetFault } from './backupNames.ts';
import type { BackupJob } from './backupJob.ts';
import type { BackupOutcome } from './worker.ts';

/** How long the end of a backup that is under way is waited for. */
const CLOSE_MS_MAX = 1_000;

/**
 * Backups of an open data folder. The storage thread copies, between journal entries; everything else, and above all the
 * target, is the affair of a thread that is there for one backup.
 */
export class ThreadedBackups implements Backups {
  readonly #thread: StorageThread;
  readonly #folder: string;
  #under: Worker | 'begun' | undefined;

  constructor(thread: StorageThread, folder: string) {
    this.#thread = thread;
    this.#folder = folder;
  }

  async make({ folder, at, verify, keep }: BackupRequest): Promise<BackupMade> {
    if (this.#under !== undefined)
      throw new Fault('command', { thing: 'backup', found: 'another one that is made', expected: 'one at a time' });
    this.#under = 'begun';
    try {
      const target = await this.#outside(folder);
      const snapshot = await this.#thread.call('snapshot', at);
      return await this.#run({ snapshot, target, verify, ...(keep === undefined ? {} : { keep }) });
    } finally {
      this.#under = undefined;
    }
  }

  async newest(folder: string): Promise<WallTime | undefined> {
    const terminal = await this.#thread.call('terminal', undefined);
    return (await backupsFound(folder, terminal)).findLast(({ state }) => state === 'backup')?.madeAt;
  }

  /** Ends a backup that is under way: what there is of it is removed by the next one. A target that hangs is not waited for. */
  async close(): Promise<void> {
    if (!(this.#under instanceof Worker)) return;
    this.#under.unref();
    await Promise.race([this.#under.terminate(), setTimeout(CLOSE_MS_MAX, undefined, { ref: false })]);
  }

  async #outside(target: string): Promise<string> {
    try {
      const [real, data] = [await realpath(target), await realpath(this.#folder)];
      if (`${real}${sep}`.startsWith(`${data}${sep}`))
        throw new Fault('storage', { thing: target, found: 'the data folder', expected: 'a folder outside of it' });
      return real;
    } catch (error) {
      throw targetFault(target, error);
    }
  }

  async #run(job: BackupJob): Promise<BackupMade> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job, name: 'backup' });
    this.#under = worker;
    const { promise, resolve, reject } = Promise.withResolvers<BackupOutcome>();
    const ended = (found: string): void =>
      reject(new Fault('storage', { thing: 'backup thread', found, expected: 'one that runs to its end' }));
    worker.once('message', resolve);
    worker.once('error', (error) => ended(messageOf(error)));
    worker.once('exit', () => ended('an end before the backup was made'));
    const outcome = await promise;
    if (outcome.kind === 'failed') throw fromFaultMessage(outcome.fault);
    return outcome.made;
  }
}
