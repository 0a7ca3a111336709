import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PAGE_NAMES, type PageName } from '#contract/page.ts';
import { enterPage } from '../../../scripts/start/screenFolder.ts';
import { launchChromium } from '../../kiosk/browser.ts';
import { builtPage } from '../../kiosk/pageServer.ts';
import { ROOT, type GateFolder } from './gateFolder.ts';

const SCREENSHOTS = join(ROOT, 'build/screenshots/e2e');
const PORTRAIT = { width: 800, height: 1280 };
const LANDSCAPE = { width: 1024, height: 600 };
const SIMULATOR = { width: 1280, height: 900 };
/** The gate's own times are a few seconds; a machine that is used by others takes longer. */
const SHOWN_MS_MAX = 20_000;

/** What is read matches, now or soon. */
export async function soon(read: () => Promise<string | null | undefined>, matches: RegExp): Promise<void> {
  await expect.poll(read, { timeout: SHOWN_MS_MAX }).toMatch(matches);
}

/** Puts the pages as they are shipped where the gate looks for them. */
export async function buildPages(folder: GateFolder): Promise<void> {
  for (const page of PAGE_NAMES) folder.putPage(page, await builtPage(page));
}

/** The kiosk and the simulator page of one gate in a real browser, signed in as the launcher does it. */
export class Screens implements AsyncDisposable {
  readonly #folder: GateFolder;
  readonly #port: number;
  readonly #browser: Browser;
  /** Errors of the pages, and breaches of their content-security policy. */
  readonly broken: string[] = [];
  kiosk!: Page;
  simulator!: Page;

  private constructor(folder: GateFolder, port: number, browser: Browser) {
    this.#folder = folder;
    this.#port = port;
    this.#browser = browser;
  }

  static async open(folder: GateFolder, port: number): Promise<Screens> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const screens = new Screens(folder, port, await launchChromium());
    screens.kiosk = await screens.enter('kiosk');
    screens.simulator = await screens.enter('simulator');
    return screens;
  }

  /** A new page that the launcher's file has signed in; in a window of its own, since a page behind another is not drawn. */
  async enter(name: PageName): Promise<Page> {
    const viewport = name === 'kiosk' ? PORTRAIT : SIMULATOR;
    const page = await this.#browser.newPage({ viewport, reducedMotion: 'reduce' });
    page.setDefaultTimeout(SHOWN_MS_MAX);
    page.on('pageerror', (error) => this.broken.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.broken.push(`${message.text()} ${message.location().url}`);
    });
    const file = join(this.#folder.path, `${name}.html`);
    const place = { left: 0, ...PORTRAIT };
    writeFileSync(file, enterPage({ page: name, place, port: this.#port, token: this.#folder.token }));
    await page.goto(pathToFileURL(file).href);
    await page.waitForURL(`http://127.0.0.1:${this.#port}/${name}/`);
    return page;
  }

  /** The kiosk shows this picture, now or soon. */
  async shows(screen: string): Promise<void> {
    await this.kiosk.locator(`main[data-screen=${screen}]`).waitFor();
  }

  /** Words on the kiosk, seen by whoever stands there. */
  async says(text: string): Promise<void> {
    await this.kiosk.locator('.gate').getByText(text, { exact: true }).first().waitFor();
  }

  async touch(name: string): Promise<void> {
    await this.kiosk.getByRole('button', { name, exact: true }).click();
  }

  /** Presses a button, or chooses a scene, on the simulator page. */
  async simulate(name: string): Promise<void> {
    await this.simulator.locator('button').getByText(name, { exact: true }).click();
  }

  /** A fact of the simulator page is this, now or soon. */
  async factIs(fact: string, value: string): Promise<void> {
    const row = this.simulator.locator('dl > div').filter({ has: this.simulator.getByText(fact, { exact: true }) });
    await row.locator('dd').getByText(value, { exact: true }).waitFor();
  }

  /** Lines of a list on the simulator page, newest first. */
  lines(title: 'Journal' | 'On the serial line'): Promise<string[]> {
    const panel = this.simulator
      .locator('section')
      .filter({ has: this.simulator.getByRole('heading', { name: title }) });
    return panel.locator('.lines li').allTextContents();
  }

  /** A picture of the kiosk, upright and across. */
  async photograph(name: string): Promise<void> {
    await this.kiosk.screenshot({ path: join(SCREENSHOTS, `${name}-portrait.png`) });
    await this.kiosk.setViewportSize(LANDSCAPE);
    await this.kiosk.screenshot({ path: join(SCREENSHOTS, `${name}-landscape.png`) });
    await this.kiosk.setViewportSize(PORTRAIT);
  }

  async photographSimulator(name: string): Promise<void> {
    await this.simulator.screenshot({ path: join(SCREENSHOTS, `simulator-${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
