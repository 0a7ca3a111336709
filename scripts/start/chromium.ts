import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { KeptProcess, type StartedProcess } from '#service/supervise/keptProcess.ts';
import { chromiumArguments } from './chromiumArguments.ts';
import type { Host } from './host.ts';
import { ScreenFolder, type ScreenWindow } from './screenFolder.ts';

/** What the browser said last, shown when it dies: lines, and characters of each. */
const LAST_LINES_MAX = 12;
const LINE_CHARACTERS_MAX = 300;
/** From the last kiosk page to a new browser; a page that lost its socket has tried again several times by then. */
export const NOTHING_SHOWN_MS_MAX = millis(20_000);
/** The browser makes it once it listens for a second call of its program. */
const SINGLETON = 'SingletonSocket';

export interface ChromiumOptions {
  readonly host: Extract<Host, { kind: 'chromium' }>;
  readonly windows: readonly [ScreenWindow, ...ScreenWindow[]];
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

export interface RunningChromium {
  readonly pid: number | undefined;
  /** Tells how many screens show the kiosk page; `undefined` while the gate itself is away. */
  shows(kiosks: number | undefined): void;
  /** Ends the browser and removes everything that was made for it. */
  stop(): Promise<void>;
}

/**
 * Shows windows in Chromium and starts it again, with an empty profile, whenever it ends or, where it is told of kiosk
 * pages, shows none for `NOTHING_SHOWN_MS_MAX`: a crashed page stays crashed in Chromium, and an error page too.
 */
export function keepChromium(options: ChromiumOptions): RunningChromium {
  const { clock } = options;
  let deadline: Disposable | undefined;
  let stopping = false;
  const callOff = (): void => {
    deadline?.[Symbol.dispose]();
    deadline = undefined;
  };
  const waitForKiosk = (): void => {
    deadline ??= clock.at(after(clock.monotonic(), NOTHING_SHOWN_MS_MAX), () => {
      deadline = undefined;
      kept.kill('it shows no kiosk page');
      waitForKiosk();
    });
  };
  const kept: KeptProcess = new KeptProcess({
    name: 'screen',
    clock,
    log: options.log,
    isFinal: () => false,
    // What it says when it is ended helps nobody.
    start: () => startBrowser({ ...options, log: (line) => stopping || options.log(line) }),
  });
  return {
    get pid() {
      return kept.pid;
    },
    shows: (kiosks) => {
      if (kiosks === 0) waitForKiosk();
      else callOff();
    },
    stop: async () => {
      callOff();
      stopping = true;
      await kept.stop('SIGTERM');
    },
  };
}

function startBrowser(options: ChromiumOptions): StartedProcess {
  const { host, windows, env, log } = options;
  const parts = { account: host.account, display: host.display, windows, env };
  const folder = new ScreenFolder(parts);
  const run = (window: ScreenWindow): ChildProcess => {
    const args = chromiumArguments({
      profile: folder.profile,
      platform: host.display.kind,
      address: pathToFileURL(folder.enterFile(window)).href,
      ...(window.place !== undefined && { place: window.place }),
    });
    const command = asAccount(options, [host.binary, ...args]);
    return spawn(host.setpriv, command, {
      env: folder.environment(parts),
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  let child: ChildProcess;
  let others: Disposable | undefined;
  try {
    const [first, ...beside] = windows;
    child = run(first);
    if (beside.length > 0) {
      others = onceListening(folder.profile, () => beside.forEach((window) => run(window).stderr?.resume()));
    }
  } catch (thrown) {
    folder[Symbol.dispose]();
    throw thrown;
  }
  const lastLines = keepLastLines(child);
  child.once('exit', (status) => status !== 0 && lastLines().forEach((line) => log(`screen: ${line}`)));
  return {
    child,
    [Symbol.dispose]: () => {
      others?.[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

/**
 * Arguments of setpriv. The browser ends with us, however we end; as root it becomes the other account for good, with
 * that account's groups. The bounding set stays: a setuid sandbox helper needs it where there are no user namespaces.
 */
function asAccount({ host }: ChromiumOptions, command: readonly string[]): readonly string[] {
  const always = ['--pdeathsig', 'TERM'];
  if (host.account.kind === 'same') return [...always, '--', ...command];
  const { gid, uid } = host.account.account;
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--inh-caps=-all'];
  return [...drop, ...always, '--', ...command];
}

/** A second call of the program opens a window in the first one's process, once that listens. */
function onceListening(profile: string, act: () => void): Disposable {
  const watcher = watch(profile, (_event, file) => {
    if (file !== SINGLETON) return;
    watcher.close();
    act();
  });
  watcher.on('error', () => undefined);
  return { [Symbol.dispose]: () => watcher.close() };
}

function keepLastLines(child: ChildProcess): () => readonly string[] {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk)
      .split('\n')
      .slice(-LAST_LINES_MAX)
      .join('\n')
      .slice(-LAST_LINES_MAX * LINE_CHARACTERS_MAX);
  });
  return () =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.slice(0, LINE_CHARACTERS_MAX));
}
