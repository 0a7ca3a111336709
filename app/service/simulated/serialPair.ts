import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '#core/kernel/fault.ts';

/** How long socat may take to make a pair. */
export const PAIR_MS_MAX = 5_000;

/** A serial line without hardware: two pseudo-terminals joined by socat, of which one end is the gate's. */
export class SerialPair {
  /** The end that the gate opens. */
  readonly gateEnd: string;
  /** The end that the board answers on. */
  readonly boardEnd: string;
  readonly #folder: string;
  #socat: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.gateEnd = join(folder, 'gate');
    this.boardEnd = join(folder, 'board');
  }

  /** @throws Fault `relay` where socat is missing or does not come up in time. */
  static async make(): Promise<SerialPair> {
    // A folder of its own each time: a link left over from a crash may point to somebody else's terminal by now.
    const pair = new SerialPair(mkdtempSync(join(tmpdir(), 'lintel-line-')));
    await pair.mend();
    return pair;
  }

  get whole(): boolean {
    return this.#socat !== undefined;
  }

  /** Cuts the line, as if the cable were pulled out. Resolves when both ends are gone. */
  async cut(): Promise<void> {
    const socat = this.#socat;
    this.#socat = undefined;
    if (socat === undefined || socat.exitCode !== null || socat.signalCode !== null) return;
    const gone = Promise.withResolvers<void>();
    socat.once('exit', () => gone.resolve());
    socat.kill('SIGKILL');
    await gone.promise;
    for (const end of [this.gateEnd, this.boardEnd]) rmSync(end, { force: true });
  }

  /** Joins the ends again. */
  async mend(): Promise<void> {
    if (this.#socat !== undefined) return;
    const end = (link: string): string => `pty,raw,echo=0,link=${link}`;
    // setpriv ends socat together with this process, also when that is killed.
    const command = ['--pdeathsig', 'KILL', 'socat', end(this.gateEnd), end(this.boardEnd)];
    const socat = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    socat.stderr?.on('data', (text: Buffer) => {
      said = `${said}${text.toString()}`.slice(-500);
    });
    socat.on('error', (error) => {
      said = error.message;
    });
    const deadline = Date.now() + PAIR_MS_MAX;
    while (!existsSync(this.gateEnd) || !existsSync(this.boardEnd)) {
      if (socat.exitCode !== null || socat.pid === undefined || Date.now() > deadline) {
        socat.kill('SIGKILL');
        throw new Fault('relay', { thing: 'the simulated serial line', found: said.trim() || 'no pair', expected: 'a pair made by socat' });
      }
      await sleep(5);
    }
    this.#socat = socat;
  }

  async close(): Promise<void> {
    await this.cut();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
