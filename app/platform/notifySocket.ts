import { endianness } from 'node:os';
import { NativeLibrary, type LibC, type NativeFunction } from './nativeLibrary.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const FAMILY_BYTES = 2;
/** `sun_path` of sockaddr_un. */
const PATH_BYTES_MAX = 108;

/** What a service may say to its manager (sd_notify(3)). */
export type ServiceState = 'READY=1' | 'WATCHDOG=1' | 'STOPPING=1';
export type NotifyOutcome = { readonly kind: 'sent' } | { readonly kind: 'not-sent'; readonly why: string };

export interface NotifySocket extends Disposable {
  /** How often the manager wants to hear `WATCHDOG=1`, at the latest; undefined where it does not watch this process. */
  readonly watchdogMs: number | undefined;
  notify(state: ServiceState): NotifyOutcome;
}

/**
 * The manager's datagram socket as the environment names it. Node has no unix datagrams, so libc sends them. Where there
 * is no manager, or its address cannot be used, every call says `not-sent` and why.
 */
export function openNotifySocket(env: NodeJS.ProcessEnv, pid: number, libc: LibC = new NativeLibrary()): NotifySocket {
  const named = env['NOTIFY_SOCKET'];
  if (named === undefined || named === '') return silent('NOTIFY_SOCKET is not set: no service manager is listening');
  const address = unixAddress(named);
  if (address === undefined) return silent('NOTIFY_SOCKET is not a unix socket address of at most 107 bytes');
  const opened = libc.int('int socket(int domain, int type, int protocol)')(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (opened.kind === 'failed') return silent(`no socket could be made: ${opened.errno}`);
  return new OpenSocket({ descriptor: opened.value, address, watchdogMs: watchdogPeriod(env, pid), libc });
}

/** The bytes of a sockaddr_un: `/path` or `@abstract`; undefined for anything else. */
export function unixAddress(named: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(named);
  const abstract = named.startsWith('@');
  if (!abstract && !named.startsWith('/')) return undefined;
  if (bytes.length < 2 || bytes.length >= PATH_BYTES_MAX || bytes.includes(0)) return undefined;
  // An abstract name begins with a zero and is as long as the address says; a path ends with one.
  const address = new Uint8Array(FAMILY_BYTES + bytes.length + (abstract ? 0 : 1));
  address[endianness() === 'LE' ? 0 : 1] = AF_UNIX;
  address.set(bytes, FAMILY_BYTES);
  if (abstract) address[FAMILY_BYTES] = 0;
  return address;
}

function watchdogPeriod(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const watched = env['WATCHDOG_PID'];
  if (watched !== undefined && watched !== String(pid)) return undefined;
  const micros = env['WATCHDOG_USEC'];
  if (micros === undefined || !/^[1-9]\d{0,15}$/.test(micros)) return undefined;
  return Number(micros) / 1000;
}

const silent = (why: string): NotifySocket => ({
  watchdogMs: undefined,
  notify: () => ({ kind: 'not-sent', why }),
  [Symbol.dispose]: () => undefined,
});

class OpenSocket implements NotifySocket {
  readonly watchdogMs: number | undefined;
  readonly #address: Uint8Array;
  readonly #sendto: NativeFunction;
  readonly #close: NativeFunction;
  #descriptor: number | undefined;

  constructor(parts: { descriptor: number; address: Uint8Array; watchdogMs: number | undefined; libc: LibC }) {
    this.watchdogMs = parts.watchdogMs;
    this.#descriptor = parts.descriptor;
    this.#address = parts.address;
    this.#sendto = parts.libc.int(
      'int sendto(int fd, const uint8_t *data, size_t length, int flags, const uint8_t *address, uint32_t addressLength)',
    );
    this.#close = parts.libc.int('int close(int fd)');
  }

  notify(state: ServiceState): NotifyOutcome {
    if (this.#descriptor === undefined) return { kind: 'not-sent', why: 'the socket is closed' };
    const data = new TextEncoder().encode(state);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = this.#sendto(this.#descriptor, data, data.length, flags, this.#address, this.#address.length);
    return sent.kind === 'returned' ? { kind: 'sent' } : { kind: 'not-sent', why: sent.errno };
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) this.#close(this.#descriptor);
    this.#descriptor = undefined;
  }
}
