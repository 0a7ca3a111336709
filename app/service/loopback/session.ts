import { KIOSK_COMMAND_BYTES_MAX, KioskCommand } from '#contract/kioskCommand.ts';
import type { PageName } from '#contract/page.ts';
import { SimulatorCommand } from '#contract/simulator.ts';
import type { Clock } from '#core/ports/clock.ts';
import { elapsed, millis } from '#core/kernel/units.ts';
import type { ScreenEndpoint, ScreenEndpoints } from './endpoint.ts';
import { Outbox, type SendToScreen } from './outbox.ts';

/** A quick finger manages ten. */
export const COMMANDS_PER_SECOND_MAX = 40;
const SECOND = millis(1_000);

/** Why a screen is cut off. `found` never holds what the screen said: that may be a digit of a PIN. */
export interface Refusal {
  readonly why: 'too-long' | 'not-allowed';
  readonly found: string;
  readonly expected: string;
}

/** One screen at one endpoint, from its connection to its end. */
export interface ScreenSession extends Disposable {
  /** Takes a command as JSON. With a refusal the screen is to be cut off; the terminal has not heard of it. */
  receive(text: string): Refusal | undefined;
}

/** Opens a session for a screen that shows `page`; undefined where this terminal has no such page. */
export type OpenSession = (page: PageName, send: SendToScreen) => ScreenSession | undefined;

export function sessionsAt(endpoints: ScreenEndpoints, clock: Clock): OpenSession {
  const { kiosk, simulator } = endpoints;
  return (page, send) => {
    if (page === 'kiosk') return new Session({ endpoint: kiosk, schema: KioskCommand, clock, send });
    return simulator && new Session({ endpoint: simulator, schema: SimulatorCommand, clock, send });
  };
}

interface Schema<Command> {
  safeParse(value: unknown): { success: true; data: Command } | { success: false };
}

interface SessionParts<View, Command> {
  readonly endpoint: ScreenEndpoint<View, Command>;
  readonly schema: Schema<Command>;
  readonly clock: Clock;
  readonly send: SendToScreen;
}

class Session<View, Command> implements ScreenSession {
  readonly #parts: SessionParts<View, Command>;
  readonly #outbox: Outbox<View>;
  readonly #subscription: Disposable;
  #secondBegan;
  #commands = 0;

  constructor(parts: SessionParts<View, Command>) {
    this.#parts = parts;
    this.#secondBegan = parts.clock.monotonic();
    const outbox = new Outbox<View>(parts.send);
    this.#outbox = outbox;
    this.#subscription = parts.endpoint.subscribe(
      (view) => outbox.view(view),
      (message) => outbox.mirror(message),
    );
  }

  receive(text: string): Refusal | undefined {
    const bytes = Buffer.byteLength(text);
    if (bytes > KIOSK_COMMAND_BYTES_MAX) {
      return { why: 'too-long', found: `${bytes} bytes`, expected: `at most ${KIOSK_COMMAND_BYTES_MAX} bytes` };
    }
    if (this.#tooMany()) {
      const expected = `at most ${COMMANDS_PER_SECOND_MAX} commands a second`;
      return { why: 'not-allowed', found: 'more', expected };
    }
    const { schema, endpoint } = this.#parts;
    const parsed = schema.safeParse(fromJson(text));
    if (!parsed.success || endpoint.takes?.(parsed.data) === false) {
      return { why: 'not-allowed', found: `text of ${bytes} bytes that is none`, expected: 'a command of this page' };
    }
    endpoint.command(parsed.data);
    return undefined;
  }

  #tooMany(): boolean {
    const at = this.#parts.clock.monotonic();
    if (elapsed(this.#secondBegan, at) >= SECOND) {
      this.#secondBegan = at;
      this.#commands = 0;
    }
    this.#commands++;
    return this.#commands > COMMANDS_PER_SECOND_MAX;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#outbox[Symbol.dispose]();
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
