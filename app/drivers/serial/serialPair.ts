import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';

/** How long socat may take to make both ends. */
const READY_MS_MAX = 10_000;
/** What socat says last, kept for a fault. */
const SAID_CHARACTERS_MAX = 2_000;
const READY = 'starting data transfer loop';

interface Running {
  readonly socat: ChildProcess;
  readonly held: readonly number[];
}

/**
 * A line with two ends and no hardware, made by socat: what is written to `gate` is read at `board`, and the other way
 * round. It can be cut and mended, as when a plug is pulled. It ends with this process, also when that is killed.
 */
export class SerialPair {
  /** Paths of the two ends, there while the line is whole. */
  readonly gate: string;
  readonly board: string;
  readonly #gateInTheMaking: string;
  readonly #beforeGate: (board: string) => Promise<void>;
  #running: Running | undefined;

  /** `beforeGate` is awaited with the board's end, each time, before the gate's end appears. Nothing is made yet. */
  constructor(folder: string, beforeGate: (board: string) => Promise<void> = () => Promise.resolve()) {
    this.gate = join(folder, 'gate');
    this.board = join(folder, 'board');
    this.#gateInTheMaking = join(folder, 'gate.made');
    this.#beforeGate = beforeGate;
  }

  get whole(): boolean {
    return this.#running !== undefined && isAlive(this.#running.socat);
  }

  /**
   * Makes the line; one that is whole stays as it is.
   * @throws Fault `relay` where socat is not installed or does not start.
   */
  async mend(): Promise<void> {
    if (this.whole) return;
    await this.cut();
    const end = (link: string): string => `pty,raw,echo=0,mode=600,link=${link}`;
    const command = ['--pdeathsig', 'TERM', 'socat', '-d', '-d', end(this.#gateInTheMaking), end(this.board)];
    const socat = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] });
    await ready(socat);
    // socat ends when an end that was open is closed by everybody; held open, it outlives a restart of the gate.
    const hold = (path: string): number => openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    this.#running = { socat, held: [hold(this.#gateInTheMaking), hold(this.board)] };
    try {
      await this.#beforeGate(this.board);
      renameSync(this.#gateInTheMaking, this.gate);
    } catch (thrown) {
      await this.cut();
      throw thrown;
    }
  }

  /** Resolves when both ends are gone. */
  async cut(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) {
      const { socat, held } = running;
      const gone = isAlive(socat) ? once(socat, 'exit') : undefined;
      socat.kill('SIGKILL');
      await gone;
      for (const end of held) closeSync(end);
    }
    for (const link of [this.gate, this.#gateInTheMaking, this.board]) rmSync(link, { force: true });
  }

  /** The line stands still without being cut: bytes are taken until every buffer is full. */
  freeze(): void {
    this.#running?.socat.kill('SIGSTOP');
  }
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

function ready(socat: ChildProcess): Promise<void> {
  const expected = 'the Debian packages socat and util-linux, and room for two pseudo-terminals';
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (found: string): void => {
      clearTimeout(limit);
      socat.kill('SIGKILL');
      reject(new Fault('relay', { thing: 'simulated serial line', found, expected }));
    };
    const limit = setTimeout(() => fail(`no line after ${READY_MS_MAX} ms`), READY_MS_MAX);
    socat.once('error', (error) => fail(messageOf(error)));
    socat.once('exit', () => fail(said.trim() || 'socat ended'));
    socat.stderr?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-SAID_CHARACTERS_MAX);
      if (!said.includes(READY)) return;
      clearTimeout(limit);
      socat.removeAllListeners('exit');
      resolve();
    });
  });
}
