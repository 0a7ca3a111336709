import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { KioskView } from '#contract/kioskView.ts';
import { launchChromium } from './browser.ts';
import { measure } from './measures.ts';
import { builtPage, PageServer } from './pageServer.ts';
import { GLASSES, LANGUAGES, PICTURES, viewOf } from './views.ts';

const FIRST_LOAD_BYTES_MAX = 60_000;
const TARGET_MM_MIN = 15;
const CAPITALS_MM_MIN = 12;
const SCREENSHOTS = 'build/screenshots/kiosk';
/** Whoever runs the tests may look at every picture; nobody does where they run by themselves. */
const FOR_EYES = process.env['CI'] === undefined;

let files: ReadonlyMap<string, Buffer>;
let browser: Browser;

beforeAll(async () => {
  files = await builtPage('kiosk');
  browser = await launchChromium();
  mkdirSync(SCREENSHOTS, { recursive: true });
});

afterAll(() => browser.close());

test('the whole kiosk is under 60 kB gzipped on its first load', () => {
  const bytes = [...files.values()].reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

describe.each(GLASSES)('on the $name screen of $width x $height', (glass) => {
  let server: PageServer;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    server = new PageServer('kiosk', files);
    const address = await server.start();
    const context = await browser.newContext({ viewport: glass, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    page.on('pageerror', (error) => broken.push(error.message));
    await page.goto(address);
  });

  afterAll(async () => {
    await page.context().close();
    await server[Symbol.asyncDispose]();
  });

  test.each(LANGUAGES.flatMap((language) => [...PICTURES].map(([name, shown]) => ({ language, name, shown }))))(
    '$name in $language fits, can be read and can be touched',
    async ({ language, name, shown }) => {
      const accessPoint = `${language === 'en' ? 'North door' : '北门'} ${name}`;
      const view = KioskView.parse(viewOf(shown, { language, glass, accessPoint }));
      server.show(view);
      await page.locator('.place').getByText(accessPoint, { exact: true }).waitFor();
      if (FOR_EYES) await page.screenshot({ path: `${SCREENSHOTS}/${glass.name}-${language}-${name}.png` });
      const { overflows, targets, capitals, canvases } = await page.evaluate(measure);
      expect(overflows).toEqual([]);
      const small = targets.filter(({ width, height }) => Math.min(width, height) * glass.pixelPitchMm < TARGET_MM_MIN);
      expect(small).toEqual([]);
      expect(targets.length).toBeGreaterThanOrEqual(3);
      if (['looking', 'granted', 'denied', 'card', 'pass'].includes(view.screen.kind)) expect(capitals).toHaveLength(1);
      for (const capital of capitals) expect(capital * glass.pixelPitchMm).toBeGreaterThanOrEqual(CAPITALS_MM_MIN);
      expect(canvases).toBe(view.screen.kind === 'looking' && view.preview === 'mirror' ? 1 : 0);
    },
  );

  test('no page error, no breach of the content-security policy on the way', () => {
    expect(broken).toEqual([]);
  });
});
