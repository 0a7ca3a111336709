import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepChromium, NOTHING_SHOWN_MS_MAX, type RunningChromium } from '../../../scripts/start/chromium.ts';
import { gateWindows } from '../../../scripts/start/gateWindows.ts';
import { chooseHost, thisMachine } from '../../../scripts/start/host.ts';
import { AGate } from '../../service/loopback/fixtures/aGate.ts';
import { ADisplay, commandLine, processesOf } from './aDisplay.ts';

const STARTS_MS_MAX = 60_000;

let display: ADisplay;
let env: NodeJS.ProcessEnv;
let browser: RunningChromium | undefined;

beforeEach(async () => {
  display = await ADisplay.open();
  ({ env } = display);
});
afterEach(async () => {
  await browser?.stop();
  browser = undefined;
  await display[Symbol.asyncDispose]();
});

/** A gate whose pages tell over their socket that they are there. */
async function aGateWithPages(): Promise<AGate> {
  const gate = await AGate.open();
  for (const [page, says] of [
    ['kiosk', 'use-card'],
    ['simulator', 'press-rex'],
  ] as const) {
    writeFileSync(join(gate.folder, page, 'index.html'), '<!doctype html><script src="assets/index.js"></script>');
    const script = `const socket = new WebSocket('ws://' + location.host + '/${page}/socket');
      socket.onmessage = () => socket.send('{"kind":"${says}"}');`;
    writeFileSync(join(gate.folder, page, 'assets', 'index.js'), script);
  }
  return gate;
}

/** Shows the gate's pages; `comes` waits for what they say, but not for a browser that gave up. */
function show(gate: AGate, simulated: boolean) {
  const host = chooseHost({ ...thisMachine('/nowhere'), env });
  if (host.kind !== 'chromium') throw new Error(host.why);
  const logged: string[] = [];
  const { promise: gaveUp, reject } = Promise.withResolvers<never>();
  const log = (line: string): void => {
    logged.push(line);
    if (line.includes('ended with status')) reject(new Error(logged.join('\n')));
  };
  gaveUp.catch(() => undefined);
  const { token, port, clock } = gate;
  browser = keepChromium({ host, windows: gateWindows({ token, port, simulated }), clock, env, log });
  return { running: browser, logged, comes: <T>(said: Promise<T>): Promise<T> => Promise.race([said, gaveUp]) };
}

const profileOf = (pid: number): string => /--user-data-dir=([^\0]+)/.exec(commandLine(pid))![1]!;

function statusOf(pid: number | string): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return new Map(lines.map((line) => [line.split(':')[0]!, line.split('\t').slice(1).join(' ')]));
}

test(
  'the kiosk is shown by a browser that is not root, in its sandbox, without the token in any argument',
  { timeout: STARTS_MS_MAX },
  async () => {
    await using gate = await aGateWithPages();
    const command = gate.kiosk.nextCommand();
    const { running, comes } = show(gate, false);
    expect(await comes(command)).toEqual({ kind: 'use-card' });

    const profile = profileOf(running.pid!);
    const all = processesOf(profile);
    const renderers = all.filter((pid) => commandLine(pid).includes('--type=renderer'));
    expect(renderers.length).toBeGreaterThan(0);
    for (const pid of all) expect(statusOf(pid).get('Uid')?.split(' ')).not.toContain('0');
    for (const pid of renderers) {
      expect([statusOf(pid).get('Seccomp'), statusOf(pid).get('NoNewPrivs')]).toEqual(['2', '1']);
    }
    for (const pid of all) expect(commandLine(pid).split('\0')).not.toContain('--no-sandbox');
    for (const pid of all) {
      expect(commandLine(pid)).not.toContain(gate.tokenText());
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(gate.tokenText());
    }
    expect(statSync(dirname(profile)).mode & 0o777).toBe(0o700);
    expect(statSync(join(dirname(profile), 'kiosk.html')).mode & 0o777).toBe(0o600);

    await running.stop();
    expect(existsSync(dirname(profile))).toBe(false);
    expect(existsSync(`/proc/${running.pid ?? 'none'}`)).toBe(false);
  },
);

test(
  'a browser that dies is started again with an empty profile, and its old one is gone',
  { timeout: STARTS_MS_MAX },
  async () => {
    await using gate = await aGateWithPages();
    const first = gate.kiosk.nextCommand();
    const { running, logged, comes } = show(gate, false);
    await comes(first);
    const before = profileOf(running.pid!);
    const again = gate.kiosk.nextCommand();
    process.kill(running.pid!, 'SIGKILL');
    await expect
      .poll(() => logged.at(-1), { timeout: 10_000 })
      .toBe('screen: ended by SIGKILL; starting it again at once');
    gate.clock.advance(0);
    await comes(again);
    expect(profileOf(running.pid!)).not.toBe(before);
    expect(existsSync(before)).toBe(false);
  },
);

test(
  'a browser that shows no kiosk page for too long while the gate works is replaced',
  { timeout: STARTS_MS_MAX },
  async () => {
    await using gate = await aGateWithPages();
    const first = gate.kiosk.nextCommand();
    const { running, logged, comes } = show(gate, false);
    await comes(first);
    const before = running.pid!;
    running.shows(0);
    running.shows(undefined);
    gate.clock.advance(NOTHING_SHOWN_MS_MAX);
    expect(logged).toEqual([]);
    running.shows(0);
    gate.clock.advance(NOTHING_SHOWN_MS_MAX);
    await expect.poll(() => logged.at(-1), { timeout: 10_000 }).toContain('starting it again');
    const again = gate.kiosk.nextCommand();
    gate.clock.advance(0);
    await comes(again);
    running.shows(1);
    expect(running.pid).not.toBe(before);
  },
);

test('a simulated gate shows its kiosk and the simulator page in one browser', { timeout: STARTS_MS_MAX }, async () => {
  await using gate = await aGateWithPages();
  const both = Promise.all([gate.kiosk.nextCommand(), gate.simulator.nextCommand()]);
  const { comes } = show(gate, true);
  expect(await comes(both)).toEqual([{ kind: 'use-card' }, { kind: 'press-rex' }]);
});
