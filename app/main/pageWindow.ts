import type { PageName } from '../contract/page.ts';
import { PORT_CHANNEL } from '../contract/screenPort.ts';
import { judgeMessage, pageAddress } from './guards.ts';
import { lockDownContents, type GuardedContents } from './lockDown.ts';
import { Backoff, type HostClock } from './restartDelay.ts';

/** What is used of Electron's WebFrameMain. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

export interface PageMessageEvent {
  readonly senderFrame: SenderFrame | null;
}

/** What is used of Electron's WebContents; `Port` is its MessagePortMain. */
export type PageContents<Port> = GuardedContents & {
  on(event: 'ipc-message', act: (event: PageMessageEvent, channel: string, ...args: unknown[]) => void): unknown;
  on(
    event: 'ipc-message-sync',
    act: (event: PageMessageEvent & { returnValue: unknown }, channel: string) => void,
  ): unknown;
  on(event: 'render-process-gone', act: (event: unknown, details: { readonly reason: string }) => void): unknown;
  on(event: 'did-fail-load', act: () => void): unknown;
  postMessage(channel: string, message: unknown, transfer?: Port[]): void;
  forcefullyCrashRenderer(): void;
  isDestroyed(): boolean;
};

/** What is used of Electron's BrowserWindow. */
export interface PageWindow<Port> {
  readonly webContents: PageContents<Port>;
  on(event: 'unresponsive', act: () => void): unknown;
  once(event: 'ready-to-show', act: () => void): unknown;
  loadURL(address: string): Promise<void>;
  show(): void;
}

export interface KeptWindowParts<Port> {
  readonly page: PageName;
  readonly clock: HostClock;
  readonly log: (line: string) => void;
  /** The page has loaded its preload and asks for its port. */
  readonly onConnect: (page: { readonly page: PageName; give(port: Port): void }) => void;
}

/** Shows a page in a window and brings it back when its renderer crashes or hangs. The door does not notice. */
export function keepPage<Port>(window: PageWindow<Port>, { page, clock, log, onConnect }: KeptWindowParts<Port>): void {
  const contents = window.webContents;
  const backoff = new Backoff(clock);
  const load = (): void => {
    if (contents.isDestroyed()) return;
    backoff.began();
    // A failed load also emits `did-fail-load`, which loads again.
    window.loadURL(pageAddress(page)).catch(() => undefined);
  };
  const loadAgain = (why: string): void => {
    const delay = backoff.failed();
    log(`${page} page: ${why}; loading it again in ${delay} ms`);
    clock.later(delay, load);
  };
  lockDownContents(contents, page, log);
  contents.on('render-process-gone', (_event, { reason }) => loadAgain(`its renderer ended (${reason})`));
  contents.on('did-fail-load', () => loadAgain('it could not be loaded'));
  window.on('unresponsive', () => contents.forcefullyCrashRenderer());
  contents.on('ipc-message-sync', (event) => {
    event.returnValue = null;
    log(`${page} page: a synchronous message was refused`);
  });
  contents.on('ipc-message', ({ senderFrame }, channel, ...args) => {
    const sender =
      senderFrame === null ? undefined : { url: senderFrame.url, isMainFrame: senderFrame.parent === null };
    const verdict = judgeMessage(page, sender, { channel, args });
    if (verdict.kind === 'refused') return log(`${page} page: a message was refused, ${verdict.why}`);
    onConnect({ page, give: (port) => contents.isDestroyed() || contents.postMessage(PORT_CHANNEL, null, [port]) });
  });
  window.once('ready-to-show', () => window.show());
  load();
}
