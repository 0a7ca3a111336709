import { Worker } from 'node:worker_threads';
import { Fault } from '#core/kernel/fault.ts';
import type { Decided, Passing } from './passage.ts';
import type { PassageAnswer, PassageStart } from './passageThread.ts';

/** The passage before the gate, from the thread that makes the faces. One face at a time. */
export class PassageLink implements AsyncDisposable {
  readonly #worker: Worker;
  #answered: ((answer: PassageAnswer) => void) | undefined;

  private constructor(start: PassageStart) {
    this.#worker = new Worker(new URL('./passageThread.ts', import.meta.url), { workerData: start });
    const failed = (why: string): void => this.#answered?.({ kind: 'failed', why });
    this.#worker.on('message', (answer: PassageAnswer) => this.#answered?.(answer));
    this.#worker.on('error', (error) => failed(String(error)));
    this.#worker.on('exit', () => failed('its thread ended'));
  }

  /** @throws Fault `screen` where the gate does not take the token */
  static async open(start: PassageStart): Promise<PassageLink> {
    const link = new PassageLink(start);
    await link.#answer();
    return link;
  }

  /** @throws Fault `screen` where the gate does not come to what it should */
  async pass(passing: Passing): Promise<Decided> {
    const answer = this.#answer();
    this.#worker.postMessage(passing);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  async #answer(): Promise<Decided> {
    const answer = await new Promise<PassageAnswer>((resolve) => (this.#answered = resolve));
    if (answer.kind === 'passed') return answer.decided;
    if (answer.kind === 'ready') return undefined;
    throw new Fault('screen', { thing: 'passage', found: answer.why, expected: 'somebody who passes' });
  }
}
