import { expect, test } from 'vitest';
import { CONNECT_CHANNEL, PORT_CHANNEL } from '#contract/screenPort.ts';
import { keepPage } from '../../app/main/pageWindow.ts';
import { FakeHostClock, FakeWindow, type FakePort } from './fixtures/hostFakes.ts';

function aWindow() {
  const window = new FakeWindow();
  const clock = new FakeHostClock();
  const connected: { page: string; give(port: FakePort): void }[] = [];
  const logged: string[] = [];
  keepPage<FakePort>(window, {
    page: 'kiosk',
    clock,
    log: (line) => void logged.push(line),
    onConnect: (page) => void connected.push(page),
  });
  return { window, contents: window.webContents, clock, connected, logged };
}

const fromPage = { senderFrame: { url: 'lintel://kiosk/', parent: null } };

test('the kiosk is loaded from its own address and shown when it is ready', () => {
  const { window } = aWindow();
  expect([window.loaded, window.shown]).toEqual([['lintel://kiosk/'], false]);
  window.emit('ready-to-show');
  expect(window.shown).toBe(true);
});

test('a page that asks is connected, and its port reaches its own contents', () => {
  const { contents, connected } = aWindow();
  contents.emit('ipc-message', fromPage, CONNECT_CHANNEL);
  expect(connected.map(({ page }) => page)).toEqual(['kiosk']);
  connected[0]!.give('port');
  expect(contents.posted).toEqual([{ channel: PORT_CHANNEL, ports: ['port'] }]);
});

test('a frame inside, another page, an unknown channel and arguments connect nobody, and are logged without content', () => {
  const { contents, connected, logged } = aWindow();
  contents.emit('ipc-message', { senderFrame: { url: 'lintel://kiosk/', parent: {} } }, CONNECT_CHANNEL);
  contents.emit('ipc-message', { senderFrame: { url: 'https://elsewhere.example/', parent: null } }, CONNECT_CHANNEL);
  contents.emit('ipc-message', { senderFrame: null }, CONNECT_CHANNEL);
  contents.emit('ipc-message', fromPage, 'lintel:open-door', 'secret');
  contents.emit('ipc-message', fromPage, CONNECT_CHANNEL, 'secret');
  expect(connected).toEqual([]);
  expect(logged).toHaveLength(5);
  expect(logged.join()).not.toContain('secret');
});

test('a synchronous message is answered with nothing, so that it cannot hold up its page', () => {
  const { contents, connected } = aWindow();
  const event = { ...fromPage, returnValue: undefined };
  contents.emit('ipc-message-sync', event, CONNECT_CHANNEL);
  expect(event.returnValue).toBeNull();
  expect(connected).toEqual([]);
});

test('a crashed renderer is loaded again at once, then after growing waits', () => {
  const { window, contents, clock } = aWindow();
  for (const [crash, wait] of [0, 250, 500, 1_000, 2_000, 2_000].entries()) {
    contents.emit('render-process-gone', {}, { reason: 'crashed' });
    clock.advance(wait);
    expect(window.loaded).toHaveLength(crash + 2);
  }
});

test('a renderer that hangs is ended and comes back', () => {
  const { window, contents, clock } = aWindow();
  window.emit('unresponsive');
  expect(contents.crashes).toBe(1);
  clock.advance(0);
  expect(window.loaded).toHaveLength(2);
});

test('a page that cannot be loaded is tried again, for as long as its window is there', () => {
  const { window, contents, clock } = aWindow();
  window.refuses = true;
  contents.emit('did-fail-load');
  clock.advance(0);
  clock.advance(250);
  expect(window.loaded).toHaveLength(3);
  contents.destroyed = true;
  clock.advance(60_000);
  expect(window.loaded).toHaveLength(3);
  expect(clock.waiting).toBe(0);
});

test('a port for a page whose window is gone goes nowhere', () => {
  const { contents, connected } = aWindow();
  contents.emit('ipc-message', fromPage, CONNECT_CHANNEL);
  contents.destroyed = true;
  connected[0]!.give('port');
  expect(contents.posted).toEqual([]);
});
