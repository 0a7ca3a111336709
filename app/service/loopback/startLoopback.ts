import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { after, millis, type Monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Answers, writeAnswer, type PageFolders } from './answers.ts';
import type { ScreenEndpoints } from './endpoint.ts';
import { isOwnOrigin, placeOf } from './guards.ts';
import { sessionsAt } from './session.ts';
import { refuseSocket, ScreenSockets } from './sockets.ts';
import type { LoopbackToken } from './token.ts';

export const LOOPBACK_ADDRESS = '127.0.0.1';
const CONNECTIONS_MAX = 48;
const HEADER_BYTES_MAX = 8_192;
const REQUEST_MS_MAX = 5_000;
/** The same refusal is reported once in this time: a program that keeps knocking must not fill the log. */
export const SAME_REPORT_MS = millis(60_000);

export interface LoopbackOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Folders with the built pages, each with an index.html. */
  readonly pages: PageFolders & { readonly kiosk: string };
  /** Copied: the caller may overwrite its own. */
  readonly token: LoopbackToken;
  readonly endpoints: ScreenEndpoints;
  readonly clock: Clock;
  /** Something that a screen, or somebody in its place, may not do. The door goes on. */
  readonly report: (fault: Fault) => void;
  /** How many screens show the kiosk page, at every change. */
  readonly onScreens?: (kiosk: number) => void;
}

export interface Loopback {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the screens to browsers of this machine, on 127.0.0.1 alone.
 * @throws Fault `screen` where a page was not built; Fault `address` where the port cannot be had.
 */
export async function startLoopback(options: LoopbackOptions): Promise<Loopback> {
  const { pages, endpoints, clock } = options;
  for (const folder of Object.values(pages)) requireBuilt(folder);
  const token = options.token.copy();
  const report = quietly(options.report, clock);
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    headersTimeout: REQUEST_MS_MAX,
  });
  server.maxConnections = CONNECTIONS_MAX;
  const answers = new Answers({
    pages,
    token,
    clock,
    port: () => portOf(server),
    onWrongToken: () => report(refusal('sign-in', 'a wrong token')),
  });
  const onScreens = options.onScreens ?? (() => undefined);
  const sockets = new ScreenSockets({ open: sessionsAt(endpoints, clock), clock, report, onScreens });
  server.on('request', (request, response) => {
    answers.answer(request).then(
      (answer) => writeAnswer(response, answer, request.method === 'HEAD'),
      // The body broke off: there is nobody left to answer.
      () => response.destroy(),
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const place = placeOf(request.url ?? '');
    if (place.kind !== 'socket' || endpoints[place.page] === undefined) return refuseSocket(socket, 404);
    const trespass = trespassOf(request, answers);
    if (trespass !== undefined) {
      refuseSocket(socket, 403);
      return report(refusal('socket', trespass));
    }
    if (!sockets.full) return sockets.take(place.page, { request, socket, head });
    refuseSocket(socket, 503);
    report(refusal('socket', 'more screens than are served at once'));
  });
  try {
    await listen(server, options.port);
  } catch (error) {
    token[Symbol.dispose]();
    throw error;
  }
  return {
    port: portOf(server),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([sockets.close(), closed]);
      token[Symbol.dispose]();
    },
  };
}

function trespassOf(request: IncomingMessage, answers: Answers): string | undefined {
  if (!answers.isSignedIn(request)) return 'no session of this gate';
  return isOwnOrigin(request.headers.origin, request.headers.host) ? undefined : 'another origin';
}

const refusal = (thing: string, found: string): Fault =>
  new Fault('screen', { thing: `loopback ${thing}`, found, expected: 'a screen that has signed in' });

function requireBuilt(folder: string): void {
  if (existsSync(join(folder, 'index.html'))) return;
  throw new Fault('screen', {
    thing: `page folder ${folder}`,
    found: 'no index.html',
    expected: 'a page as the build makes it',
  });
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen({ host: LOOPBACK_ADDRESS, port, exclusive: true });
    await once(server, 'listening');
  } catch (thrown) {
    const about = { thing: `address ${LOOPBACK_ADDRESS}:${port}`, found: messageOf(thrown), expected: 'a free port' };
    throw new Fault('address', about, thrown);
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

/** Passes a fault on once per `SAME_REPORT_MS` and wording. */
function quietly(report: (fault: Fault) => void, clock: Clock): (fault: Fault) => void {
  const reported = new Map<string, Monotonic>();
  return (fault) => {
    const at = clock.monotonic();
    for (const [wording, moment] of reported) if (after(moment, SAME_REPORT_MS) <= at) reported.delete(wording);
    if (reported.has(fault.message)) return;
    reported.set(fault.message, at);
    report(fault);
  };
}
