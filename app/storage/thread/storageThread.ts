import { Worker, type MessagePort } from 'node:worker_threads';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { fromFaultMessage } from '#core/kernel/faultMessage.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { RosterPart } from '../stores/rosterPage.ts';
import { isLarge } from './rosterHelper.ts';
import type { CallMessage, CallName, Calls, JournalEnd, StorageThreadData, ThreadMessage } from './protocol.ts';

/** Calls other than journal entries that may wait for the thread. */
export const STORAGE_CALLS_WAITING_MAX = 64;
/**
 * The thread's memory for new objects: with the runtime's default the reading of ten thousand people leaves 25 MB of it.
 * For a hundred thousand it is worth that: with so little, collecting them takes longer than reading their rows.
 */
const YOUNG_MB_MAX = 3;

interface Waiting {
  readonly call: CallName;
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onPart(part: RosterPart): void;
}

interface Aside {
  readonly onPart: (part: RosterPart) => void;
  readonly handedOver: readonly MessagePort[];
}

/** The main side of the thread on which all SQLite runs: a stuck disk holds up its calls, and nothing else. */
export class StorageThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #report: (line: HealthReport) => void;
  readonly #opened = Promise.withResolvers<JournalEnd>();
  readonly #exited: Promise<void>;
  #lastCall = 0;
  #closing: Promise<void> | undefined;
  #gone: Fault | undefined;

  constructor(data: StorageThreadData, report: (line: HealthReport) => void) {
    this.#report = report;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: data,
      name: 'storage',
      resourceLimits: isLarge(data.folder, data.rowsForTwo) ? {} : { maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
    this.#worker.on('message', (message: ThreadMessage) => this.#take(message));
    this.#worker.on('error', (error) => this.#end(`an error: ${messageOf(error)}`));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#end('the end of its thread');
        resolve();
      });
    });
  }

  /** Settles when the data folder is open. @throws Fault `key` or `storage` where it cannot be. */
  async opened(): Promise<JournalEnd> {
    try {
      return await this.#opened.promise;
    } catch (error) {
      await this.#exited;
      throw error;
    }
  }

  /** @throws Fault, at once where too much is waiting or the thread is gone. */
  call<Name extends CallName>(
    name: Name,
    given: Calls[Name]['given'],
    { onPart = () => undefined, handedOver = [] }: Partial<Aside> = {},
  ): Promise<Calls[Name]['answer']> {
    const refusal = this.#refusal(name);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]['answer']>();
    const id = ++this.#lastCall;
    this.#waiting.set(id, { call: name, resolve, reject, onPart });
    const message = { id, call: name, given } satisfies Omit<CallMessage, 'call' | 'given'> & {
      call: Name;
      given: Calls[Name]['given'];
    };
    this.#worker.postMessage(message, handedOver);
    return promise;
  }

  /** Writes what waits, then closes files and thread. Closing twice is no error. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#gone === undefined) await this.call('close', undefined);
    await this.#exited;
  }

  #refusal(name: CallName): Fault | undefined {
    if (this.#gone !== undefined) return recoded(this.#gone, name);
    if (this.#closing !== undefined)
      return recoded(
        new Fault('storage', { thing: 'storage', found: 'a call after it was closed', expected: 'none' }),
        name,
      );
    // The journal's writer has a limit of its own, and one write at a time.
    if (name === 'close' || name === 'append' || this.#waiting.size < STORAGE_CALLS_WAITING_MAX) return undefined;
    const found = `${this.#waiting.size} calls waiting for the disk`;
    return recoded(
      new Fault('storage', { thing: 'storage', found, expected: `at most ${STORAGE_CALLS_WAITING_MAX}` }),
      name,
    );
  }

  #take(message: ThreadMessage): void {
    if (message.kind === 'report') return this.#report(message.line);
    if (message.kind === 'opened') return this.#opened.resolve(message.journal);
    if (message.kind === 'refused') return this.#opened.reject(fromFaultMessage(message.fault));
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.kind === 'part') return waiting.onPart(message.part);
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting.resolve(message.answer);
    else waiting.reject(fromFaultMessage(message.fault));
  }

  #end(found: string): void {
    if (this.#gone !== undefined) return;
    const fault = new Fault('storage', {
      thing: 'storage thread',
      found,
      expected: 'one that runs until it is closed',
    });
    this.#gone = fault;
    this.#opened.reject(fault);
    this.#opened.promise.catch(() => undefined);
    if (this.#closing === undefined && this.#waiting.size > 0)
      this.#report({ part: 'storage', level: 'failed', says: fault.message });
    for (const waiting of this.#waiting.values()) waiting.reject(recoded(fault, waiting.call));
    this.#waiting.clear();
  }
}

const OF_THE_JOURNAL: ReadonlySet<CallName> = new Set(['append', 'read', 'search', 'check', 'export']);

/** Whoever uses the journal is told by a fault of the journal. */
function recoded(fault: Fault, call: CallName): Fault {
  return OF_THE_JOURNAL.has(call) ? new Fault('journal', fault) : fault;
}
