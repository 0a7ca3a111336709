import { fork, type ChildProcess } from 'node:child_process';
import { Fault } from '#core/kernel/fault.ts';
import type { FolderSeen } from '../traces/searchFolder.ts';
import type { Looked, Planted, WitnessAnswer, WitnessTask } from './witnessMessages.ts';

/** One task of the witness: loading the models and looking at every scene takes longest. */
export const WITNESS_MS_MAX = 60_000;

/** The witness's process, as the self-test sees it. One task at a time. */
export class Witness implements Disposable {
  readonly #process: ChildProcess;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    // What its copy of the model runtime would write is no trace of the gate.
    const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
    const program = new URL('./witness.ts', import.meta.url);
    this.#process = fork(program, [], { serialization: 'advanced', stdio: [...stdio], env });
  }

  /** @throws Fault `model` or `picture`, as the gate itself would */
  async look(marker: Uint8Array, root: string): Promise<Looked> {
    const answer = await this.#inTurn({ kind: 'look', marker, root });
    return answer.kind === 'looked' ? answer.answer : unexpected(answer);
  }

  async search(folder: string): Promise<FolderSeen> {
    const answer = await this.#inTurn({ kind: 'search', folder });
    return answer.kind === 'searched' ? answer.answer : unexpected(answer);
  }

  async plant(folder: string): Promise<Planted> {
    const answer = await this.#inTurn({ kind: 'plant', folder });
    return answer.kind === 'planted' ? answer.answer : unexpected(answer);
  }

  async searchBehindCipher(data: string, keyFile: string): Promise<FolderSeen> {
    const answer = await this.#inTurn({ kind: 'behind-cipher', data, keyFile });
    return answer.kind === 'searched' ? answer.answer : unexpected(answer);
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }

  #inTurn(task: WitnessTask): Promise<WitnessAnswer> {
    const answer = this.#last.then(() => this.#ask(task));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask(task: WitnessTask): Promise<WitnessAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WitnessAnswer>();
    const gone = (): void => reject(new Error(`the witness ended while it should ${task.kind}`));
    const late = setTimeout(
      () => reject(new Error(`the witness did not ${task.kind} within ${WITNESS_MS_MAX} ms`)),
      WITNESS_MS_MAX,
    );
    // The type is ours on both sides: see witness.ts.
    this.#process.once('message', (answer: WitnessAnswer) => resolve(answer));
    this.#process.once('exit', gone);
    if (this.#process.connected) this.#process.send(task);
    else gone();
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#process.off('exit', gone);
    }
  }
}

function unexpected(answer: WitnessAnswer): never {
  if (answer.kind === 'fault') throw new Fault(answer.code, answer);
  throw new Error(answer.kind === 'broken' ? `the witness: ${answer.message}` : `the witness answered ${answer.kind}`);
}
