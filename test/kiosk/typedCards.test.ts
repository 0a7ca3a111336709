/// <reference lib="dom" />
import { describe, expect, test } from 'vitest';
import type { Screen } from '#contract/kioskView.ts';
import { KioskRig, shown } from './kioskRig.ts';

const kiosk = new KioskRig();

const PIN: Screen = { kind: 'pin', entering: 'pin', digits: 3, checking: false };

const showPad = (): Promise<void> => kiosk.show(shown({ screen: PIN, typedCards: true }));

describe('where a reader types at the kiosk', () => {
  /** Keys as a reader sends them: each is down and up again, and none waits for what the page makes of the one before. */
  async function readerTypes(text: string): Promise<void> {
    const line = await kiosk.context.newCDPSession(kiosk.page);
    const digits = Array.from(text, (key) => ({ key, text: key, windowsVirtualKeyCode: key.charCodeAt(0) }));
    const keys = [...digits, { key: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }];
    await Promise.all(
      keys.flatMap((key) => [
        line.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key }),
        line.send('Input.dispatchKeyEvent', { type: 'keyUp', key: key.key }),
      ]),
    );
  }

  test('a card that it types quickly is one card: no digit of it counts, and its last key presses nothing', async () => {
    await showPad();
    await kiosk.page.getByRole('button', { name: '5', exact: true }).focus();
    await readerTypes('0077725727');
    expect(await kiosk.heard(1)).toEqual([{ kind: 'card-typed', text: '0077725727' }]);
    // What somebody types after it is all that comes after it.
    await kiosk.page.keyboard.press('Escape');
    expect(await kiosk.heard(1)).toEqual([{ kind: 'cancel' }]);
  });

  test('and what somebody types goes on to work', async () => {
    await showPad();
    await kiosk.page.keyboard.type('42', { delay: 60 });
    await kiosk.page.keyboard.press('Backspace');
    await kiosk.page.keyboard.press('Enter');
    expect(await kiosk.heard(4)).toEqual([
      { kind: 'press-digit', digit: 4 },
      { kind: 'press-digit', digit: 2 },
      { kind: 'erase-digit' },
      { kind: 'confirm' },
    ]);
    await kiosk.page.getByRole('button', { name: '7', exact: true }).focus();
    await kiosk.page.keyboard.press('Space');
    expect(await kiosk.heard(1)).toEqual([{ kind: 'press-digit', digit: 7 }]);
  });
});
