import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageName } from '#contract/page.ts';
import { PAGE_FIELD, TOKEN_FIELD } from '#service/loopback/signIn.ts';
import { xDisplayNumber } from './display.ts';
import type { RunnableAccount, ScreenDisplay } from './host.ts';
import { cookiesFor } from './xauthority.ts';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY = 0o600;
const SUBMIT = 'document.forms[0].submit();';

/** Where a page's window stands, in pixels of the display. */
export interface WindowPlace {
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** One window, and how it gets to its page. */
export interface ScreenWindow {
  /** Of the file that leads on to the page. */
  readonly name: string;
  /** The whole screen where it is left out. */
  readonly place?: WindowPlace;
  /** Gives that file's HTML. What opens the page stands in it alone: it is in no argument, which every account can read. */
  readonly enter: (write: (html: string) => void) => void;
}

export interface ScreenFolderParts {
  readonly account: RunnableAccount;
  readonly display: ScreenDisplay;
  readonly windows: readonly ScreenWindow[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Everything that one run of the browser needs, in a folder of the browser's own account that nobody else may open:
 * an empty profile, files that lead on to its pages, and the X cookie. Disposing removes it.
 */
export class ScreenFolder implements Disposable {
  readonly path: string;

  constructor(parts: ScreenFolderParts) {
    this.path = mkdtempSync(join(tmpdir(), 'lintel-screen-'));
    try {
      chmodSync(this.path, OWNER_ONLY_FOLDER);
      this.#fill(parts);
    } catch (thrown) {
      this[Symbol.dispose]();
      throw thrown;
    }
  }

  get profile(): string {
    return join(this.path, 'profile');
  }

  /** The file that leads on to the page of a window. */
  enterFile({ name }: Pick<ScreenWindow, 'name'>): string {
    return join(this.path, `${name}.html`);
  }

  /** The environment of the browser: what it needs of the display, and nothing else of ours. */
  environment({ display, env }: ScreenFolderParts): NodeJS.ProcessEnv {
    const own = {
      HOME: this.path,
      TMPDIR: this.path,
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: env['LANG'] ?? 'C.UTF-8',
    };
    if (display.kind === 'x11') {
      return { ...own, DISPLAY: display.name, XAUTHORITY: this.#xauthority, XDG_RUNTIME_DIR: join(this.path, 'run') };
    }
    // An absolute WAYLAND_DISPLAY leaves the runtime folder to the browser's own sockets.
    return { ...own, WAYLAND_DISPLAY: display.socket, XDG_RUNTIME_DIR: join(this.path, 'run') };
  }

  get #xauthority(): string {
    return join(this.path, 'Xauthority');
  }

  #fill({ account, display, windows, env }: ScreenFolderParts): void {
    const made = [this.profile, join(this.path, 'run')];
    for (const folder of made) mkdirSync(folder, { mode: OWNER_ONLY_FOLDER });
    for (const window of windows) {
      const file = this.enterFile(window);
      window.enter((html) => writeFileSync(file, html, { mode: OWNER_ONLY, flag: 'wx' }));
      made.push(file);
    }
    if (display.kind === 'x11') {
      writeFileSync(this.#xauthority, xCookies(display.name, env), { mode: OWNER_ONLY, flag: 'wx' });
      made.push(this.#xauthority);
    }
    if (account.kind === 'same') return;
    const { uid, gid } = account.account;
    // The folder goes last: until then only we can reach what is in it.
    for (const one of [...made, this.path]) chownSync(one, uid, gid);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface EnterPage {
  readonly page: PageName;
  /** The whole screen, which the browser gives it by itself, where it is left out. */
  readonly place?: WindowPlace;
  readonly port: number;
  readonly token: string;
}

/**
 * Puts its window where it belongs, since a second window would take the place of the first, and posts the token. Its own
 * policy lets it do that and nothing else.
 */
export function enterPage({ page, place, port, token }: EnterPage): string {
  const address = `http://127.0.0.1:${port}`;
  const placed = place === undefined ? '' : `moveTo(${place.left},0);resizeTo(${place.width},${place.height});`;
  const script = `${placed}${SUBMIT}`;
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; form-action ${address}; base-uri 'none'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lintel</title>
<meta http-equiv="Content-Security-Policy" content="${policy}"></head><body>
<form method="post" action="${address}/session">
<input type="hidden" name="${TOKEN_FIELD}" value="${token}"><input type="hidden" name="${PAGE_FIELD}" value="${page}">
</form><script>${script}</script></body></html>
`;
}

/** The cookies of this display alone; empty where the X server asks for none. */
function xCookies(display: string, env: NodeJS.ProcessEnv): Uint8Array {
  const number = xDisplayNumber(display);
  const file = env['XAUTHORITY'] ?? join(homedir(), '.Xauthority');
  try {
    const all = readFileSync(file);
    return number === undefined ? all : cookiesFor(all, number);
  } catch {
    return new Uint8Array();
  }
}
