import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { KIOSK_COMMAND_BYTES_MAX } from '#contract/kioskCommand.ts';
import type { MirrorPicture } from '#contract/mirrorFrame.ts';
import { SCREEN_SEEN } from '#contract/screenPort.ts';
import { ScreenBridge } from '../../app/preload/screenBridge.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A page's bridge and the terminal's end of its port. Views are numbers here. */
function aPage() {
  const bridge = new ScreenBridge<number>((crossed) => (typeof crossed === 'number' ? crossed : undefined));
  const views: (number | undefined)[] = [];
  const pictures: (MirrorPicture | undefined)[] = [];
  const copies: number[][] = [];
  const end = bridge.subscribe(
    (view) => void views.push(view),
    (picture) => {
      pictures.push(picture);
      if (picture !== undefined) copies.push([...picture.pixels]);
    },
  );
  const connect = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    bridge.connect({
      addEventListener: (event: 'message' | 'close', act: (event: { data: unknown }) => void) =>
        port2.on(event, (data: unknown) => act({ data })),
      start: () => port2.start(),
      postMessage: (message) => port2.postMessage(message),
      close: () => port2.close(),
    });
    return port1;
  };
  return { bridge, views, pictures, copies, end, connect };
}

async function tell(terminal: MessagePort, message: unknown): Promise<unknown> {
  terminal.postMessage(message);
  return (await once(terminal, 'message'))[0];
}

test('a page hears "nothing yet" at once, then every view, and says that it has seen each', async () => {
  const { views, connect } = aPage();
  const terminal = connect();
  expect(await tell(terminal, '1')).toBe(SCREEN_SEEN);
  expect(await tell(terminal, '2')).toBe(SCREEN_SEEN);
  expect(views).toEqual([undefined, 1, 2]);
});

test('who subscribes later gets the newest view at once, and who ended hears no more', async () => {
  const { bridge, views, end, connect } = aPage();
  const terminal = connect();
  await tell(terminal, '1');
  const later: unknown[] = [];
  bridge.subscribe(
    (view) => void later.push(view),
    () => undefined,
  );
  end();
  await tell(terminal, '2');
  expect(later).toEqual([1, 2]);
  expect(views).toEqual([undefined, 1]);
});

test('what is no view leaves the last good one, and is seen all the same', async () => {
  const { views, connect } = aPage();
  const terminal = connect();
  await tell(terminal, '1');
  for (const bad of ['{', '"no view"', 7, null]) expect(await tell(terminal, bad)).toBe(SCREEN_SEEN);
  expect(views).toEqual([undefined, 1]);
});

test('a mirror picture is shown and its bytes are overwritten right after', async () => {
  const { pictures, copies, connect } = aPage();
  const terminal = connect();
  await tell(terminal, Uint8Array.from([1, 0, 1, 0, 7, 8, 9]));
  expect(copies).toEqual([[7, 8, 9]]);
  expect([...pictures[0]!.pixels]).toEqual([0, 0, 0]);
  await tell(terminal, Uint8Array.from([0, 0, 0, 0]));
  expect(pictures.at(-1)).toBeUndefined();
});

test('when the terminal dies the page is told, and a new terminal takes over', async () => {
  const { bridge, views, pictures, connect } = aPage();
  const first = connect();
  await tell(first, '1');
  const closed = once(first, 'close');
  first.close();
  await closed;
  await expect.poll(() => views.at(-1)).toBeUndefined();
  expect(pictures).toEqual([undefined]);
  bridge.send({ kind: 'confirm' });
  const second = connect();
  await tell(second, '2');
  expect(views.at(-1)).toBe(2);
});

test('commands go to the newest terminal as text; one above its limit goes nowhere', async () => {
  const { bridge, connect } = aPage();
  connect();
  const terminal = connect();
  bridge.send('x'.repeat(KIOSK_COMMAND_BYTES_MAX));
  bridge.send(undefined);
  bridge.send({ kind: 'use-card' });
  expect((await once(terminal, 'message'))[0]).toBe('{"kind":"use-card"}');
});
