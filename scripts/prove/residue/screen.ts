import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { assert } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { ROOT } from '../../bench/benchFolder.ts';
import { chromiumArguments } from '../../start/chromiumArguments.ts';
import { findChromium, thisMachine } from '../../start/host.ts';
import { enterPage } from '../../start/screenFolder.ts';

/** A terminal's screen. */
const PLACE = { left: 0, width: 800, height: 1280 };
/** The browser writes here on which port it takes orders. */
const ORDERS_FILE = 'DevToolsActivePort';
const END_MS_MAX = 10_000;

export interface ScreenParts {
  /** Everything that the browser may write lies below it. */
  readonly folder: string;
  readonly port: number;
  readonly token: string;
  /** A program, with its arguments, that becomes the browser. */
  readonly through: readonly string[];
}

/** The kiosk page in a browser of its own without a display, with the arguments and the sign-in of `npm start`. */
export class Screen implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
  }

  /** @throws Fault `screen` where there is no Chromium */
  static start({ folder, port, token, through }: ScreenParts): Screen {
    const binary = findChromium(thisMachine(ROOT));
    if (binary === undefined) {
      const expected = 'chromium on the PATH (Debian: apt-get install chromium)';
      throw new Fault('screen', { thing: 'browser', found: 'none', expected });
    }
    const [profile, temporary, runtime] = ['profile', 'tmp', 'run'].map((name) => join(folder, name));
    for (const made of [profile!, temporary!, runtime!]) mkdirSync(made, { recursive: true, mode: 0o700 });
    const enter = join(folder, 'kiosk.html');
    writeFileSync(enter, enterPage({ page: 'kiosk', place: PLACE, port, token }), { mode: 0o600 });
    const address = pathToFileURL(enter).href;
    const look = { profile: profile!, platform: 'headless', address, place: PLACE } as const;
    // Shared memory then lies in the temporary folder, where it is searched with the other files.
    const headless = ['--headless=new', '--remote-debugging-port=0', '--disable-gpu', '--disable-dev-shm-usage'];
    // Its sandbox refuses root, which it is where it is kept to a folder; what it keeps in its memory is the same without.
    if (process.getuid?.() === 0 || through.length > 0) headless.push('--no-sandbox');
    // It ends with us, however we end.
    const lead = ['setpriv', '--pdeathsig', 'TERM', '--'];
    const [file, ...args] = [...through, ...lead, binary, ...headless, ...chromiumArguments(look)];
    const log = openSync(join(folder, 'browser.log'), 'a');
    const env = {
      HOME: folder,
      TMPDIR: temporary,
      XDG_RUNTIME_DIR: runtime,
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
    };
    const child = spawn(file!, args, { env, cwd: folder, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.on('error', () => undefined);
    return new Screen(child, profile!);
  }

  /** All its processes: the browser's own, and what it started. */
  get processes(): number[] {
    assert(this.#child.pid !== undefined, 'a browser that was found can be started');
    return [this.#child.pid, ...descendantsOf(this.#child.pid)];
  }

  get profile(): string {
    return this.#profile;
  }

  /** Has the page keep these bytes on purpose. */
  async keep(bytes: Uint8Array): Promise<void> {
    const browser = await this.#connect();
    try {
      const page = browser.contexts()[0]?.pages()[0];
      assert(page !== undefined, 'the browser shows the kiosk page');
      await page.evaluate((kept) => Object.assign(globalThis, { kept: Uint8Array.from(kept) }), [...bytes]);
    } finally {
      await browser.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await ended;
    clearTimeout(kill);
  }

  async #connect(): Promise<Browser> {
    const [port] = readFileSync(join(this.#profile, ORDERS_FILE), 'utf8').split('\n');
    return chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  }
}

/** Processes that this one started, and those that they started. */
function descendantsOf(process: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  }
  const found: number[] = [];
  const lookBelow = (parent: number): void => {
    for (const [child, itsParent] of parents) {
      if (itsParent !== parent) continue;
      found.push(child);
      lookBelow(child);
    }
  };
  lookBelow(process);
  return found;
}

/** proc(5), stat: the parent is the second field behind the program's name, which may hold blanks and brackets. */
function parentOf(process: number): number {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
