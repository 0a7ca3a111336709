import { spawn, type ChildProcess } from 'node:child_process';
import { after } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { KeptProcess } from './keptProcess.ts';
import { EXIT_UNUSABLE, HEARTBEAT_MS, HEARTBEATS_MISSED_MAX, START_MS_MAX } from './limits.ts';
import { ServiceMessage } from './serviceMessage.ts';

export interface ServiceCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const SIGNALS_PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type PassedOn = (typeof SIGNALS_PASSED_ON)[number];

/** What `process` tells its supervisor. */
export interface SignalSource {
  on(event: PassedOn | 'exit', act: () => void): unknown;
  off(event: PassedOn | 'exit', act: () => void): unknown;
}

export interface SuperviseOptions {
  /** Asked before every start, so that a restart may be given what the first start found out, say its port. */
  readonly command: () => ServiceCommand;
  readonly clock: Clock;
  readonly signals: SignalSource;
  readonly log: (line: string) => void;
  readonly onMessage?: (message: ServiceMessage) => void;
  /** The service has ended, whether or not it is started again. */
  readonly onDown?: () => void;
}

export interface Supervisor {
  /** The exit status, once the service ended for good: by itself with 0 or `EXIT_UNUSABLE`, or since it was asked to. */
  readonly ended: Promise<number>;
  readonly pid: number | undefined;
  stop(signal: NodeJS.Signals): Promise<number>;
}

/**
 * Starts the service as a child process and keeps it running: a dead one is started again, a hung one is killed first.
 * The child has a session of its own, so that a signal to the whole terminal reaches it once, through here. It ends by
 * itself when this process vanishes (see heartbeat.ts), so that there is never a second gate at the same strikes.
 */
export function supervise(options: SuperviseOptions): Supervisor {
  const { clock, signals, log } = options;
  const watch = new HangWatch(clock, (why) => kept.kill(why));
  const kept: KeptProcess = new KeptProcess({
    name: 'gate service',
    clock,
    log,
    isFinal: (status) => status === 0 || status === EXIT_UNUSABLE,
    start: () => {
      const child = startService(options.command());
      child.on('message', (message) => {
        const parsed = ServiceMessage.safeParse(message);
        if (!parsed.success) return log('gate service: sent a message of an unknown form');
        watch.heard();
        options.onMessage?.(parsed.data);
      });
      watch.begin();
      const down = (): void => {
        watch.end();
        options.onDown?.();
      };
      return { child, [Symbol.dispose]: down };
    },
  });

  const listeners = SIGNALS_PASSED_ON.map((signal) => ({ signal, act: () => void kept.stop(signal) }));
  for (const { signal, act } of listeners) signals.on(signal, act);
  const onExit = (): void => void kept.stop('SIGTERM');
  signals.on('exit', onExit);
  void kept.ended.then(() => {
    for (const { signal, act } of listeners) signals.off(signal, act);
    signals.off('exit', onExit);
  });
  return {
    ended: kept.ended,
    get pid() {
      return kept.pid;
    },
    stop: (signal) => kept.stop(signal),
  };
}

function startService({ file, args, env }: ServiceCommand): ChildProcess {
  return spawn(file, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/**
 * Counts looks without a word instead of comparing moments: when the watcher itself was stopped for a while, it must not
 * take that for the silence of the service.
 */
class HangWatch {
  readonly #clock: Clock;
  readonly #onHang: (why: string) => void;
  #next: Disposable | undefined;
  #missed = 0;
  #missedMax = 0;

  constructor(clock: Clock, onHang: (why: string) => void) {
    this.#clock = clock;
    this.#onHang = onHang;
  }

  begin(): void {
    this.#missed = 0;
    this.#missedMax = START_MS_MAX / HEARTBEAT_MS;
    this.#lookLater();
  }

  heard(): void {
    this.#missed = 0;
    this.#missedMax = HEARTBEATS_MISSED_MAX;
  }

  end(): void {
    this.#next?.[Symbol.dispose]();
    this.#next = undefined;
  }

  #lookLater(): void {
    this.#next = this.#clock.at(after(this.#clock.monotonic(), HEARTBEAT_MS), () => this.#look());
  }

  #look(): void {
    if (this.#missed >= this.#missedMax) {
      this.end();
      return this.#onHang(`nothing was heard of it for ${this.#missed} s`);
    }
    this.#missed++;
    this.#lookLater();
  }
}
