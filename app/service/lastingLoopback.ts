import { messageOf } from '#core/kernel/fault.ts';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import { LOOPBACK_ADDRESS, type Loopback } from './loopback/startLoopback.ts';

/** A port that was taken, or pages that were not there, are looked for again after this long. */
export const SCREENS_RETRY_MS = millis(10_000);

export interface LastingLoopbackParts {
  readonly open: () => Promise<Loopback>;
  readonly clock: Clock;
  readonly health: Health;
  /** Called once, when it listens after all and not from the start. */
  readonly onLate: (port: number) => void;
}

/** The loopback server as soon as it can be had. The door never depends on a screen: what stops it is only reported. */
export class LastingLoopback {
  readonly #parts: LastingLoopbackParts;
  #loopback: Loopback | undefined;
  #opening: Promise<void> = Promise.resolve();
  #next: Disposable | undefined;
  #closed = false;

  constructor(parts: LastingLoopbackParts) {
    this.#parts = parts;
  }

  /** Tries for the first time. It never rejects; undefined where there is no port yet. */
  async start(): Promise<number | undefined> {
    this.#opening = this.#open();
    await this.#opening;
    return this.#loopback?.port;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#next?.[Symbol.dispose]();
    await this.#opening;
    await this.#loopback?.close();
  }

  async #open(): Promise<void> {
    const { open, health } = this.#parts;
    try {
      this.#loopback = await open();
      health.report({ part: 'screens', level: 'ok', says: `${LOOPBACK_ADDRESS}:${this.#loopback.port}` });
    } catch (error) {
      health.report({ part: 'screens', level: 'failed', says: messageOf(error) });
      if (!this.#closed) this.#openLater();
    }
  }

  #openLater(): void {
    const { clock, onLate } = this.#parts;
    this.#next = clock.at(after(clock.monotonic(), SCREENS_RETRY_MS), () => {
      this.#opening = this.#open().then(() => {
        if (this.#loopback !== undefined && !this.#closed) onLate(this.#loopback.port);
      });
    });
  }
}
