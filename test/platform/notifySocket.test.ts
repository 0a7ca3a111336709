import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openNotifySocket, unixAddress } from '#platform/notifySocket.ts';

let folder: string;
let manager: ChildProcessByStdio<null, Readable, Readable> | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-notify-'));
});
afterEach(() => {
  manager?.kill('SIGKILL');
  manager = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A service manager that prints each datagram as it comes. */
async function listen(address: string, isThere: () => boolean): Promise<() => Promise<string>> {
  const started = spawn('socat', ['-u', '-d', '-d', address, 'STDOUT'], { stdio: ['ignore', 'pipe', 'pipe'] });
  manager = started;
  await new Promise<void>((resolve, reject) => {
    started.on('error', reject);
    // socat tells on stderr that its loop starts, after it is bound.
    started.stderr.on('data', () => isThere() && resolve());
  });
  return async () => {
    const [data] = await once(started.stdout, 'data');
    return String(data);
  };
}

test('the service manager hears READY, WATCHDOG and STOPPING over a socket path', async () => {
  const path = join(folder, 'notify');
  const heard = await listen(`UNIX-RECV:${path}`, () => existsSync(path));
  using socket = openNotifySocket({ NOTIFY_SOCKET: path }, process.pid);
  for (const state of ['READY=1', 'WATCHDOG=1', 'STOPPING=1'] as const) {
    const next = heard();
    expect(socket.notify(state)).toEqual({ kind: 'sent' });
    expect(await next).toBe(state);
  }
});

test('an abstract address is reached as well', async () => {
  const name = `lintel-notify-${process.pid}`;
  const there = () => readFileSync('/proc/net/unix', 'utf8').includes(`@${name}`);
  const heard = await listen(`ABSTRACT-RECV:${name}`, there);
  using socket = openNotifySocket({ NOTIFY_SOCKET: `@${name}` }, process.pid);
  const next = heard();
  expect(socket.notify('READY=1')).toEqual({ kind: 'sent' });
  expect(await next).toBe('READY=1');
});

test('without a manager nothing is sent, and that is said', () => {
  using socket = openNotifySocket({}, process.pid);
  expect(socket.watchdogMs).toBeUndefined();
  expect(socket.notify('READY=1')).toEqual({ kind: 'not-sent', why: expect.stringContaining('not set') });
});

test('a manager that is gone is named by its errno and nothing throws', () => {
  using socket = openNotifySocket({ NOTIFY_SOCKET: join(folder, 'nobody') }, process.pid);
  expect(socket.notify('WATCHDOG=1')).toEqual({ kind: 'not-sent', why: 'ENOENT' });
});

test('a closed socket sends nothing more and can be closed twice', () => {
  const socket = openNotifySocket({ NOTIFY_SOCKET: join(folder, 'nobody') }, process.pid);
  socket[Symbol.dispose]();
  socket[Symbol.dispose]();
  expect(socket.notify('WATCHDOG=1')).toEqual({ kind: 'not-sent', why: 'the socket is closed' });
});

test('the watchdog period is taken only where it is meant for this process', () => {
  const env = { NOTIFY_SOCKET: join(folder, 'x'), WATCHDOG_USEC: '3000000' };
  const periodOf = (more: NodeJS.ProcessEnv) => {
    using socket = openNotifySocket({ ...env, ...more }, 4711);
    return socket.watchdogMs;
  };
  expect(periodOf({})).toBe(3_000);
  expect(periodOf({ WATCHDOG_PID: '4711' })).toBe(3_000);
  expect(periodOf({ WATCHDOG_PID: '4712' })).toBeUndefined();
  expect(periodOf({ WATCHDOG_USEC: '0' })).toBeUndefined();
  expect(periodOf({ WATCHDOG_USEC: 'soon' })).toBeUndefined();
});

test('whatever NOTIFY_SOCKET holds, it becomes a whole address or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((name) => `/${name}`),
        fc.string().map((name) => `@${name}`),
      ),
      (named) => {
        const address = unixAddress(named);
        const bytes = new TextEncoder().encode(named);
        if (address === undefined) {
          const usable = /^[/@]/.test(named) && bytes.length >= 2 && bytes.length < 108 && !bytes.includes(0);
          expect(usable).toBe(false);
          return;
        }
        expect(address.length).toBeLessThanOrEqual(2 + 108);
        expect([...address.subarray(0, 2)]).toEqual([1, 0]);
        const told = address.subarray(2, 2 + bytes.length);
        expect([...told]).toEqual(named.startsWith('@') ? [0, ...bytes.subarray(1)] : [...bytes]);
      },
    ),
  );
});
