import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { HANG_MS_MAX, START_MS_MAX, STOP_MS_MAX } from '#service/supervise/limits.ts';
import type { ServiceMessage } from '#service/supervise/serviceMessage.ts';
import { supervise, type Supervisor } from '#service/supervise/supervise.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';

const READY = `process.send({ kind: 'ready' });`;
const LIVES_ON = `setInterval(() => undefined, 1_000);`;

let supervisor: Supervisor | undefined;
afterEach(async () => {
  await supervisor?.stop('SIGKILL');
  supervisor = undefined;
});

/** A supervisor of a child process that runs `script`; each start and each line of the log is an event. */
function watchOver(script: string) {
  const clock = new FakeClock();
  const signals = new EventEmitter();
  const events = new EventEmitter<{ started: []; told: [ServiceMessage]; logged: [string] }>();
  let starts = 0;
  let downs = 0;
  const watched = supervise({
    clock,
    signals,
    command: () => {
      starts++;
      return { file: process.execPath, args: ['-e', script], env: process.env };
    },
    log: (line) => void events.emit('logged', line),
    onMessage: (message) => void events.emit('told', message),
    onDown: () => void downs++,
  });
  supervisor = watched;
  return { supervisor: watched, clock, signals, events, starts: () => starts, downs: () => downs };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('a service that dies is started again at once, and once', async () => {
  const gate = watchOver(`${READY} ${LIVES_ON}`);
  await once(gate.events, 'told');
  const logged = once(gate.events, 'logged');
  process.kill(gate.supervisor.pid!, 'SIGKILL');
  expect(await logged).toEqual(['gate service: ended by SIGKILL; starting it again at once']);
  gate.clock.advance(0);
  await once(gate.events, 'told');
  expect([gate.starts(), gate.downs()]).toEqual([2, 1]);
});

test('a service that dies at every start waits longer each time, up to the bound', async () => {
  const gate = watchOver('process.exit(1)');
  const waits: number[] = [];
  for (let death = 1; death <= 7; death++) {
    const [line] = await once(gate.events, 'logged');
    const wait = Number(/in (\d+) ms/.exec(String(line))?.[1] ?? 0);
    waits.push(wait);
    if (wait > 0) {
      gate.clock.advance(wait - 1);
      expect(gate.starts()).toBe(death);
    }
    gate.clock.advance(1);
    expect(gate.starts()).toBe(death + 1);
  }
  expect(waits).toEqual([0, 250, 500, 1_000, 2_000, 2_000, 2_000]);
});

test('a service that ran well for a minute is started again at once, however often it died before', async () => {
  const gate = watchOver(
    `${READY} process.on('message', () => process.exit(1)); setInterval(() => process.send({ kind: 'alive' }), 5);`,
  );
  for (let death = 0; death < 3; death++) {
    await once(gate.events, 'told');
    for (let second = 0; second < 61; second++) {
      const told = once(gate.events, 'told');
      gate.clock.advance(1_000);
      await told;
    }
    const logged = once(gate.events, 'logged');
    process.kill(gate.supervisor.pid!, 'SIGKILL');
    expect(String(await logged)).toContain('at once');
    gate.clock.advance(0);
  }
});

test('a service whose loop hangs is killed within its limit and started again', async () => {
  const gate = watchOver(`process.send({ kind: 'alive' }, () => { for (;;); });`);
  await once(gate.events, 'told');
  const hung = gate.supervisor.pid!;
  const lines: string[] = [];
  gate.events.on('logged', (line) => lines.push(line));
  gate.clock.advance(HANG_MS_MAX - 1);
  expect(lines).toEqual([]);
  const died = once(gate.events, 'logged');
  gate.clock.advance(1);
  await died;
  expect(lines[0]).toBe('gate service: killed, nothing was heard of it for 4 s');
  const restarted = once(gate.events, 'told');
  if (lines.length === 1) await once(gate.events, 'logged');
  gate.clock.advance(0);
  await restarted;
  expect(isAlive(hung)).toBe(false);
  expect(gate.starts()).toBe(2);
});

test('a service may take its time to start, but not for ever', async () => {
  const gate = watchOver(LIVES_ON);
  const lines: string[] = [];
  gate.events.on('logged', (line) => lines.push(line));
  gate.clock.advance(START_MS_MAX);
  expect(lines).toEqual([]);
  gate.clock.advance(HANG_MS_MAX);
  expect(lines[0]).toContain('killed, nothing was heard');
});

test('a service that cannot run with its configuration is not started again', async () => {
  const gate = watchOver('process.exit(78)');
  expect(await gate.supervisor.ended).toBe(78);
  gate.clock.advance(60_000);
  expect(gate.starts()).toBe(1);
  expect(gate.clock.waiting).toBe(0);
});

test('a signal is passed on, the service ends in its own order, and nothing is started again', async () => {
  const gate = watchOver(`process.on('SIGINT', () => process.exit(0)); ${READY} ${LIVES_ON}`);
  await once(gate.events, 'told');
  gate.signals.emit('SIGINT');
  expect(await gate.supervisor.ended).toBe(0);
  expect(gate.starts()).toBe(1);
  expect(gate.signals.eventNames()).toEqual([]);
  expect(gate.clock.waiting).toBe(0);
});

test('a service that does not end when asked is killed after its time', async () => {
  const gate = watchOver(
    `process.on('SIGTERM', () => undefined); ${READY} setInterval(() => process.send({ kind: 'alive' }), 5);`,
  );
  await once(gate.events, 'told');
  const pid = gate.supervisor.pid!;
  gate.signals.emit('SIGTERM');
  for (let passed = 0; passed < STOP_MS_MAX; passed += 1_000) {
    await once(gate.events, 'told');
    expect(isAlive(pid)).toBe(true);
    gate.clock.advance(1_000);
  }
  await gate.supervisor.ended;
  expect(isAlive(pid)).toBe(false);
});

test('a message of an unknown form is logged without its content and the service goes on', async () => {
  const gate = watchOver(`process.send({ kind: 'open', pin: '1234' }); ${READY} ${LIVES_ON}`);
  const [[line]] = await Promise.all([once(gate.events, 'logged'), once(gate.events, 'told')]);
  expect(line).toBe('gate service: sent a message of an unknown form');
});

test('a command that does not exist counts as a death and is tried again', async () => {
  const clock = new FakeClock();
  const lines = new EventEmitter<{ logged: [string] }>();
  supervisor = supervise({
    clock,
    signals: new EventEmitter(),
    command: () => ({ file: '/nowhere/node', args: [], env: {} }),
    log: (line) => void lines.emit('logged', line),
  });
  const [line] = await once(lines, 'logged');
  expect(line).toContain('could not be started');
  clock.advance(0);
  expect(String(await once(lines, 'logged'))).toContain('in 250 ms');
});

test('when the supervisor vanishes the service ends too: no gate is left without a watcher', async () => {
  const fixture = fileURLToPath(new URL('fixtures/supervisor.ts', import.meta.url));
  const parent = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(parent.stdout, 'data');
  const service = Number(String(printed).trim());
  expect(isAlive(service)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => isAlive(service), { timeout: 10_000, interval: 20 }).toBe(false);
});

test('the supervisor outlives its service: killed three times, the gate is back each time with another process', async () => {
  const fixture = fileURLToPath(new URL('fixtures/supervisor.ts', import.meta.url));
  const parent = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen = new Set<number>();
  for (let kill = 0; kill < 3; kill++) {
    const [printed] = await once(parent.stdout, 'data');
    const service = Number(String(printed).trim());
    seen.add(service);
    process.kill(service, 'SIGKILL');
  }
  await once(parent.stdout, 'data');
  expect(seen.size).toBe(3);
  parent.kill('SIGTERM');
  expect((await once(parent, 'exit'))[0]).toBe(0);
});

test('a supervisor that is asked to end ends its service first and hands on its status', async () => {
  const fixture = fileURLToPath(new URL('fixtures/supervisor.ts', import.meta.url));
  const parent = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(parent.stdout, 'data');
  const service = Number(String(printed).trim());
  parent.kill('SIGTERM');
  const [status] = await once(parent, 'exit');
  expect(status).toBe(0);
  expect(isAlive(service)).toBe(false);
});
