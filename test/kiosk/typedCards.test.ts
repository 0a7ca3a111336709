/// <reference lib="dom" />
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Screen } from '#contract/kioskView.ts';
import { launchChromium } from './browser.ts';
import { builtPage, PageServer } from './pageServer.ts';
import { GLASSES, viewOf } from './views.ts';

const GLASS = GLASSES[0]!;

let files: ReadonlyMap<string, Buffer>;
let browser: Browser;
let server: PageServer;
let context: BrowserContext;
let page: Page;
let address: string;

beforeAll(async () => {
  files = await builtPage('kiosk');
  browser = await launchChromium();
});

afterAll(() => browser.close());

beforeEach(async () => {
  server = new PageServer('kiosk', files);
  address = await server.start();
  context = await browser.newContext({ viewport: GLASS, reducedMotion: 'reduce' });
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  await server[Symbol.asyncDispose]();
});

const PIN: Screen = { kind: 'pin', entering: 'pin', digits: 3, checking: false };

async function showPad(): Promise<void> {
  const about = { language: 'en', glass: GLASS, accessPoint: 'North door' } as const;
  server.show(viewOf({ screen: PIN, typedCards: true }, about));
  await page.goto(address);
  await page.locator('main[data-screen=pin]').waitFor();
}

/** What the terminal has heard since the last time, once it has heard `count` commands. */
async function heard(count: number): Promise<unknown[]> {
  await expect.poll(() => server.commands.length).toBeGreaterThanOrEqual(count);
  return server.commands.splice(0);
}

describe('where a reader types at the kiosk', () => {
  /** Keys as a reader sends them: each is down and up again, and none waits for what the page makes of the one before. */
  async function readerTypes(text: string): Promise<void> {
    const line = await context.newCDPSession(page);
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
    await page.getByRole('button', { name: '5', exact: true }).focus();
    await readerTypes('0077725727');
    expect(await heard(1)).toEqual([{ kind: 'card-typed', text: '0077725727' }]);
    // What somebody types after it is all that comes after it.
    await page.keyboard.press('Escape');
    expect(await heard(1)).toEqual([{ kind: 'cancel' }]);
  });

  test('and what somebody types goes on to work', async () => {
    await showPad();
    await page.keyboard.type('42', { delay: 60 });
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    expect(await heard(4)).toEqual([
      { kind: 'press-digit', digit: 4 },
      { kind: 'press-digit', digit: 2 },
      { kind: 'erase-digit' },
      { kind: 'confirm' },
    ]);
    await page.getByRole('button', { name: '7', exact: true }).focus();
    await page.keyboard.press('Space');
    expect(await heard(1)).toEqual([{ kind: 'press-digit', digit: 7 }]);
  });
});
