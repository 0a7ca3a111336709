import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ServiceMessage } from '#service/supervise/serviceMessage.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { ROOT, type GateFolder } from './gateFolder.ts';

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** In place of `--simulated --config … --token-file …`. */
  readonly args?: readonly string[];
  /** The port of a start before, as a restart takes it. */
  readonly port?: number;
}

/** The real service as a process of its own. */
export class GateProcess implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<number>();
  #log = '';

  constructor(folder: GateFolder, { args, port }: StartOptions = {}) {
    const usual = ['--simulated', '--config', folder.config, '--token-file', folder.tokenFile];
    const again = port === undefined ? [] : ['--port', String(port)];
    const command = serviceCommand({ root: ROOT, args: args ?? [...usual, ...again] });
    const env = { ...command.env, LINTEL_ROOT: folder.program, TMPDIR: folder.temporary };
    // It ends by itself with this process: see heartbeat.ts.
    this.#child = spawn(command.file, command.args, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#child.on('message', (message) => {
      const told = ServiceMessage.parse(message);
      if (told.kind === 'ready') this.#ready.resolve(told.port ?? 0);
    });
    this.ended = this.#end();
    this.#ready.promise.catch(() => undefined);
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

  /** Resolves once it has said so. */
  async says(text: string): Promise<void> {
    const streams = [this.#child.stdout, this.#child.stderr].flatMap((stream) => stream ?? []);
    while (!this.#log.includes(text)) await Promise.race(streams.map((stream) => once(stream, 'data')));
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  async #end(): Promise<Ended> {
    const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      this.#child.once('close', (code, by) => resolve([code, by])),
    );
    this.#ready.reject(new Error(`the service ended (${status ?? signal}) before it was ready:\n${this.#log}`));
    return { status, signal };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
