import type { ChildProcess } from 'node:child_process';
import { messageOf } from '#core/kernel/fault.ts';
import { after, elapsed } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { restartDelayMs, STEADY_MS, STOP_MS_MAX } from './limits.ts';

/** A process and what was made for it; disposed of when the process has ended. */
export interface StartedProcess extends Disposable {
  readonly child: ChildProcess;
}

export interface KeptProcessOptions {
  /** For the log. */
  readonly name: string;
  /** May throw, which counts as a death. */
  readonly start: () => StartedProcess;
  /** Is a process that ended with this status not to be started again? */
  readonly isFinal: (status: number) => boolean;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

const KILLED_STATUS = 128;
/** The longest period of a timer. */
const AWAKE_MS = 2 ** 31 - 1;

/** Keeps one process running: starts it again when it dies, until it ends for good or is stopped. */
export class KeptProcess {
  /** Settles with the last exit status once nothing will be started any more; 128 where a signal ended it. */
  readonly ended: Promise<number>;
  readonly #options: KeptProcessOptions;
  readonly #settle: (status: number) => void;
  /** The clock's deadlines keep no process alive, and between a death and the restart there is nothing else that would. */
  readonly #awake = setInterval(() => undefined, AWAKE_MS);
  #running: StartedProcess | undefined;
  #waiting: Disposable | undefined;
  #stopping = false;
  #deaths = 0;

  constructor(options: KeptProcessOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    this.#settle = (status) => {
      clearInterval(this.#awake);
      resolve(status);
    };
    this.#start();
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Asks the process to end and kills it where it does not within `STOP_MS_MAX`. Stopping twice is no error. */
  stop(signal: NodeJS.Signals): Promise<number> {
    const { clock } = this.#options;
    this.#stopping = true;
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = undefined;
    if (this.#running === undefined) this.#settle(0);
    else {
      this.#running.child.kill(signal);
      this.#waiting = clock.at(after(clock.monotonic(), STOP_MS_MAX), () => this.kill('it did not end when asked'));
    }
    return this.ended;
  }

  /** Ends the process at once; it is started again unless it was being stopped. */
  kill(why: string): void {
    if (this.#running === undefined) return;
    this.#options.log(`${this.#options.name}: killed, ${why}`);
    this.#running.child.kill('SIGKILL');
  }

  #start(): void {
    const { clock, start } = this.#options;
    const since = clock.monotonic();
    this.#waiting = undefined;
    try {
      this.#running = start();
    } catch (thrown) {
      this.#onDeath(`could not be started: ${messageOf(thrown)}`, 1);
      return;
    }
    const { child } = this.#running;
    // A process that could not be spawned reports an error and never an exit.
    child.once('error', (error) => child.pid === undefined && this.#onEnd(`could not be started: ${error.message}`, 1));
    child.once('exit', (status, signal) => {
      if (elapsed(since, clock.monotonic()) >= STEADY_MS) this.#deaths = 0;
      this.#onEnd(status === null ? `ended by ${signal}` : `ended with status ${status}`, status ?? KILLED_STATUS);
    });
  }

  #onEnd(how: string, status: number): void {
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = undefined;
    if (this.#stopping || this.#options.isFinal(status)) this.#settle(status);
    else this.#onDeath(how, status);
  }

  #onDeath(how: string, status: number): void {
    const { name, clock, log } = this.#options;
    if (this.#stopping) return this.#settle(status);
    const delay = restartDelayMs(++this.#deaths);
    log(`${name}: ${how}; starting it again ${delay === 0 ? 'at once' : `in ${delay} ms`}`);
    this.#waiting = clock.at(after(clock.monotonic(), delay), () => this.#start());
  }
}
