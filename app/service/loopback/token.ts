import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { assert } from '#core/kernel/assert.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';

const TOKEN_BYTES = 32;
const TOKEN_TEXT = /^[A-Za-z0-9_-]{43}$/;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** What somebody must know to look at the screens over the loopback server. It never becomes part of a log or address. */
export class LoopbackToken implements Disposable {
  readonly #bytes: Buffer;
  #gone = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** For a holder that outlives this one. */
  copy(): LoopbackToken {
    return new LoopbackToken(this.#secret);
  }

  /** A token that was overwritten is zeros, which anybody could guess: from then on it opens nothing. */
  get #secret(): Buffer {
    assert(!this.#gone, 'a token is not used after it was overwritten');
    return this.#bytes;
  }

  static random(): LoopbackToken {
    return new LoopbackToken(randomBytes(TOKEN_BYTES));
  }

  /** Compares in a time that tells nothing of where they differ. */
  matches(text: string): boolean {
    return TOKEN_TEXT.test(text) && timingSafeEqual(digest(Buffer.from(text, 'base64url')), digest(this.#secret));
  }

  /** What a screen's cookie holds: it outlives a restart of the service, and the token cannot be computed from it. */
  get session(): string {
    return createHmac('sha256', this.#secret).update('lintel loopback session 1').digest('base64url');
  }

  isSession(text: string): boolean {
    return timingSafeEqual(digest(Buffer.from(text)), digest(Buffer.from(this.session)));
  }

  /** The one way out, for the file that its owner reads and for the page that Chromium is started with. */
  revealTo(taker: (text: string) => void): void {
    taker(this.#secret.toString('base64url'));
  }

  toJSON(): string {
    return '[loopback token]';
  }

  [Symbol.dispose](): void {
    this.#gone = true;
    this.#bytes.fill(0);
  }
}

/** Writes a new token to `file`, readable by its owner alone; the one before is worth nothing once the service restarts. */
export function renewTokenFile(file: string): LoopbackToken {
  const token = LoopbackToken.random();
  const fresh = `${file}.new`;
  try {
    rmSync(fresh, { force: true });
    token.revealTo((text) => writeFileSync(fresh, `${text}\n`, { mode: OWNER_ONLY, flag: 'wx' }));
    renameSync(fresh, file);
  } catch (thrown) {
    throw tokenFault(file, messageOf(thrown), 'a folder that can be written to', thrown);
  }
  return token;
}

/**
 * The token in `file`.
 * @throws Fault `screen` where it cannot be read, holds something else or may be read by others.
 */
export function readTokenFile(file: string): LoopbackToken {
  const text = readOwnerOnly(file).trim();
  if (!TOKEN_TEXT.test(text)) throw tokenFault(file, 'something else', 'a token as the service writes it');
  return new LoopbackToken(Buffer.from(text, 'base64url'));
}

function readOwnerOnly(file: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    const { mode, uid } = fstatSync(descriptor);
    const mine = uid === process.getuid?.() || uid === 0;
    if ((mode & OTHERS) !== 0 || !mine) throw new Error('a file that others own or may read');
    return readFileSync(descriptor, 'utf8');
  } catch (thrown) {
    throw tokenFault(file, messageOf(thrown), 'a file of its owner alone (mode 600)', thrown);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const tokenFault = (file: string, found: string, expected: string, cause?: unknown): Fault =>
  new Fault('screen', { thing: `token file ${file}`, found, expected }, cause);

/** Of equal length whatever went in, as the comparison needs it. */
const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
