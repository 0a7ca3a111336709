import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { KioskView } from '#contract/kioskView.ts';
import { launchChromium } from './browser.ts';
import { builtPage, PageServer } from './pageServer.ts';
import { GLASSES, viewOf, type Shown } from './views.ts';

const GLASS = GLASSES[0]!;

/** The kiosk's page in a browser, and the terminal that it is connected to: new before each test of a file. */
export class KioskRig {
  server!: PageServer;
  address!: string;
  context!: BrowserContext;
  page!: Page;

  constructor() {
    let files: ReadonlyMap<string, Buffer>;
    let browser: Browser;
    beforeAll(async () => {
      files = await builtPage('kiosk');
      browser = await launchChromium();
    });
    afterAll(() => browser.close());
    beforeEach(async () => {
      this.server = new PageServer('kiosk', files);
      this.address = await this.server.start();
      this.context = await browser.newContext({ viewport: GLASS, reducedMotion: 'reduce' });
      this.page = await this.context.newPage();
    });
    afterEach(async () => {
      await this.context.close();
      await this.server[Symbol.asyncDispose]();
    });
  }

  /** Shows a view and waits until it is on the glass. */
  async show(view: KioskView): Promise<void> {
    this.server.show(view);
    if (this.page.url() === 'about:blank') await this.page.goto(this.address);
    await this.page.locator(`main[data-screen=${view.screen.kind}]`).waitFor();
    await this.page.locator('.place').getByText(view.accessPoint, { exact: true }).waitFor();
  }

  /** What the terminal has heard since the last time, once it has heard `count` commands. */
  async heard(count: number): Promise<unknown[]> {
    await expect.poll(() => this.server.commands.length).toBeGreaterThanOrEqual(count);
    return this.server.commands.splice(0);
  }
}

export const shown = (shownNow: Shown, accessPoint = 'North door'): KioskView =>
  viewOf(shownNow, { language: 'en', glass: GLASS, accessPoint });
