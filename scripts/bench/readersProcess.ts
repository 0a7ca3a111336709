import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import type { FromReaders, ToReaders } from './osdpReaders.ts';

export const OSDP_BAUD_RATE = 9_600;
const READY_MS_MAX = 20_000;

/** Made-up readers on paced lines, and a relay board, in a process of their own. */
export class ReadersProcess implements AsyncDisposable {
  /** For whatever the measured gate keeps; removed with it. */
  readonly folder: string;
  readonly #readers: ChildProcess;
  #ready!: Extract<FromReaders, { kind: 'ready' }>;

  private constructor(folder: string, readers: ChildProcess) {
    this.folder = folder;
    this.#readers = readers;
  }

  /** Resolves when every line can be opened. */
  static async start({ lines, readersALine }: { lines: number; readersALine: number }): Promise<ReadersProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'lintel-osdp-'));
    const program = [join(import.meta.dirname, 'osdpReaders.ts'), folder, lines, readersALine, OSDP_BAUD_RATE].map(
      String,
    );
    const readers = new ReadersProcess(
      folder,
      spawn(process.execPath, program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    try {
      readers.#ready = await readers.heard('ready');
      return readers;
    } catch (thrown) {
      await readers[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get paths(): readonly string[] {
    return this.#ready.paths;
  }

  /** Of the relay board, an LCUS. */
  get board(): string {
    return this.#ready.board;
  }

  tell(message: ToReaders): void {
    this.#readers.send(message);
  }

  /** The next message of the kind. @throws Fault `reader` where the readers ended, or said nothing for too long. */
  async heard<Kind extends FromReaders['kind']>(kind: Kind): Promise<Extract<FromReaders, { kind: Kind }>> {
    const over = new AbortController();
    const fail = async (found: string, event: Promise<unknown>): Promise<never> => {
      await event;
      throw new Fault('reader', { thing: 'made-up readers', found, expected: `that they say ${kind}` });
    };
    const said = new Promise<Extract<FromReaders, { kind: Kind }>>((resolve) => {
      const listen = (message: FromReaders): void => {
        if (message.kind !== kind) return;
        this.#readers.off('message', listen);
        resolve(message as Extract<FromReaders, { kind: Kind }>);
      };
      this.#readers.on('message', listen);
    });
    try {
      const ended = once(this.#readers, 'exit', { signal: over.signal });
      return await Promise.race([said, fail('an end', ended), fail('silence', silence(over.signal))]);
    } finally {
      over.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#readers.exitCode === null && this.#readers.connected) {
      const gone = once(this.#readers, 'exit');
      this.#readers.disconnect();
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

const silence = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const limit = setTimeout(resolve, READY_MS_MAX);
    signal.addEventListener('abort', () => clearTimeout(limit), { once: true });
  });
