import type { PageName } from '../contract/page.ts';
import type { ToTerminal } from '../contract/screenPort.ts';
import { Backoff, type HostClock } from './restartDelay.ts';

/** What is used of Electron's UtilityProcess; `Port` is its MessagePortMain. */
export interface TerminalChild<Port> {
  postMessage(message: ToTerminal, transfer?: Port[]): void;
  on(event: 'spawn', act: () => void): unknown;
  on(event: 'exit', act: (code: number) => void): unknown;
  kill(): boolean;
}

/** A page that wants to be connected; it gets the other end of a new channel after every start of the terminal. */
export interface ConnectedPage<Port> {
  readonly page: PageName;
  give(port: Port): void;
}

export interface TerminalProcessParts<Port> {
  readonly fork: () => TerminalChild<Port>;
  readonly channel: () => { readonly port1: Port; readonly port2: Port };
  readonly clock: HostClock;
  readonly log: (line: string) => void;
  /** The terminal ended for good: by itself, or since its configuration, a model or a key cannot be used. */
  readonly onEnded: (code: number) => void;
}

/** sysexits.h EX_CONFIG, as the service uses it: starting again would change nothing. */
const EXIT_UNUSABLE = 78;
/** The terminal's own limit for shutting down, and a little for the way. */
export const STOP_MS_MAX = 6_000;

/**
 * The terminal in a process of its own, started again when it dies. A hung one is ended by the kernel's alarm, which the
 * service winds itself (platform/hangAlarm.ts), and is seen here as dead.
 */
export class TerminalProcess<Port> {
  readonly #parts: TerminalProcessParts<Port>;
  readonly #backoff: Backoff;
  readonly #pages = new Map<PageName, ConnectedPage<Port>>();
  #child: TerminalChild<Port> | undefined;
  #running = false;
  #callOff: (() => void) | undefined;
  #onStopped: (() => void) | undefined;

  constructor(parts: TerminalProcessParts<Port>) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.clock);
    this.#start();
  }

  /** Connects a page now, where the terminal runs, and after every restart. A page that asks again gets a new channel. */
  connect(page: ConnectedPage<Port>): void {
    this.#pages.set(page.page, page);
    if (this.#running) this.#handOver(page);
  }

  /** Asks the terminal to shut down in order and ends it where it does not. */
  stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#onStopped;
    this.#onStopped = () => {
      before?.();
      resolve();
    };
    this.#callOff?.();
    const child = this.#child;
    if (child === undefined) this.#onStopped();
    else {
      child.postMessage({ kind: 'stop' });
      this.#callOff = this.#parts.clock.later(STOP_MS_MAX, () => void child.kill());
    }
    return promise;
  }

  #start(): void {
    const child = this.#parts.fork();
    this.#child = child;
    this.#backoff.began();
    child.on('spawn', () => {
      this.#running = true;
      for (const page of this.#pages.values()) this.#handOver(page);
    });
    child.on('exit', (code) => this.#onExit(code));
  }

  #onExit(code: number): void {
    const { clock, log, onEnded } = this.#parts;
    this.#child = undefined;
    this.#running = false;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#onStopped !== undefined) return this.#onStopped();
    if (code === 0 || code === EXIT_UNUSABLE) return onEnded(code);
    const delay = this.#backoff.failed();
    log(`terminal: ended with ${code}; starting it again in ${delay} ms`);
    this.#callOff = clock.later(delay, () => this.#start());
  }

  #handOver(page: ConnectedPage<Port>): void {
    const { port1, port2 } = this.#parts.channel();
    this.#child?.postMessage({ kind: 'screen', page: page.page }, [port1]);
    page.give(port2);
  }
}
