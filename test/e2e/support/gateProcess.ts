import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { ServiceMessage } from '#service/supervise/serviceMessage.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { ROOT, type GateFolder } from './gateFolder.ts';
import type { HandsMessage } from './hands.ts';

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** In place of `--simulated --config … --token-file …`. */
  readonly args?: readonly string[];
  /** The port of a start before, as a restart takes it. */
  readonly port?: number;
  /** A program, with its arguments, that becomes the service. */
  readonly through?: readonly string[];
}

/** The real service as a process of its own. */
export class GateProcess implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<number>();
  readonly #listening = Promise.withResolvers<number>();
  readonly #said = new EventEmitter<{ line: [] }>();
  #log = '';

  constructor(folder: GateFolder, { args, port, through = [] }: StartOptions = {}) {
    const usual = ['--simulated', '--config', folder.config, '--token-file', folder.tokenFile];
    const again = port === undefined ? [] : ['--port', String(port)];
    const command = serviceCommand({ root: ROOT, args: args ?? [...usual, ...again] });
    const env = { ...command.env, LINTEL_ROOT: folder.program, TMPDIR: folder.temporary };
    // It ends by itself with this process: see heartbeat.ts.
    const [file, ...rest] = [...through, command.file, ...command.args];
    this.#child = spawn(file!, rest, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.on('message', (message) => {
      const told = ServiceMessage.parse(message);
      if (told.kind !== 'ready') return;
      this.#ready.resolve(told.port ?? 0);
      if (told.port !== undefined) this.#listening.resolve(told.port);
    });
    this.ended = this.#end();
    this.#ready.promise.catch(() => undefined);
    this.#listening.promise.catch(() => undefined);
  }

  /** Everything that it printed, complete once it has ended. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The port that it listens on, once the gate is open for business. Rejects where it ends before. */
  get ready(): Promise<number> {
    return this.#ready.promise;
  }

  /** The port that it listens on, also where it came to it later. Rejects where it ends before. */
  get listening(): Promise<number> {
    return this.#listening.promise;
  }

  /** To hands.ts, where the gate was started with it. */
  tell(message: HandsMessage): void {
    this.#child.send(message);
  }

  /** How often it has said so. */
  saidSo(text: string): number {
    return this.#log.split(text).length - 1;
  }

  /** Resolves once it has said so that many times. */
  async says(text: string, times = 1): Promise<void> {
    while (this.saidSo(text) < times) await once(this.#said, 'line');
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  #hear(text: string): void {
    this.#log += text;
    this.#said.emit('line');
  }

  async #end(): Promise<Ended> {
    const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      this.#child.once('close', (code, by) => resolve([code, by])),
    );
    const early = new Error(`the service ended (${status ?? signal}) before it was ready:\n${this.#log}`);
    this.#ready.reject(early);
    this.#listening.reject(early);
    return { status, signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
