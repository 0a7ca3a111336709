import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Frame } from '#core/ports/camera.ts';

/** Bits that nobody on this machine guesses: other programs may ask the same port. */
const TOKEN_BYTES = 16;

/** What helps to turn a lens, beside the picture. */
export interface Help {
  readonly sharpness: number;
  /** 0 to 255, of the whole picture. */
  readonly brightness: number | undefined;
  readonly exposureMicros: number | undefined;
}

/** A page on this machine alone that shows one camera to an installer. No picture is written anywhere. */
export class LivePicture implements AsyncDisposable {
  readonly address: string;
  readonly #server: Server;
  #picture: { readonly bytes: Buffer; readonly about: string } | undefined;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  static async open(): Promise<LivePicture> {
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const place = server.address();
    const port = typeof place === 'object' && place !== null ? place.port : 0;
    const live = new LivePicture(server, `http://127.0.0.1:${port}/${token}/`);
    server.on('request', ({ url }, response) => {
      if (url === `/${token}/`) answer(response, PAGE, 'text/html; charset=utf-8');
      else if (url === `/${token}/frame`) live.#frame(response);
      else response.writeHead(404).end();
    });
    return live;
  }

  /** Copies the frame; the one before it is overwritten. */
  show({ width, height, pixels }: Pick<Frame, 'width' | 'height' | 'pixels'>, help: Help): void {
    this.#forget();
    this.#picture = { bytes: Buffer.from(pixels), about: JSON.stringify({ width, height, ...help }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forget(): void {
    this.#picture?.bytes.fill(0);
    this.#picture = undefined;
  }

  #frame(response: ServerResponse): void {
    const picture = this.#picture;
    if (picture === undefined) return void response.writeHead(204).end();
    response.setHeader('x-about', picture.about);
    // A copy, since the frame may be overwritten before it is sent; it is overwritten when it was.
    const sent = Buffer.from(picture.bytes);
    response.once('close', () => sent.fill(0));
    answer(response, sent, 'application/octet-stream');
  }
}

function answer(response: ServerResponse, body: string | Buffer, type: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(body);
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Camera</title>
<style>body{margin:0;background:#111;color:#eee;font:20px sans-serif;text-align:center}canvas{max-width:100%;max-height:80vh}
#bar{height:24px;background:#333;margin:8px}#now{height:100%;background:#6c6}</style>
<canvas></canvas><div id="bar"><div id="now"></div></div><p></p>
<script>
const canvas = document.querySelector('canvas'), text = document.querySelector('p'), now = document.querySelector('#now');
let best = 0;
async function next() {
  const response = await fetch('frame');
  if (response.status === 200) {
    const about = JSON.parse(response.headers.get('x-about'));
    const rgb = new Uint8Array(await response.arrayBuffer());
    canvas.width = about.width; canvas.height = about.height;
    const picture = new ImageData(about.width, about.height);
    for (let i = 0, at = 0; i < rgb.length; i += 3, at += 4) {
      picture.data[at] = rgb[i]; picture.data[at + 1] = rgb[i + 1]; picture.data[at + 2] = rgb[i + 2];
      picture.data[at + 3] = 255;
    }
    canvas.getContext('2d').putImageData(picture, 0, 0);
    best = Math.max(best, about.sharpness);
    now.style.width = (best > 0 ? 100 * about.sharpness / best : 0) + '%';
    const bright = about.brightness ?? 100;
    const light = bright < 60 ? 'too dark' : bright > 190 ? 'too bright' : 'bright enough';
    text.textContent = 'Turn the lens until the bar is longest. The picture is ' + light + ' (' + Math.round(bright) +
      ' of 255), exposure ' + (about.exposureMicros ? about.exposureMicros + ' us' : 'not told') + '.';
  }
  setTimeout(next, 60);
}
next();
</script></html>`;
