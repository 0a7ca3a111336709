import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { KIOSK_COMMAND_BYTES_MAX } from '#contract/kioskCommand.ts';
import type { PageName } from '#contract/page.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { OpenSession, ScreenSession } from './session.ts';

/** The kiosk, the simulator page and a few that look from elsewhere. */
export const SCREENS_MAX = 6;
/** A screen that did not answer the ping before is cut off at the next. */
export const PING_MS = millis(10_000);

/** How long a screen may take to agree to its end. */
const CLOSE_MS_MAX = millis(1_000);

const CLOSE = { goingAway: 1001, refused: 1008, tooLong: 1009, ourFault: 1011 } as const;

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
}

export interface SocketParts {
  readonly open: OpenSession;
  readonly clock: Clock;
  readonly report: (fault: Fault) => void;
  readonly onScreens: (kiosk: number) => void;
}

/** The screens that are connected by a WebSocket. Whether one may come in at all was decided before. */
export class ScreenSockets {
  readonly #parts: SocketParts;
  readonly #screens = new Set<SocketScreen>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: KIOSK_COMMAND_BYTES_MAX,
  });

  constructor(parts: SocketParts) {
    this.#parts = parts;
  }

  get full(): boolean {
    return this.#screens.size >= SCREENS_MAX;
  }

  /** Turns an admitted request into a screen. */
  take(page: PageName, { request, socket, head }: UpgradeRequest): void {
    this.#server.handleUpgrade(request, socket, head, (connection) => {
      const screen = new SocketScreen(connection, page, this.#parts);
      this.#screens.add(screen);
      this.#tellScreens();
      connection.once('close', () => {
        this.#screens.delete(screen);
        this.#tellScreens();
      });
    });
  }

  #tellScreens(): void {
    this.#parts.onScreens([...this.#screens].filter(({ page }) => page === 'kiosk').length);
  }

  async close(): Promise<void> {
    const ends = [...this.#screens].map((screen) => screen.close(CLOSE.goingAway));
    this.#server.close();
    await Promise.all(ends);
  }
}

class SocketScreen {
  readonly #connection: WebSocket;
  readonly page: PageName;
  readonly #parts: SocketParts;
  readonly #session: ScreenSession | undefined;
  #deadline: Disposable | undefined;
  #answered = true;
  #closing = false;

  constructor(connection: WebSocket, page: PageName, parts: SocketParts) {
    this.#connection = connection;
    this.page = page;
    this.#parts = parts;
    // A failed send means that the connection is going; `close` follows and ends the session.
    this.#session = parts.open(page, (message, sent) =>
      connection.send(message, { binary: typeof message !== 'string' }, (error) => error || sent()),
    );
    connection.on('message', (data, isBinary) =>
      this.#onMessage(Buffer.isBuffer(data) ? data.toString('utf8') : '', isBinary),
    );
    connection.on('pong', () => (this.#answered = true));
    connection.on('error', (error) => this.#onError(error));
    connection.once('close', () => this.#end());
    this.#pingLater();
  }

  /** Settles when the screen is gone. */
  async close(code: number): Promise<void> {
    const closed = new Promise((resolve) => this.#connection.once('close', resolve));
    this.#connection.close(code);
    this.#beginToEnd();
    await closed;
  }

  #beginToEnd(): void {
    const { clock } = this.#parts;
    this.#closing = true;
    this.#session?.[Symbol.dispose]();
    this.#deadline?.[Symbol.dispose]();
    this.#deadline = clock.at(after(clock.monotonic(), CLOSE_MS_MAX), () => this.#connection.terminate());
  }

  #onMessage(text: string, isBinary: boolean): void {
    if (this.#closing) return;
    if (isBinary) return this.#cutOff(CLOSE.refused, 'bytes', 'a command as text');
    try {
      const refusal = this.#session?.receive(text);
      if (refusal === undefined) return;
      this.#cutOff(refusal.why === 'too-long' ? CLOSE.tooLong : CLOSE.refused, refusal.found, refusal.expected);
    } catch (thrown) {
      // A screen must not be able to end the service, whatever a command set off.
      this.#cutOff(CLOSE.ourFault, `a failure: ${messageOf(thrown)}`, 'a command that is carried out', thrown);
    }
  }

  /** ws closes the connection by itself: 1009 for a message too long, 1002 and 1007 for what is no message. */
  #onError(error: Error): void {
    if (this.#closing) return;
    this.#beginToEnd();
    const expected = `text messages of at most ${KIOSK_COMMAND_BYTES_MAX} bytes`;
    this.#report(error.message, expected, error);
  }

  #cutOff(code: number, found: string, expected: string, cause?: unknown): void {
    void this.close(code);
    this.#report(found, expected, cause);
  }

  #report(found: string, expected: string, cause?: unknown): void {
    this.#parts.report(new Fault('command', { thing: `command of the ${this.page} page`, found, expected }, cause));
  }

  #pingLater(): void {
    const { clock } = this.#parts;
    this.#deadline = clock.at(after(clock.monotonic(), PING_MS), () => {
      if (!this.#answered) return this.#connection.terminate();
      this.#answered = false;
      this.#connection.ping();
      this.#pingLater();
    });
  }

  #end(): void {
    this.#deadline?.[Symbol.dispose]();
    this.#session?.[Symbol.dispose]();
  }
}

/** Answers a request for a socket that is not admitted. */
export function refuseSocket(socket: Duplex, status: number): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
