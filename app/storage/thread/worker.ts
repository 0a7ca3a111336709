import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#core/kernel/assert.ts';
import {
  parseStart,
  type CallMessage,
  type JournalEnd,
  type StorageThreadData,
  type ThreadMessage,
} from './protocol.ts';
import { toFaultMessage } from '#core/kernel/faultMessage.ts';
import { isLarge, RosterHelper } from './rosterHelper.ts';
import { ThreadLoop } from './threadLoop.ts';
import { Vault } from './vault.ts';

/** The storage thread: opens the data folder, says so, and does what it is told until it is closed. */
assert(parentPort !== null, 'the storage thread is started as a worker');
run(parentPort, parseStart(workerData));

interface Port {
  on(event: 'message', listener: (message: CallMessage) => void): unknown;
  postMessage(message: ThreadMessage, handedOver?: ArrayBuffer[]): void;
  close(): void;
}

function run(port: Port, { master, rowsForTwo, ...options }: StorageThreadData): void {
  const secret = new Uint8Array(master);
  // Before the folder is opened: the other core has nothing to do in the meantime.
  const helper = isLarge(options.folder, rowsForTwo) ? new RosterHelper() : undefined;
  try {
    const vault = new Vault({
      ...options,
      master: secret,
      report: (line) => port.postMessage({ kind: 'report', line }),
    });
    const answer = (message: ThreadMessage): void =>
      port.postMessage(message, message.kind === 'part' ? [message.part.features] : []);
    const loop = new ThreadLoop({
      vault,
      rowsForTwo,
      helper,
      answer,
      report: (line) => port.postMessage({ kind: 'report', line }),
      ended: () => port.close(),
    });
    port.on('message', (message) => loop.take(message));
    port.postMessage({ kind: 'opened', journal: endOf(vault) });
  } catch (error) {
    port.postMessage({ kind: 'refused', fault: toFaultMessage(error) });
    void helper?.[Symbol.asyncDispose]();
  } finally {
    secret.fill(0);
  }
}

function endOf({ journal: { last, lastAt }, reserveKey }: Vault): JournalEnd {
  const shared = new SharedArrayBuffer(reserveKey.length);
  new Uint8Array(shared).set(reserveKey);
  reserveKey.fill(0);
  return { last, reserveKey: shared, ...(lastAt === undefined ? {} : { lastAt }) };
}
