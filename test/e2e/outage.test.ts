import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { KIOSK_COMMAND_BYTES_MAX } from '#contract/kioskCommand.ts';
import { GateFolder } from './support/gateFolder.ts';
import { GateProcess } from './support/gateProcess.ts';
import { SimulatedHands, signIn } from './support/screenLine.ts';
import { buildPages, Screens } from './support/screens.ts';

const TEST_MS_MAX = 60_000;

let open: AsyncDisposableStack;
let folder: GateFolder;
let gate: GateProcess;
let port: number;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  folder = open.use(new GateFolder([['access-points', 0, 'camera', 'driver'], 'none']));
  gate = open.use(new GateProcess(folder));
  port = await gate.ready;
}, TEST_MS_MAX);

afterEach(() => open.disposeAsync());

test(
  'a page whose gate is killed says so, and comes back with the gate by itself',
  { timeout: TEST_MS_MAX },
  async () => {
    await buildPages(folder);
    await using screens = await Screens.open(folder, port);
    await screens.touch('简体中文');
    await screens.says('请选择通行方式');
    await gate.kill();
    await screens.shows('away');
    await screens.simulator.getByText('The gate is not running').waitFor();
    await screens.photograph('away');
    await screens.photographSimulator('away');
    const again = open.use(new GateProcess(folder, { port }));
    expect(await again.ready).toBe(port);
    await screens.shows('idle');
    // A gate that starts speaks its own language, whatever was chosen at the one before.
    await screens.says('Choose a way in');
    await screens.simulate('Card of the enrolled person');
    await screens.shows('granted');
    await screens.factIs('Relay', 'energised');
  },
);

/** How the gate ends a socket to its kiosk page: by a status in place of it, or by a code after it. */
async function endOf(options: ClientOptions, said?: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/kiosk/socket`, options);
  const refused = once(socket, 'unexpected-response').then(([, answer]) => Number(answer.statusCode));
  const closed = once(socket, 'close').then(([code]) => Number(code));
  // A refused socket reports an error as well; what it was refused with has been told by then.
  refused.catch(() => undefined);
  closed.catch(() => undefined);
  socket.on('open', () => said !== undefined && socket.send(said));
  const end = await Promise.race([refused, closed]);
  socket.on('error', () => undefined);
  socket.terminate();
  return end;
}

test(
  'whoever may not talk to the gate, or says what it does not know, is shut out, and the door goes on',
  { timeout: TEST_MS_MAX },
  async () => {
    const cookie = await signIn(port, folder.token);
    const origin = `http://127.0.0.1:${port}`;
    const ours = { headers: { cookie }, origin };
    expect(await endOf({ origin })).toBe(403);
    expect(await endOf({ headers: { cookie: 'lintel-session=x' }, origin })).toBe(403);
    expect(await endOf({ headers: { cookie }, origin: 'http://elsewhere.example' })).toBe(403);
    expect(await endOf({ headers: { cookie } })).toBe(403);
    expect(await endOf(ours, 'x'.repeat(KIOSK_COMMAND_BYTES_MAX + 1))).toBe(1009);
    expect(await endOf(ours, '{"kind":"open-door"}')).toBe(1008);
    expect(await endOf(ours, '{"kind":"press-digit","digit":10}')).toBe(1008);
    expect(await endOf(ours, '{ half')).toBe(1008);
    await gate.says('refused: ', 4);

    using hands = await SimulatedHands.take(port, cookie);
    hands.do({ kind: 'show-card', card: 'card-1' });
    const { relayBytes } = await hands.until(({ relay }) => relay === 'energised');
    expect(relayBytes[0]).toMatch(/^A0 01 01 A2/);
    expect(gate.log).not.toContain(folder.token);
    expect(gate.log).not.toMatch(/\n {4}at /);
  },
);
