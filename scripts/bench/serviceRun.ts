import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { ServiceMessage } from '#service/supervise/serviceMessage.ts';
import { ROOT } from './benchFolder.ts';

const SAID_CHARACTERS_MAX = 4_000;
/** How long one thing that is waited for may take before the service is taken to be broken. */
const WAIT_MS_MAX = 60_000;
const END_MS_MAX = 10_000;

export interface ServiceRunParts {
  readonly config: string;
  readonly tokenFile: string;
  /** A program, with its arguments, that becomes the service. */
  readonly through?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Takes what it prints, which is not told then where it ends. */
  readonly log?: number;
}

/** The service as a process of its own, started as the supervisor starts it. Moments are those of `performance.now()`. */
export class ServiceRun implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly pid: number;
  /** When it said that it is open for business, and on which port. */
  readonly ready: Promise<{ readonly at: number; readonly port: number }>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #screens = new EventEmitter<{ kiosks: [number] }>();
  #kiosks = 0;
  #said = '';

  constructor({ config, tokenFile, through = [], env, cwd, log }: ServiceRunParts) {
    const own = ['--simulated', '--config', config, '--token-file', tokenFile];
    const command = serviceCommand({ root: ROOT, args: own });
    const [file, ...args] = [...through, command.file, ...command.args];
    const child = spawn(file!, args, {
      env: { ...command.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      detached: true,
      stdio: ['ignore', log ?? 'ignore', log ?? 'pipe', 'ipc'],
    });
    assert(child.pid !== undefined, 'the Node that runs this can be started again');
    this.pid = child.pid;
    this.#child = child;
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#said = (this.#said + bytes.toString('utf8')).slice(-SAID_CHARACTERS_MAX);
    });
    this.#ended = once(child, 'exit').then(() => {
      throw this.#fault(`its end: ${this.#said.trim()}`);
    });
    this.#ended.catch(() => undefined);
    this.ready = new Promise((resolve) => {
      child.on('message', (message) => {
        const parsed = ServiceMessage.safeParse(message);
        if (!parsed.success) return;
        if (parsed.data.kind === 'ready') resolve({ at: performance.now(), port: parsed.data.port ?? 0 });
        if (parsed.data.kind !== 'screens') return;
        this.#kiosks = parsed.data.kiosk;
        this.#screens.emit('kiosks', this.#kiosks);
      });
    });
  }

  /** Settles once that many screens show the kiosk page. */
  async showsKiosks(count: number): Promise<void> {
    while (this.#kiosks < count) await once(this.#screens, 'kiosks');
  }

  /** @throws Fault `config` where the service ends before, or it takes too long. */
  async whileItRuns<Value>(awaited: Promise<Value>, waitMs = WAIT_MS_MAX): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(this.#fault(`nothing within ${waitMs} ms`)), waitMs);
    try {
      return await Promise.race([awaited, this.#ended, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await ended;
    clearTimeout(kill);
  }

  #fault(found: string): Fault {
    return new Fault('config', { thing: 'measured service', found, expected: 'a gate at work' });
  }
}
