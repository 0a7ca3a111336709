import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { KIOSK_COMMAND_BYTES_MAX } from '#contract/kioskCommand.ts';
import { SCREEN_SEEN } from '#contract/screenPort.ts';
import type { Fault } from '#core/kernel/fault.ts';
import { serveMessagePort } from '#service/loopback/messagePort.ts';
import { sessionsAt } from '#service/loopback/session.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeEndpoint, IDLE_VIEW } from './fixtures/aGate.ts';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import type { KioskView } from '#contract/kioskView.ts';

/** The service's end of a port: what is posted is copied at once, and nothing comes in before `start`. */
class FakePort extends EventEmitter {
  readonly posted: unknown[] = [];
  open = false;
  postMessage(message: string | Uint8Array): void {
    this.posted.push(typeof message === 'string' ? message : Uint8Array.from(message));
  }
  start(): void {
    this.open = true;
  }
  close(): void {
    this.open = false;
    this.emit('close');
  }
  says(data: unknown): void {
    if (this.open) this.emit('message', { data });
  }
}

function aScreen(page: 'kiosk' | 'simulator' = 'kiosk') {
  const kiosk = new FakeEndpoint<KioskView, KioskCommand>(IDLE_VIEW);
  const port = new FakePort();
  const reports: Fault[] = [];
  serveMessagePort(port, {
    page,
    open: sessionsAt({ kiosk }, new FakeClock()),
    report: (fault) => void reports.push(fault),
  });
  return { kiosk, port, reports };
}

test('a screen gets the newest view, and the next newest once it has seen that', () => {
  const { kiosk, port } = aScreen();
  for (const door of ['open', 'held-open', 'locked'] as const) kiosk.show({ ...IDLE_VIEW, door });
  expect(port.posted).toEqual([JSON.stringify(IDLE_VIEW)]);
  port.says(SCREEN_SEEN);
  expect(port.posted.slice(1)).toEqual([JSON.stringify({ ...IDLE_VIEW, door: 'locked' })]);
});

test('a screen that says "seen" out of turn gets nothing by it', () => {
  const { port, reports } = aScreen();
  for (let time = 0; time < 5; time++) port.says(SCREEN_SEEN);
  expect(port.posted).toHaveLength(1);
  expect(reports).toEqual([]);
});

test('commands arrive; anything else closes the port and is reported once', () => {
  for (const bad of [
    '{',
    'null',
    '{"kind":"open-door"}',
    ' '.repeat(KIOSK_COMMAND_BYTES_MAX + 1),
    7,
    undefined,
    { kind: 'confirm' },
  ]) {
    const { kiosk, port, reports } = aScreen();
    port.says('{"kind":"confirm"}');
    port.says(bad);
    port.says('{"kind":"cancel"}');
    expect(kiosk.commands).toEqual([{ kind: 'confirm' }]);
    expect(port.open).toBe(false);
    expect(kiosk.screens).toBe(0);
    expect(reports.map(({ code }) => code)).toEqual(['command']);
  }
});

test('a screen that is gone is sent nothing more', () => {
  const { kiosk, port } = aScreen();
  port.close();
  kiosk.show(IDLE_VIEW);
  expect(kiosk.screens).toBe(0);
  expect(port.posted).toHaveLength(1);
});

test('a page that this terminal does not have is closed at once', () => {
  const { port, reports } = aScreen('simulator');
  expect(port.open).toBe(false);
  expect(port.posted).toEqual([]);
  expect(reports).toHaveLength(1);
});
