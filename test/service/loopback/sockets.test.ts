import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { KIOSK_COMMAND_BYTES_MAX } from '#contract/kioskCommand.ts';
import { MIRROR_BYTES_MAX } from '#contract/mirrorFrame.ts';
import { COMMANDS_PER_SECOND_MAX } from '#service/loopback/session.ts';
import { PING_MS, SCREENS_MAX } from '#service/loopback/sockets.ts';
import { AGate, IDLE_VIEW } from './fixtures/aGate.ts';

const screens: WebSocket[] = [];
afterEach(() => {
  for (const screen of screens.splice(0)) screen.terminate();
});

interface Knock {
  readonly path?: string;
  readonly cookie?: string;
  readonly origin?: string;
  readonly host?: string;
}

/** Asks for a socket; what it says waits in `heard`. */
function knock(
  gate: AGate,
  { path = '/kiosk/socket', cookie = gate.cookie, origin = `http://${gate.host}`, host = gate.host }: Knock = {},
) {
  const socket = new WebSocket(`ws://${gate.host}${path}`, { headers: { cookie, origin, host }, autoPong: false });
  screens.push(socket);
  const heard: (string | Buffer)[] = [];
  let wake: (() => void) | undefined;
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    heard.push(isBinary ? bytes : bytes.toString('utf8'));
    wake?.();
  });
  const next = async (): Promise<string | Buffer> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift()!;
  };
  return { socket, next };
}

const closeCode = async (socket: WebSocket): Promise<number> => (await once(socket, 'close'))[0];

async function refusedWith(gate: AGate, how: Knock): Promise<number> {
  const { socket } = knock(gate, how);
  socket.on('error', () => undefined);
  const [request, response] = await once(socket, 'unexpected-response');
  request.destroy();
  return response.statusCode;
}

test('a screen gets the newest view at once, every later one, and its commands arrive', async () => {
  await using gate = await AGate.open();
  const { socket, next } = knock(gate);
  expect(JSON.parse(String(await next()))).toEqual(IDLE_VIEW);
  gate.kiosk.show({ ...IDLE_VIEW, door: 'open' });
  expect(JSON.parse(String(await next()))).toMatchObject({ door: 'open' });
  const command = gate.kiosk.nextCommand();
  socket.send('{"kind":"use-face"}');
  expect(await command).toEqual({ kind: 'use-face' });
});

test('a mirror picture crosses as bytes, and its clearing as two zeros', async () => {
  await using gate = await AGate.open();
  const { next } = knock(gate);
  await next();
  gate.kiosk.mirror(Uint8Array.from([1, 0, 1, 0, 7, 8, 9]));
  expect([...Buffer.from(await next())]).toEqual([1, 0, 1, 0, 7, 8, 9]);
  gate.kiosk.mirror(undefined);
  expect([...Buffer.from(await next())]).toEqual([0, 0, 0, 0]);
});

test('the simulator page has a socket of its own and cannot say what a kiosk says', async () => {
  await using gate = await AGate.open();
  const { socket, next } = knock(gate, { path: '/simulator/socket' });
  expect(JSON.parse(String(await next()))).toMatchObject({ relay: 'de-energised' });
  const command = gate.simulator.nextCommand();
  socket.send('{"kind":"press-rex"}');
  expect(await command).toEqual({ kind: 'press-rex' });
  socket.send('{"kind":"use-face"}');
  expect(await closeCode(socket)).toBe(1008);
});

test('without the session, from another origin or under another name nobody gets a socket', async () => {
  await using gate = await AGate.open();
  expect(await refusedWith(gate, { cookie: '' })).toBe(403);
  expect(await refusedWith(gate, { cookie: 'lintel-session=guess' })).toBe(403);
  expect(await refusedWith(gate, { cookie: `lintel-session=${gate.tokenText()}` })).toBe(403);
  expect(await refusedWith(gate, { origin: 'http://elsewhere.example' })).toBe(403);
  expect(await refusedWith(gate, { origin: `http://localhost:${gate.port}` })).toBe(403);
  expect(
    await refusedWith(gate, { host: `gate.example:${gate.port}`, origin: `http://gate.example:${gate.port}` }),
  ).toBe(403);
  expect(await refusedWith(gate, { path: '/portal/socket' })).toBe(404);
  expect(gate.kiosk.screens).toBe(0);
  expect(gate.reports.map(({ found }) => found)).toEqual(['no session of this gate', 'another origin']);
});

test.each([
  ['is no JSON', '{"kind":'],
  ['is no command', '{"kind":"open-door"}'],
  ['says more than a command', '{"kind":"confirm","pin":"2468"}'],
  ['is out of its range', '{"kind":"press-digit","digit":10}'],
])('what %s cuts its screen off, is reported once without its words, and the others go on', async (_, text) => {
  await using gate = await AGate.open();
  const [bad, good] = [knock(gate), knock(gate)];
  await Promise.all([bad.next(), good.next()]);
  bad.socket.send(text);
  bad.socket.send(text);
  expect(await closeCode(bad.socket)).toBe(1008);
  expect(gate.reports).toHaveLength(1);
  expect(gate.reports[0]!.message).toBe(
    `command of the kiosk page: found text of ${text.length} bytes that is none, expected a command of this page`,
  );
  expect(gate.kiosk.commands).toEqual([]);
  gate.kiosk.show(IDLE_VIEW);
  await good.next();
  expect(gate.kiosk.screens).toBe(1);
});

test('a command above its limit is refused unread', async () => {
  await using gate = await AGate.open();
  const { socket, next } = knock(gate);
  await next();
  socket.send(`{"kind":"confirm"}${' '.repeat(KIOSK_COMMAND_BYTES_MAX)}`);
  expect(await closeCode(socket)).toBe(1009);
  expect(gate.reports).toHaveLength(1);
  expect(gate.kiosk.commands).toEqual([]);
});

test('bytes are no command', async () => {
  await using gate = await AGate.open();
  const { socket, next } = knock(gate);
  await next();
  socket.send(Buffer.from('{"kind":"confirm"}'));
  expect(await closeCode(socket)).toBe(1008);
  expect(gate.kiosk.commands).toEqual([]);
});

test('a screen that talks faster than any finger is cut off', async () => {
  await using gate = await AGate.open();
  const { socket, next } = knock(gate);
  await next();
  for (let said = 0; said <= COMMANDS_PER_SECOND_MAX; said++) socket.send('{"kind":"cancel"}');
  expect(await closeCode(socket)).toBe(1008);
  expect(gate.kiosk.commands).toHaveLength(COMMANDS_PER_SECOND_MAX);
});

test('a command whose execution fails ends its screen, not the service', async () => {
  await using gate = await AGate.open();
  gate.kiosk.command = () => {
    throw new Error('broken');
  };
  const { socket, next } = knock(gate);
  await next();
  socket.send('{"kind":"cancel"}');
  expect(await closeCode(socket)).toBe(1011);
  expect(gate.reports[0]!.message).toContain('broken');
  expect((await gate.ask('/')).status).toBe(200);
});

test('a few screens are served at once and one more is not, until one leaves', async () => {
  await using gate = await AGate.open();
  const all = Array.from({ length: SCREENS_MAX }, () => knock(gate));
  await Promise.all(all.map(({ next }) => next()));
  expect(await refusedWith(gate, {})).toBe(503);
  all[0]!.socket.close();
  await closeCode(all[0]!.socket);
  await expect.poll(() => gate.kiosk.screens).toBe(SCREENS_MAX - 1);
  const { next } = knock(gate);
  await next();
});

test('a screen that went silent is let go at the second ping, one that answers stays', async () => {
  await using gate = await AGate.open();
  const [silent, alive] = [knock(gate), knock(gate)];
  await Promise.all([silent.next(), alive.next()]);
  const pinged = Promise.all([once(silent.socket, 'ping'), once(alive.socket, 'ping')]);
  gate.clock.advance(PING_MS);
  await pinged;
  alive.socket.pong();
  const command = gate.kiosk.nextCommand();
  alive.socket.send('{"kind":"cancel"}');
  await command;
  const gone = closeCode(silent.socket);
  gate.clock.advance(PING_MS);
  expect(await gone).toBe(1006);
  expect(gate.kiosk.screens).toBe(1);
});

test('a screen that stopped reading misses pictures, holds up nobody, and reads the newest view when it goes on', async () => {
  await using gate = await AGate.open();
  const [slow, quick] = [knock(gate), knock(gate)];
  await Promise.all([slow.next(), quick.next()]);
  slow.socket.pause();
  const pictures = 200;
  const picture = new Uint8Array(MIRROR_BYTES_MAX);
  for (let shown = 0; shown < pictures; shown++) {
    gate.kiosk.mirror(picture);
    await quick.next();
  }
  gate.kiosk.show({ ...IDLE_VIEW, door: 'open' });
  expect(JSON.parse(String(await quick.next()))).toMatchObject({ door: 'open' });
  slow.socket.resume();
  let missed = pictures;
  for (;;) {
    const heard = await slow.next();
    if (typeof heard === 'string') break;
    missed--;
  }
  expect(missed).toBeGreaterThan(pictures / 2);
});

test('who keeps the browser is told how many kiosk pages there are, and of no other page', async () => {
  await using gate = await AGate.open();
  const kiosk = knock(gate);
  await kiosk.next();
  const simulator = knock(gate, { path: '/simulator/socket' });
  await simulator.next();
  kiosk.socket.close();
  await closeCode(kiosk.socket);
  await expect.poll(() => gate.shown).toEqual([1, 1, 0]);
});

test('closing the server says goodbye to its screens and ends their subscriptions', async () => {
  const gate = await AGate.open();
  const { socket, next } = knock(gate);
  await next();
  const code = closeCode(socket);
  await gate[Symbol.asyncDispose]();
  expect(await code).toBe(1001);
  expect(gate.kiosk.screens).toBe(0);
  expect(gate.clock.waiting).toBe(0);
});
