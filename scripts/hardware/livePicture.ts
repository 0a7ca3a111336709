import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { SeenZone } from '#drivers/camera/shim/zone.ts';
import type { Moment } from './cameraFigures.ts';
import type { Picture, PictureHelp } from './pictureHelp.ts';

/** Nobody on this machine guesses them: other programs may ask the same port. */
const TOKEN_BYTES = 16;
/** Pages that may wait for a picture at a time: the terminal's screen, and some that look over the network. */
const WAITING_MAX = 4;
const PAGE = join(import.meta.dirname, 'livePicture');
const FILES = new Map([
  ['', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  ['style.css', { file: 'style.css', type: 'text/css; charset=utf-8' }],
  ['page.mjs', { file: 'page.mjs', type: 'text/javascript; charset=utf-8' }],
]);
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
};

/** What an installer reads beside the picture. */
export type About = PictureHelp & Partial<Moment> & { readonly zone?: SeenZone };

/** A page on this machine alone that shows one camera to an installer. No picture is written or kept anywhere. */
export class LivePicture implements AsyncDisposable {
  readonly port: number;
  /** Of the page; whoever knows it sees the picture. */
  readonly path: string;
  readonly #server: Server;
  readonly #waiting = new Set<ServerResponse>();

  private constructor(server: Server, token: string) {
    const place = server.address();
    this.port = typeof place === 'object' && place !== null ? place.port : 0;
    this.path = `/${token}/`;
    this.#server = server;
  }

  static async open(): Promise<LivePicture> {
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const live = new LivePicture(server, token);
    server.on('request', ({ url = '', method }, response) => {
      const [, given = '', name = ''] = url.split('?', 1)[0]!.split('/');
      if (method === 'GET' && same(given, token)) live.#answer(name, response);
      else response.writeHead(404, HEADERS).end();
    });
    return live;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}${this.path}`;
  }

  /** Gives a copy of the picture to every page that waits for one; it is overwritten when it was sent. */
  show({ width, height, pixels }: Picture, about: About): void {
    for (const response of this.#waiting) {
      const sent = Buffer.from(pixels);
      response.once('close', () => sent.fill(0));
      response.setHeader('x-about', JSON.stringify({ width, height, ...about }));
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/octet-stream' }).end(sent);
    }
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(name: string, response: ServerResponse): void {
    const page = FILES.get(name);
    if (page !== undefined) {
      response.writeHead(200, { ...HEADERS, 'content-type': page.type }).end(readFileSync(join(PAGE, page.file)));
    } else if (name === 'frame' && this.#waiting.size < WAITING_MAX) {
      this.#waiting.add(response);
      response.once('close', () => this.#waiting.delete(response));
    } else response.writeHead(name === 'frame' ? 503 : 404, HEADERS).end();
  }
}

/** Compares in a time that tells nothing of where they differ. */
const same = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
