import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#core/kernel/assert.ts';
import { toFaultMessage, type FaultMessage } from '#core/kernel/faultMessage.ts';
import type { BackupMade } from '#core/ports/backups.ts';
import { parseBackupJob } from './backupJob.ts';
import { makeBackup } from './makeBackup.ts';

/** What the thread ends with. */
export type BackupOutcome =
  | { readonly kind: 'made'; readonly made: BackupMade }
  | { readonly kind: 'failed'; readonly fault: FaultMessage };

/** The backup thread: makes one backup and ends. A target that hangs holds up this thread and no other. */
assert(parentPort !== null, 'the backup thread is started as a worker');
parentPort.postMessage(run(workerData));

function run(data: unknown): BackupOutcome {
  try {
    return { kind: 'made', made: makeBackup(parseBackupJob(data)) };
  } catch (error) {
    return { kind: 'failed', fault: toFaultMessage(error) };
  }
}
