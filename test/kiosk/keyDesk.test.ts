import { expect, it } from 'vitest';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import { KeyDesk } from '../../app/kiosk/keyDesk.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { after, millis } from '#core/kernel/units.ts';
import { GLASSES, viewOf } from './views.ts';

const PIN = { kind: 'pin', entering: 'pin', digits: 3, checking: false } as const;

function aDesk(typedCards = true) {
  const clock = new FakeClock();
  const sent: KioskCommand[] = [];
  const desk = new KeyDesk({
    send: (command) => sent.push(command),
    now: () => clock.monotonic(),
    later: (ms, act) => {
      const waiting = clock.at(after(clock.monotonic(), millis(ms)), act);
      return () => waiting[Symbol.dispose]();
    },
  });
  desk.show(viewOf({ screen: PIN, typedCards }, { language: 'en', glass: GLASSES[0]!, accessPoint: 'North door' }));
  const press = (key: string, onButton = false): boolean =>
    desk.hear({ key, at: clock.monotonic(), onButton, repeat: false });
  /** Each of these keys, and then so many milliseconds. */
  const type = (keys: readonly string[], everyMs: number): void => {
    for (const key of keys) {
      press(key);
      clock.advance(everyMs);
    }
  };
  return { clock, desk, sent, press, type };
}

it('a card that is typed is told once, and none of its digits counts for a PIN', () => {
  const { clock, sent, type, press } = aDesk();
  type(Array.from('0077725727'), 5);
  expect(press('Enter', true), 'its last key presses no button').toBe(true);
  clock.advance(1_000);
  expect(sent).toEqual([{ kind: 'card-typed', text: '0077725727' }]);
});

it('what a person types counts a moment later, and all of it before the key that confirms it', () => {
  const { clock, sent, type, press } = aDesk();
  type(['4', '2'], 120);
  expect(sent).toEqual([
    { kind: 'press-digit', digit: 4 },
    { kind: 'press-digit', digit: 2 },
  ]);
  expect([press('7'), press('Enter')]).toEqual([false, true]);
  clock.advance(1_000);
  expect(sent.slice(2)).toEqual([{ kind: 'press-digit', digit: 7 }, { kind: 'confirm' }]);
});

it('keys too quick for a person that are no card are a misread: they press nothing', () => {
  const { clock, sent, type } = aDesk();
  type(Array.from('12345678'), 5);
  clock.advance(1_000);
  type([...Array.from('卡号一二三四'), 'Enter'], 5);
  expect(sent).toEqual([{ kind: 'card-misread' }, { kind: 'card-misread' }]);
});

it('space presses its button as ever, but for one in the midst of a card', () => {
  const { sent, press, type } = aDesk();
  expect(press(' ', true)).toBe(false);
  type(Array.from('123'), 5);
  expect(press(' ', true)).toBe(true);
  type([...Array.from('456'), 'Enter'], 5);
  expect(sent).toEqual([{ kind: 'card-typed', text: '123 456' }]);
});

it('without a reader that types no key is held back, and no keys are a card', () => {
  const { sent, type } = aDesk(false);
  type([...Array.from('1234567'), 'Enter'], 0);
  expect(sent.map(({ kind }) => kind)).toEqual([...Array<string>(7).fill('press-digit'), 'confirm']);
});

it('a key that is held back is forgotten when the terminal goes away', () => {
  const { clock, desk, sent, press } = aDesk();
  press('4');
  desk.show(undefined);
  clock.advance(1_000);
  expect([press('5'), sent]).toEqual([false, []]);
});
