import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Places in the header of an X window dump, in numbers of 32 bits. */
const XWD = { headerBytes: 0, rowBytes: 12, colours: 19 } as const;
const XWD_COLOUR_BYTES = 12;
const PIXEL_BYTES = 4;

/** An X server of the test's own, which lets in who has its cookie. */
export class ADisplay implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #server: ChildProcess;

  private constructor(folder: string, server: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#server = server;
    this.env = env;
  }

  static async open({ width = 800, height = 1280 } = {}): Promise<ADisplay> {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-display-'));
    const cookies = join(folder, 'Xauthority');
    // The X server takes the data of any entry; the display's number is known only once it runs.
    const data = randomBytes(16);
    writeFileSync(cookies, cookieFor('', data), { mode: 0o600 });
    const screen = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-fbdir', folder];
    const server = spawn('Xvfb', [...screen, '-nolisten', 'tcp', '-auth', cookies], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [number] = await once(server.stdio[3]!, 'data');
    const display = String(number).trim();
    writeFileSync(cookies, Buffer.concat([cookieFor('9999', randomBytes(16)), cookieFor(display, data)]), {
      mode: 0o600,
    });
    return new ADisplay(folder, server, {
      ...process.env,
      DISPLAY: `:${display}`,
      XAUTHORITY: cookies,
      WAYLAND_DISPLAY: '',
    });
  }

  /** The colour that is on the screen, as 0xrrggbb. */
  pixel(x: number, y: number): number {
    const dump = readFileSync(join(this.#folder, 'Xvfb_screen0'));
    const header = (at: number): number => dump.readUInt32BE(at * 4);
    const pixels = header(XWD.headerBytes) + header(XWD.colours) * XWD_COLOUR_BYTES;
    return dump.readUInt32LE(pixels + y * header(XWD.rowBytes) + x * PIXEL_BYTES) & 0xffffff;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.kill();
    await once(this.#server, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function cookieFor(display: string, data: Uint8Array): Buffer {
  const field = (bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  const fields = [hostname(), display, 'MIT-MAGIC-COOKIE-1'].map((text) => field(Buffer.from(text)));
  return Buffer.concat([Buffer.from([1, 0]), ...fields, field(data)]);
}

export const commandLine = (pid: number | string): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

/** Processes that name this in their arguments. */
export function processesOf(named: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && commandLine(pid).includes(named);
    } catch {
      return false;
    }
  });
}
