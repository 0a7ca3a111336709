import { SerialPort } from 'serialport';
import { Fault, messageOf, type FaultCode } from '#core/kernel/fault.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { after, elapsed, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Link, LinkState } from '#core/ports/hardware.ts';
import { noticeHangUp } from './hangUp.ts';
import { checkIsDevice, openFault } from './openFault.ts';

/** Waits between attempts to open a line; the last goes on for ever, the first is quick: a plug may just be loose. */
export const REOPEN_MS = [100, 250, 500, 1_000, 2_000, 5_000] as const;
/** A line that stayed up this long starts again with the quick attempt; one that flaps does not. */
export const STEADY_MS = millis(10_000);
/** A write that is not on the wire by then is taken for a lost line. Four bytes at 9600 baud take 4 ms. */
export const WRITE_MS_MAX = millis(1_000);

export interface SerialLineOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly clock: Clock;
  /** The code of this line's faults. */
  readonly faults: FaultCode;
  /** Called with whatever comes in. The bytes are the listener's. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

type State =
  | { readonly kind: 'opening'; readonly fault: Fault }
  | { readonly kind: 'up'; readonly port: SerialPort; readonly since: Monotonic }
  | { readonly kind: 'down'; readonly fault: Fault; readonly retry: Disposable }
  | { readonly kind: 'closed' };

/** A serial line, 8N1, that comes back by itself whenever its port does. */
export class SerialLine implements Link {
  readonly path: string;
  readonly #options: SerialLineOptions;
  readonly #links = new Listeners<[link: LinkState, why: string]>();
  /** How each write under way is given up. */
  readonly #writing = new Set<(fault: Fault) => void>();
  #state: State;
  #attempts = 0;

  private constructor(options: SerialLineOptions) {
    this.path = options.path;
    this.#options = options;
    this.#state = { kind: 'opening', fault: this.#fault('a port that is being opened', 'an open port') };
  }

  /** Tries to open the port once before it resolves; where that fails the line is down and goes on trying. */
  static async open(options: SerialLineOptions): Promise<SerialLine> {
    const line = new SerialLine(options);
    await line.#open();
    return line;
  }

  get link(): LinkState {
    return this.#state.kind === 'up' ? 'up' : 'down';
  }

  /** Why the line is down. */
  get fault(): Fault | undefined {
    if (this.#state.kind === 'up') return undefined;
    return this.#state.kind === 'closed' ? this.#fault('a line that was closed', 'an open line') : this.#state.fault;
  }

  onLink(listener: (link: LinkState, why: string) => void): Disposable {
    return this.#links.add(listener);
  }

  /**
   * Resolves when the bytes have left the port.
   * @throws Fault saying why the line is down, at once where it is, or when it is lost meanwhile.
   */
  write(bytes: Uint8Array): Promise<void> {
    const state = this.#state;
    if (state.kind !== 'up') return Promise.reject(this.fault);
    const { port } = state;
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const stuck = clock.at(after(clock.monotonic(), WRITE_MS_MAX), () => {
        this.#lose(port, this.#fault(`a write stuck for ${WRITE_MS_MAX} ms`, 'a port that takes bytes'));
      });
      const settle = (fault: Fault | undefined): void => {
        stuck[Symbol.dispose]();
        this.#writing.delete(settle);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      this.#writing.add(settle);
      const done = (error: Error | null | undefined): void => {
        if (error) this.#lose(port, this.#fault(error.message, 'a port that takes bytes'));
        else if (this.#writing.has(settle)) settle(undefined);
      };
      port.write(Buffer.from(bytes), (error) => (error ? done(error) : port.drain(done)));
    });
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'down') state.retry[Symbol.dispose]();
    if (state.kind !== 'up') return;
    this.#giveUpWrites(this.#fault('a line that was closed', 'an open line'));
    await letGo(state.port);
  }

  async #open(): Promise<void> {
    const { path, baudRate, faults } = this.#options;
    const port = new SerialPort({
      path,
      baudRate,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      lock: true,
      autoOpen: false,
    });
    try {
      await checkIsDevice(faults, path);
      await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    } catch (thrown) {
      if (this.#state.kind !== 'closed') this.#retryLater(openFault(faults, path, thrown));
      return;
    }
    if (this.#state.kind === 'closed') {
      await letGo(port);
      return;
    }
    this.#use(port);
  }

  #use(port: SerialPort): void {
    noticeHangUp(port);
    // A port that nobody reads tells nothing when it is unplugged.
    port.on('data', (bytes: Buffer) => this.#options.onBytes?.(Uint8Array.from(bytes)));
    port.on('close', () => this.#lose(port, this.#fault('a port that went away', 'a port that stays')));
    port.on('error', (error: Error) => this.#lose(port, this.#fault(messageOf(error), 'a port that works')));
    this.#state = { kind: 'up', port, since: this.#options.clock.monotonic() };
    this.#links.tell('up', `${this.path} is open`);
  }

  #lose(port: SerialPort, fault: Fault): void {
    const state = this.#state;
    if (state.kind !== 'up' || state.port !== port) return;
    if (elapsed(state.since, this.#options.clock.monotonic()) >= STEADY_MS) this.#attempts = 0;
    this.#retryLater(fault);
    this.#giveUpWrites(fault);
    // Where the port is stuck this may take its time; the next attempt finds it locked then, and comes again.
    void letGo(port);
    this.#links.tell('down', fault.message);
  }

  #retryLater(fault: Fault): void {
    const { clock } = this.#options;
    const wait = millis(REOPEN_MS[Math.min(this.#attempts, REOPEN_MS.length - 1)] ?? 0);
    this.#attempts++;
    const retry = clock.at(after(clock.monotonic(), wait), () => {
      this.#state = { kind: 'opening', fault };
      void this.#open();
    });
    this.#state = { kind: 'down', fault, retry };
  }

  #giveUpWrites(fault: Fault): void {
    for (const giveUp of this.#writing) giveUp(fault);
  }

  #fault(found: string, expected: string): Fault {
    return new Fault(this.#options.faults, { thing: this.#options.path, found, expected });
  }
}

/** Closes a port whatever state it is in. */
async function letGo(port: SerialPort): Promise<void> {
  port.removeAllListeners();
  port.on('error', () => undefined);
  if (!port.isOpen) return;
  await new Promise<void>((resolve) => port.close(() => resolve()));
}
