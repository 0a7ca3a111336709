import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { extname } from 'node:path';
import { build, type Rolldown } from 'vite';
import { WebSocket, WebSocketServer } from 'ws';

/** What the product's hosts send with every page. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The files of one page as they are shipped, by path. Built in memory, so that no test can meet an older build. */
export async function builtPage(page: 'kiosk' | 'simulator'): Promise<ReadonlyMap<string, Buffer>> {
  const built = await build({ mode: page, configFile: 'vite.config.ts', logLevel: 'warn', build: { write: false } });
  const { output } = outputOf(built);
  return new Map(output.map((file) => [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)]));
}

function outputOf(built: Awaited<ReturnType<typeof build>>): Rolldown.RolldownOutput {
  const first = Array.isArray(built) ? built[0] : built;
  if (first === undefined || !('output' in first)) throw new Error('the build gave no files');
  return first;
}

/** A terminal seen from its screen: it serves the page, tells each screen the newest view and takes down what it says. */
export class PageServer implements AsyncDisposable {
  readonly commands: unknown[] = [];
  readonly #files: ReadonlyMap<string, Buffer>;
  readonly #page: 'kiosk' | 'simulator';
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  #view: string | undefined;

  constructor(page: 'kiosk' | 'simulator', files: ReadonlyMap<string, Buffer>) {
    this.#page = page;
    this.#files = files;
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').replace(`/${page}/`, '');
      const file = this.#files.get(path === '' ? 'index.html' : path);
      response.writeHead(file === undefined ? 404 : 200, {
        'content-type': TYPES[extname(path === '' ? 'index.html' : path)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_SECURITY_POLICY,
      });
      response.end(file);
    });
    this.#sockets = new WebSocketServer({ server: this.#server, path: `/${page}/socket` });
    this.#sockets.on('connection', (socket) => {
      if (this.#view !== undefined) socket.send(this.#view);
      socket.on('message', (message: Buffer) => this.commands.push(JSON.parse(message.toString('utf8'))));
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/${this.#page}/`;
  }

  show(view: object): void {
    this.#view = JSON.stringify(view);
    this.sendRaw(this.#view);
  }

  /** Anything at all, good or bad, without becoming what a new screen is told. */
  sendRaw(message: string | Uint8Array): void {
    for (const socket of this.#sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(message);
  }

  /** Ends every line to a screen, as a terminal that dies does. */
  hangUp(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    this.#sockets.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
