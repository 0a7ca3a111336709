/// <reference lib="dom" />
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LivePicture, type About } from '../../scripts/hardware/livePicture.ts';
import { BUILD_MS_MAX, makeNative } from '../drivers/camera/shim/build.ts';
import { launchChromium } from '../kiosk/browser.ts';
import { ROOT } from '../tidy/house.ts';
import { ADisplay, processesOf } from './start/aDisplay.ts';

const SCREENSHOTS = join(ROOT, 'build/screenshots/hardware');
const SCREENS = { portrait: { width: 800, height: 1280 }, landscape: { width: 1280, height: 800 } };
/** A browser that starts on a busy machine. */
const SHOWN_MS_MAX = 60_000;
const ABOUT: About = {
  sharpness: 20,
  brightness: 96.4,
  burnt: 0.002,
  light: 'good',
  rate: 29.97,
  latencyMs: 12.34,
  dropped: 3,
  exposureMicros: 10_000,
};

describe('the page of the live picture', () => {
  let browser: Browser;
  let live: LivePicture;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    live = await LivePicture.open();
    page = await browser.newPage({ viewport: SCREENS.portrait, locale: 'en-GB' });
  });
  afterEach(async () => {
    clearInterval(showing);
    await page.close();
    await live[Symbol.asyncDispose]();
  });

  let showing: NodeJS.Timeout | undefined;
  /** Shows an upright picture, yellow over grey, again and again. */
  function show(about: Partial<About> = {}): void {
    const [width, height] = [90, 160];
    const pixels = new Uint8Array(width * height * 3).fill(90);
    for (let at = 0; at < pixels.length / 2; at += 3) pixels.set([0xe0, 0xe0, 0x20], at);
    clearInterval(showing);
    showing = setInterval(() => live.show({ width, height, pixels }, { ...ABOUT, ...about }), 5);
  }

  const canvas = (x: number, y: number): Promise<readonly number[]> =>
    page.evaluate(
      (at) => [...document.querySelector('canvas')!.getContext('2d')!.getImageData(at.x, at.y, 1, 1).data],
      { x, y },
    );
  const says = (text: string): Promise<void> => page.getByText(text, { exact: true }).waitFor();

  it('shows it with what helps to focus and to light it, and says that the camera is on', async () => {
    await page.goto(live.address);
    await says('Waiting for the camera …');
    show();
    await says('The camera is on. Its picture is shown here and kept nowhere.');
    await says('The light is good');
    await says('Sharpness 20.0, best 20.0');
    for (const fact of ['30.0', '12.3 ms', '3', '96 / 255', '0.2 %', '10.0 ms']) await says(fact);
    expect(await canvas(10, 10)).toEqual([0xe0, 0xe0, 0x20, 255]);
    show({ sharpness: 5, light: 'backlit', zone: { left: 0.2, top: 0.1, right: 0.8, bottom: 0.9 } });
    await says('Sharpness 5.0, best 20.0');
    await says('Backlight');
    const [now, bar] = await Promise.all(['#now', '#bar'].map((part) => page.locator(part).boundingBox()));
    expect(now!.width / bar!.width).toBeCloseTo(0.25, 1);
    // The outline of the zone.
    expect(await canvas(45, 16)).toEqual([0xf3, 0xf1, 0xea, 255]);
    await page.getByText('Start again').click();
    await says('Sharpness 5.0, best 5.0');
  });

  it('leaves nothing in its canvas when the camera is closed', async () => {
    await page.goto(live.address);
    show();
    await says('The light is good');
    clearInterval(showing);
    await live[Symbol.asyncDispose]();
    await page.getByText('The picture has ended.').first().waitFor();
    expect(await canvas(10, 10)).toEqual([0, 0, 0, 0]);
    live = await LivePicture.open();
  });

  it('fits either screen in either language, whatever it says', async () => {
    await page.goto(live.address);
    for (const [name, size] of Object.entries(SCREENS)) {
      await page.setViewportSize(size);
      for (const light of ['good', 'burnt-out', 'backlit'] as const) {
        show({ light, burnt: 0.125, rate: 119.9, latencyMs: 1_234.5, dropped: 123_456 });
        for (let language = 0; language < 2; language++) {
          await page.locator(`[data-light=${light}]`).waitFor();
          expect(await page.evaluate(outside), `${name} ${light}`).toEqual([]);
          const shown = await page.evaluate(() => document.documentElement.lang);
          await page.screenshot({ path: join(SCREENSHOTS, `camera-${name}-${shown}-${light}.png`) });
          await page.locator('#language').click();
        }
      }
    }
  });
});

/** Runs in the page: each part that is cut off, or covers another one. */
function outside(): string[] {
  return [...document.querySelectorAll('header, figure, section, dl, dl > div, p, h1, button')].flatMap((part) => {
    const box = part.getBoundingClientRect();
    const parent = part.parentElement!.getBoundingClientRect();
    const fits = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    const inside = box.bottom <= parent.bottom + 1 && box.right <= parent.right + 1;
    return fits && inside && part.scrollWidth <= part.clientWidth + 1 ? [] : [`${part.tagName} ${part.textContent}`];
  });
}

describe('npm run hardware -- camera on a terminal with a screen', () => {
  let folder: string;
  let command: ChildProcess | undefined;

  beforeAll(() => makeNative('files'), BUILD_MS_MAX);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lintel-hardware-'));
    // The browser runs as somebody else, who has to get to its own folder in it.
    chmodSync(folder, 0o711);
  });
  afterEach(() => {
    command?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('fills the screen with the picture, and takes everything away at Ctrl-C', { timeout: SHOWN_MS_MAX }, async () => {
    await using display = await ADisplay.open(SCREENS.landscape);
    const args = ['camera', '--form', 'files', '--size', '640x480', '--json'];
    command = spawn(process.execPath, [join(ROOT, 'scripts/hardware.ts'), ...args], {
      env: { ...display.env, TMPDIR: folder, LANG: 'en_GB.UTF-8' },
      stdio: 'pipe',
    });
    let report = '';
    command.stdout!.on('data', (bytes: Buffer) => (report += bytes.toString()));
    command.stderr!.resume();
    // Yellow is the second of the pattern's bars.
    const yellows = (): number => {
      let count = 0;
      for (let x = 0; x < SCREENS.landscape.width; x += 4) {
        const colour = display.pixel(x, 200);
        if (colour >> 16 > 200 && ((colour >> 8) & 0xff) > 200 && (colour & 0xff) < 80) count++;
      }
      return count;
    };
    await expect.poll(yellows, { timeout: SHOWN_MS_MAX }).toBeGreaterThan(10);
    // Paper-coloured to the right edge: without a window manager, too, the window fills the screen.
    await expect.poll(() => display.pixel(SCREENS.landscape.width - 10, 500), { timeout: 10_000 }).toBe(0xf3f1ea);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^lintel-screen-/)]);
    expect(processesOf(folder).length).toBeGreaterThan(1);

    const ended = once(command, 'close');
    command.kill('SIGINT');
    const [status] = (await ended) as [unknown];
    expect([0, 1]).toContain(status);
    expect(JSON.parse(report)).toMatchObject({ command: 'hardware' });
    expect(report).toContain('camera.latency_p95_ms');
    expect(readdirSync(folder)).toEqual([]);
    expect(processesOf(folder)).toEqual([]);
  });
});
