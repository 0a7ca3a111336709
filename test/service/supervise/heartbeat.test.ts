import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { HangAlarm } from '#platform/hangAlarm.ts';
import type { NotifySocket } from '#platform/notifySocket.ts';
import { parentOverIpc, startHeartbeat } from '#service/supervise/heartbeat.ts';
import { HANG_ALARM_SECONDS, HEARTBEAT_MS } from '#service/supervise/limits.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';

class FakeSystemd implements NotifySocket {
  readonly heard: string[] = [];
  readonly watchdogMs: number | undefined;
  constructor(watchdogMs?: number) {
    this.watchdogMs = watchdogMs;
  }
  notify(state: string) {
    this.heard.push(state);
    return { kind: 'sent' } as const;
  }
  [Symbol.dispose](): void {}
}

class FakeParent extends EventEmitter {
  connected = true;
  readonly heard: unknown[] = [];
  send = (message: unknown): boolean => this.heard.push(message) > 0;
}

/** An alarm that remembers for how long it was wound; 0 is called off. */
function fakeAlarm() {
  const wound: unknown[] = [];
  const alarm = new HangAlarm({
    int: () => (seconds) => {
      wound.push(seconds);
      return { kind: 'returned', value: 0 };
    },
  });
  return { alarm, wound };
}

function aHeart({ watchdogMs }: { watchdogMs?: number } = {}) {
  const clock = new FakeClock();
  const systemd = new FakeSystemd(watchdogMs);
  const parent = new FakeParent();
  const { alarm, wound } = fakeAlarm();
  let gone = 0;
  const heartbeat = startHeartbeat({
    clock,
    systemd,
    parent: parentOverIpc(parent),
    alarm,
    onParentGone: () => gone++,
  });
  return { clock, systemd, parent, wound, heartbeat, gone: () => gone };
}

test('supervisor, systemd and the kernel’s alarm hear the same beat, twice in the supervisor’s period', () => {
  const { clock, systemd, parent, wound } = aHeart();
  clock.advance(HEARTBEAT_MS);
  expect(parent.heard).toEqual([{ kind: 'alive' }, { kind: 'alive' }, { kind: 'alive' }]);
  expect(systemd.heard).toEqual(Array(3).fill('WATCHDOG=1'));
  expect(wound).toEqual(Array(3).fill(HANG_ALARM_SECONDS));
});

test('a manager that wants to hear more often is told twice in its period', () => {
  const { clock, systemd } = aHeart({ watchdogMs: 400 });
  clock.advance(1_000);
  expect(systemd.heard).toHaveLength(1 + 5);
});

test('readiness is told once to both, with the port where there is one', () => {
  const { systemd, parent, heartbeat } = aHeart();
  heartbeat.ready(4711);
  heartbeat.stopping();
  heartbeat.screens(2);
  expect(parent.heard.pop()).toEqual({ kind: 'screens', kiosk: 2 });
  expect(parent.heard.at(-1)).toEqual({ kind: 'ready', port: 4711 });
  expect(systemd.heard.slice(-2)).toEqual(['READY=1', 'STOPPING=1']);
});

test('a heart that stopped leaves no deadline and no alarm behind', () => {
  const { clock, wound, heartbeat } = aHeart();
  heartbeat[Symbol.dispose]();
  expect(clock.waiting).toBe(0);
  expect(wound.at(-1)).toBe(0);
});

test('a supervisor that vanishes is noticed once, and nothing more is sent to it', () => {
  const { clock, parent, gone } = aHeart();
  parent.connected = false;
  parent.emit('disconnect');
  const before = parent.heard.length;
  clock.advance(5_000);
  expect(gone()).toBe(1);
  expect(parent.heard).toHaveLength(before);
});

test('a service started by hand has no parent to tell', () => {
  expect(parentOverIpc({ connected: false, once: () => undefined })).toBeUndefined();
});
