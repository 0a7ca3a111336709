import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { PAGE_HEADERS, pageFile, type PageName } from '#contract/page.ts';
import { assertNever } from '#core/kernel/assert.ts';
import type { Clock } from '#core/ports/clock.ts';
import { cookieValue, isOurHost, isOwnOrigin, placeOf, SESSION_COOKIE } from './guards.ts';
import { onwardPage, parseSignIn, SIGN_IN_BYTES_MAX, signInPage } from './signIn.ts';
import type { LoopbackToken } from './token.ts';
import { TokenTries, WRONG_TOKENS_WINDOW_MS } from './tokenTries.ts';

/** Folders of the built pages. */
export type PageFolders = Readonly<Partial<Record<PageName, string>>>;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface AnswerParts {
  readonly pages: PageFolders;
  readonly token: LoopbackToken;
  readonly clock: Clock;
  /** The port that is being listened on. */
  readonly port: () => number;
  readonly onWrongToken: () => void;
}

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const seeOther = (location: string): Answer => ({ status: 303, headers: { location } });

/** Decides what every request but a socket's gets. */
export class Answers {
  readonly #parts: AnswerParts;
  readonly #tries = new TokenTries();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** Is the request from a screen that has signed in, under a name of this machine? */
  isSignedIn({ headers }: IncomingMessage): boolean {
    const session = cookieValue(headers.cookie, SESSION_COOKIE);
    return isOurHost(headers.host, this.#parts.port()) && session !== undefined && this.#parts.token.isSession(session);
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    if (!isOurHost(request.headers.host, this.#parts.port())) return { status: 421 };
    const place = placeOf(request.url ?? '');
    if (place.kind === 'session') return this.#session(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
    switch (place.kind) {
      case 'front':
        if (this.isSignedIn(request)) return seeOther('/kiosk/');
        return { status: 200, headers: HTML, body: signInPage('') };
      case 'file':
        return this.#file(request, place);
      case 'socket':
        return { status: 426, headers: { upgrade: 'websocket' } };
      case 'nowhere':
        return { status: 404 };
      default:
        return assertNever(place);
    }
  }

  async #file(request: IncomingMessage, { page, path }: { page: PageName; path: string }): Promise<Answer> {
    if (!this.isSignedIn(request)) return path === '' ? seeOther('/') : { status: 403 };
    const folder = this.#parts.pages[page];
    const found = pageFile(path);
    if (folder === undefined || found === undefined) return { status: 404 };
    try {
      const body = await readFile(join(folder, found.file));
      return { status: 200, headers: { 'content-type': found.contentType }, body };
    } catch {
      return { status: 404 };
    }
  }

  async #session(request: IncomingMessage): Promise<Answer> {
    const { token, clock, onWrongToken } = this.#parts;
    if (request.method !== 'POST')
      return request.method === 'GET' ? seeOther('/') : { status: 405, headers: { allow: 'POST' } };
    // The launcher's file has the origin `null`; a page of somebody else has no business here even with the token.
    const { origin, host } = request.headers;
    if (origin !== undefined && origin !== 'null' && !isOwnOrigin(origin, host)) return { status: 403 };
    if (request.headers['content-type']?.split(';', 1)[0] !== 'application/x-www-form-urlencoded')
      return { status: 415 };
    const body = await readBody(request, SIGN_IN_BYTES_MAX);
    if (body === undefined) return { status: 413, headers: { connection: 'close' } };
    const at = clock.monotonic();
    if (!this.#tries.mayTry(at)) {
      const headers = { ...HTML, 'retry-after': String(WRONG_TOKENS_WINDOW_MS / 1000) };
      return { status: 429, headers, body: signInPage('Too many wrong tokens: wait half a minute.') };
    }
    const signIn = parseSignIn(body);
    if (signIn === undefined || !token.matches(signIn.token)) {
      this.#tries.countWrong(at);
      onWrongToken();
      return { status: 403, headers: HTML, body: signInPage('That is not the token.') };
    }
    const cookie = `${SESSION_COOKIE}=${token.session}; Path=/; HttpOnly; SameSite=Strict`;
    return { status: 200, headers: { ...HTML, 'set-cookie': cookie }, body: onwardPage(signIn.page) };
  }
}

/** The body as text; undefined where it is longer than `bytesMax`. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > bytesMax) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function writeAnswer(response: ServerResponse, { status, headers, body = '' }: Answer, headOnly: boolean): void {
  response.writeHead(status, { ...PAGE_HEADERS, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(headOnly ? undefined : body);
}
