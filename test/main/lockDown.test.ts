import { expect, test } from 'vitest';
import { parseHostOptions, PARTITION, windowOptions } from '../../app/main/hostOptions.ts';
import { lockDownContents, lockDownSession } from '../../app/main/lockDown.ts';
import { FakeContents, FakeEvent, FakeSession } from './fixtures/hostFakes.ts';

test('a page is granted no permission and no device, whatever it asks for', () => {
  const session = new FakeSession();
  lockDownSession(session);
  for (const permission of [
    'media',
    'geolocation',
    'serial',
    'usb',
    'hid',
    'notifications',
    'display-capture',
    'clipboard-read',
  ]) {
    let granted: boolean | undefined;
    session.permission!({}, permission, (answer) => (granted = answer));
    expect([permission, granted]).toEqual([permission, false]);
  }
  expect([session.check!(), session.device!(), session.spellChecker]).toEqual([false, false, false]);
});

test('a page loads its own files and reaches no network', () => {
  const session = new FakeSession();
  lockDownSession(session);
  const cancelled = (url: string): boolean => {
    let cancel = false;
    session.request!({ url }, (answer) => (cancel = answer.cancel));
    return cancel;
  };
  expect(cancelled('lintel://kiosk/assets/a.js')).toBe(false);
  for (const url of [
    'https://elsewhere.example/',
    'http://127.0.0.1:4711/',
    'ws://127.0.0.1/',
    'file:///etc/passwd',
    'data:text/html,x',
  ]) {
    expect([url, cancelled(url)]).toEqual([url, true]);
  }
});

test('nothing is downloaded', () => {
  const session = new FakeSession();
  lockDownSession(session);
  const event = new FakeEvent();
  session.emit('will-download', event);
  expect(event.prevented).toBe(true);
});

test('a page stays where it is: no navigation, no redirect, no window, no page inside of it', () => {
  const contents = new FakeContents();
  lockDownContents(contents, 'kiosk', () => undefined);
  for (const way of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    const away = new FakeEvent('https://elsewhere.example/');
    contents.emit(way, away);
    expect([way, away.prevented]).toEqual([way, true]);
    const home = new FakeEvent('lintel://kiosk/');
    contents.emit(way, home);
    expect(home.prevented).toBe(false);
  }
  const webview = new FakeEvent();
  contents.emit('will-attach-webview', webview);
  expect(webview.prevented).toBe(true);
  expect(contents.onOpen!()).toEqual({ action: 'deny' });
});

test('a window gives its page a sandbox, an isolated world, no Node, no developer tools and no disk', () => {
  for (const page of ['kiosk', 'simulator'] as const) {
    const { webPreferences } = windowOptions(page, parseHostOptions([]), '/p/preload.cjs');
    expect(webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    });
  }
  expect(PARTITION.startsWith('persist:')).toBe(false);
});

test('a real kiosk fills its screen, a simulated one is a window of the size asked for', () => {
  expect(windowOptions('kiosk', parseHostOptions([]), 'p')).toMatchObject({ kiosk: true, fullscreen: true });
  const simulated = parseHostOptions(['--simulated', '--screen=1024x600', '--config=gate.yaml']);
  expect(windowOptions('kiosk', simulated, 'p')).toMatchObject({ kiosk: false, width: 1024, height: 600 });
  expect(simulated.terminalArgs).toEqual(['--simulated', '--config=gate.yaml']);
  expect(() => parseHostOptions(['--screen=huge'])).toThrow(/--screen=800x1280/);
});
