import { hostname } from 'node:os';
import type { LoopbackToken } from '#service/loopback/token.ts';
import type { Clock } from '#core/ports/clock.ts';
import { keepChromium, type RunningChromium } from './chromium.ts';
import { gateWindows } from './gateWindows.ts';
import { howToLook, type Host } from './host.ts';

export interface ScreensParts {
  readonly host: Exclude<Host, { kind: 'electron' }>;
  readonly token: LoopbackToken;
  readonly tokenFile: string;
  readonly simulated: boolean;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** What shows the plain service's pages: Chromium where there is a display, and otherwise the words how to look at them. */
export class Screens {
  readonly #parts: ScreensParts;
  #chromium: RunningChromium | undefined;
  #shown = false;

  constructor(parts: ScreensParts) {
    this.#parts = parts;
  }

  /** The gate is open, and serves its pages at `port`. */
  ready(port: number): void {
    if (!this.#shown) this.#show(port);
    this.#shown = true;
    // No page has come yet: one that does not come at all is noticed.
    this.shows(0);
  }

  /** Tells how many screens show the kiosk page; `undefined` while the gate itself is away. */
  shows(kiosks: number | undefined): void {
    this.#chromium?.shows(kiosks);
  }

  async stop(): Promise<void> {
    await this.#chromium?.stop();
  }

  #show(port: number): void {
    const { host, token, tokenFile, simulated, clock, say } = this.#parts;
    if (host.kind === 'none') say(`lintel: no screen is shown. ${host.why}`);
    else {
      say(`lintel: shown by Chromium. ${host.why}`);
      this.#chromium = keepChromium({
        host,
        windows: gateWindows({ token, port, simulated }),
        clock,
        env: process.env,
        log: say,
      });
    }
    for (const line of howToLook({ port, tokenFile, hostName: hostname() })) say(`lintel: ${line}`);
  }
}
