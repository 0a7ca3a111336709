import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type MessagePort } from 'node:worker_threads';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Damaged, RosterPage } from '../stores/rosterPage.ts';
import { TEMPLATE_BYTES } from '../stores/templates.ts';

/** Pages that wait for the helper: enough that it never waits, few enough that it ends with the thread that it helps. */
const PAGES_WAITING_MAX = 2;

/** Is the helper worth its start before the folder is open, when only the size of the templates' file is known? */
export const isLarge = (folder: string, rowsForTwo: number): boolean =>
  (statSync(join(folder, 'biometrics.db'), { throwIfNoEntry: false })?.size ?? 0) >= rowsForTwo * TEMPLATE_BYTES;

/** What the helper says of each page, once it is opened and given out. */
export interface PageOpened {
  readonly damaged: readonly Damaged[];
}

/**
 * A thread that opens pages of the roster beside the storage thread, so that a large one is read by two cores. It gives
 * what it has opened to the main side itself. Its copies of keys are overwritten with each page, and go with it.
 */
export class RosterHelper implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #damaged: Damaged[] = [];
  readonly #idle = Promise.withResolvers<void>();
  #waiting = 0;
  #given = 0;
  #ending = false;

  constructor() {
    this.#worker = new Worker(new URL('./helperThread.ts', import.meta.url), { name: 'roster helper' });
    this.#idle.promise.catch(() => undefined);
    this.#worker.on('message', ({ damaged }: PageOpened) => {
      this.#damaged.push(...damaged);
      this.#waiting -= 1;
      this.#settle();
    });
    this.#worker.once('error', (error) => this.#failed(messageOf(error)));
    this.#worker.once('exit', () => this.#failed('the end of its thread'));
  }

  /** Where it gives parts to, before it takes any page; handed over. */
  giveTo(aside: MessagePort): void {
    this.#worker.postMessage(aside, [aside]);
  }

  /** Parts that it has given to the main side, or will have. */
  get parts(): number {
    return this.#given;
  }

  /** True where the helper has taken the page: it is not to be used any more. */
  take(page: RosterPage): boolean {
    if (this.#waiting >= PAGES_WAITING_MAX) return false;
    this.#waiting += 1;
    this.#given += 1;
    this.#worker.postMessage(page, [page.bytes.buffer, page.ends.buffer, page.keys.buffer]);
    return true;
  }

  /** Settles when it has opened everything that it took. @throws Fault `storage` where it has ended before. */
  async done(): Promise<readonly Damaged[]> {
    this.#ending = true;
    this.#settle();
    await this.#idle.promise;
    return this.#damaged;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle.resolve();
    await this.#worker.terminate();
  }

  #settle(): void {
    if (this.#ending && this.#waiting === 0) this.#idle.resolve();
  }

  #failed(found: string): void {
    const about = { thing: 'thread that helps to read the roster', found, expected: 'one that runs to its end' };
    this.#idle.reject(new Fault('storage', about));
  }
}
