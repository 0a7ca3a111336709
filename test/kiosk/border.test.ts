import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readViewMessage, VIEW_CHARACTERS_MAX } from '../../app/kiosk/bridge/parseView.ts';
import { reconnectDelayMs, RECONNECT_MS_FIRST, RECONNECT_MS_MAX } from '../../app/kiosk/bridge/reconnect.ts';
import { commandOfKey } from '../../app/kiosk/keys.ts';
import { KioskCommand } from '#contract/kioskCommand.ts';
import { GLASSES, PICTURES, viewOf } from './views.ts';

const VIEW = viewOf(PICTURES.get('granted')!, { language: 'en', glass: GLASSES[0]!, accessPoint: 'North door' });

test('a view crosses the border as it was sent', () => {
  expect(readViewMessage(JSON.stringify(VIEW))).toEqual(VIEW);
});

test.each([
  ['a name beside it', JSON.stringify({ ...VIEW, name: 'Zhang Wei' })],
  ['a name in its screen', JSON.stringify({ ...VIEW, screen: { kind: 'granted', by: 'face', name: 'Zhang Wei' } })],
  ['a picture in it', JSON.stringify({ ...VIEW, picture: 'data:image/png;base64,' })],
  ['another version', JSON.stringify({ ...VIEW, version: 2 })],
  ['half of it', JSON.stringify(VIEW).slice(0, 80)],
  ['a length beyond the limit', `${JSON.stringify(VIEW)}${' '.repeat(VIEW_CHARACTERS_MAX)}`],
])('a view with %s is dropped', (_, message) => {
  expect(readViewMessage(message)).toBeUndefined();
});

test('nothing that arrives can throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (message) => readViewMessage(message) === undefined));
});

test('the screen calls again soon at first, then ever more slowly, and never gives up', () => {
  const delays = Array.from({ length: 2_000 }, (_, failures) => reconnectDelayMs(failures));
  expect(delays[0]).toBe(RECONNECT_MS_FIRST);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(delays.at(-1)).toBe(RECONNECT_MS_MAX);
});

const PIN = { kind: 'pin', entering: 'pin', digits: 4, checking: false } as const;

test('a keypad types digits, takes one back and confirms', () => {
  expect(commandOfKey('7', PIN, false)).toEqual({ kind: 'press-digit', digit: 7 });
  expect(commandOfKey('Backspace', PIN, false)).toEqual({ kind: 'erase-digit' });
  expect(commandOfKey('Enter', PIN, false)).toEqual({ kind: 'confirm' });
});

test('Enter on a button is that button and confirms nothing beside it', () => {
  expect(commandOfKey('Enter', PIN, true)).toBeUndefined();
});

test('while a PIN is being verified only leaving is possible', () => {
  expect(commandOfKey('1', { ...PIN, checking: true }, false)).toBeUndefined();
  expect(commandOfKey('Escape', { ...PIN, checking: true }, false)).toEqual({ kind: 'cancel' });
});

test('on every picture each key says nothing or something that the terminal understands', () => {
  const screens = [...PICTURES.values()].map(({ screen }) => screen);
  fc.assert(
    fc.property(fc.constantFrom(...screens), fc.string(), fc.boolean(), (screen, key, onButton) => {
      const command = commandOfKey(key, screen, onButton);
      expect(command === undefined || KioskCommand.safeParse(command).success).toBe(true);
    }),
  );
});
