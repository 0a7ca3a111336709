import type { PageName } from '../contract/page.ts';
import { mayNavigate, pageOfAddress } from './guards.ts';

/** What is used of Electron's Session. */
export interface GuardedSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: () => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setSpellCheckerEnabled(enabled: boolean): void;
  on(event: 'will-download', act: (event: Preventable) => void): unknown;
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { readonly url: string }, answer: (response: { cancel: boolean }) => void) => void,
    ): void;
  };
}

export interface Preventable {
  preventDefault(): void;
}

/** What is used of Electron's WebContents to keep a page where it is. */
export interface GuardedContents {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect',
    act: (event: Preventable & { readonly url: string }) => void,
  ): unknown;
  on(event: 'will-attach-webview', act: (event: Preventable) => void): unknown;
}

/** A session in which pages may ask for nothing, fetch nothing but themselves and leave nothing on the disk. */
export function lockDownSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: pageOfAddress(url) === undefined }));
}

/** Contents that stay on their page, open no window and hold no other page. */
export function lockDownContents(contents: GuardedContents, page: PageName, log: (line: string) => void): void {
  const stay = (event: Preventable & { readonly url: string }): void => {
    if (mayNavigate(page, event.url)) return;
    event.preventDefault();
    log(`${page} page: was kept from leaving`);
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
