import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONNECT_CHANNEL } from '#contract/screenPort.ts';
import { judgeMessage, mayNavigate, pageOfAddress } from '../../app/main/guards.ts';

const connect = { channel: CONNECT_CHANNEL, args: [] };
const mainFrame = { url: 'lintel://kiosk/', isMainFrame: true };

test('an address belongs to a page by its scheme and host, and to none by looking like it', () => {
  expect(pageOfAddress('lintel://kiosk/')).toBe('kiosk');
  expect(pageOfAddress('lintel://simulator/assets/index.js')).toBe('simulator');
  const others = [
    'lintel://kiosk.example/',
    'lintel://portal/',
    'https://kiosk/',
    'lintel:kiosk',
    'xlintel://kiosk/',
    'file:///lintel://kiosk/',
    '',
    'lintel://',
    'lintel://me@kiosk/',
  ];
  for (const address of others) expect([address, pageOfAddress(address)]).toEqual([address, undefined]);
});

test('a page goes nowhere but to itself', () => {
  expect(mayNavigate('kiosk', 'lintel://kiosk/')).toBe(true);
  fc.assert(fc.property(fc.webUrl(), (address) => !mayNavigate('kiosk', address)));
  expect(mayNavigate('kiosk', 'lintel://simulator/')).toBe(false);
});

test('main hears "connect me" from the main frame of the page itself', () => {
  expect(judgeMessage('kiosk', mainFrame, connect)).toEqual({ kind: 'admitted' });
});

test.each([
  ['a frame that is gone', undefined, connect],
  ['a frame inside of the page', { ...mainFrame, isMainFrame: false }, connect],
  ['another page', { ...mainFrame, url: 'lintel://simulator/' }, connect],
  ['a page from elsewhere', { ...mainFrame, url: 'https://kiosk/' }, connect],
  ['the page on an unknown channel', mainFrame, { channel: 'lintel:open-door', args: [] }],
  ['the page with arguments', mainFrame, { channel: CONNECT_CHANNEL, args: [{}] }],
])('main hears nothing from %s', (_, sender, message) => {
  expect(judgeMessage('kiosk', sender, message)).toMatchObject({ kind: 'refused' });
});

test('whatever the channel, only one is admitted', () => {
  fc.assert(
    fc.property(fc.string(), (channel) => {
      fc.pre(channel !== CONNECT_CHANNEL);
      expect(judgeMessage('kiosk', mainFrame, { channel, args: [] }).kind).toBe('refused');
    }),
  );
});
