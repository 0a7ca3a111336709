import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { ServiceMessage } from '#service/supervise/serviceMessage.ts';
import { ROOT } from './benchFolder.ts';

const SAID_CHARACTERS_MAX = 4_000;
/** How long one thing that is waited for may take before the service is taken to be broken. */
const WAIT_MS_MAX = 60_000;
const END_MS_MAX = 10_000;

/** The service as a process of its own, started as the supervisor starts it. Moments are those of `performance.now()`. */
export class ServiceRun implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly pid: number;
  /** When it said that it is open for business, and on which port. */
  readonly ready: Promise<{ readonly at: number; readonly port: number }>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #said = '';

  constructor({ config, tokenFile }: { readonly config: string; readonly tokenFile: string }) {
    const own = ['--simulated', '--config', config, '--token-file', tokenFile];
    const { file, args, env } = serviceCommand({ root: ROOT, args: own });
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
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
        if (!parsed.success || parsed.data.kind !== 'ready') return;
        resolve({ at: performance.now(), port: parsed.data.port ?? 0 });
      });
    });
  }

  /** @throws Fault `config` where the service ends before, or it takes too long. */
  async whileItRuns<Value>(awaited: Promise<Value>): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(this.#fault(`nothing within ${WAIT_MS_MAX} ms`)), WAIT_MS_MAX);
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
