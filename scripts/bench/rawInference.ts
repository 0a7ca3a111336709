import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';

const Took = z.array(z.number().check(z.positive()));

/** The raw inference times of the gate's models: see rawProcess.ts. */
export class RawInference implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @throws Fault `model` where its process ends. */
  static async start(modelsFolder: string): Promise<RawInference> {
    const raw = new RawInference(fork(join(import.meta.dirname, 'rawProcess.ts'), [modelsFolder]));
    await raw.#answer();
    return raw;
  }

  /** Runs every model once; the sum of their times in milliseconds. */
  async sumMs(): Promise<number> {
    this.#child.send('run');
    const took = await this.#answer();
    return took.reduce((sum, ms) => sum + ms, 0);
  }

  #answer(): Promise<number[]> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onEnd = (): void => {
        reject(new Fault('model', { thing: 'raw inference', found: 'the end of its process', expected: 'an answer' }));
      };
      child.once('exit', onEnd);
      child.once('message', (message) => {
        child.off('exit', onEnd);
        resolve(Took.parse(message));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}
