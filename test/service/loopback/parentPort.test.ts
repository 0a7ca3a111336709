import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import type { KioskView } from '#contract/kioskView.ts';
import type { Fault } from '#core/kernel/fault.ts';
import { parentOverPort, parentPortOf, serveParentPort } from '#service/loopback/parentPort.ts';
import { sessionsAt } from '#service/loopback/session.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeEndpoint, IDLE_VIEW } from './fixtures/aGate.ts';

class FakeParentPort extends EventEmitter {
  readonly posted: unknown[] = [];
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
}

class FakePort extends EventEmitter {
  readonly posted: unknown[] = [];
  closed = false;
  postMessage(message: string | Uint8Array): void {
    this.posted.push(message);
  }
  start(): void {}
  close(): void {
    this.closed = true;
  }
}

function aTerminal() {
  const main = new FakeParentPort();
  const kiosk = new FakeEndpoint<KioskView, KioskCommand>(IDLE_VIEW);
  const reports: Fault[] = [];
  let stops = 0;
  serveParentPort(main, {
    open: sessionsAt({ kiosk }, new FakeClock()),
    report: (fault) => void reports.push(fault),
    onStop: () => void stops++,
  });
  const hears = (data: unknown, ports: readonly FakePort[] = []): void => void main.emit('message', { data, ports });
  return { main, kiosk, reports, stops: () => stops, hears };
}

test('every screen that main hands over is served', () => {
  const { kiosk, hears } = aTerminal();
  const [first, second] = [new FakePort(), new FakePort()];
  hears({ kind: 'screen', page: 'kiosk' }, [first]);
  hears({ kind: 'screen', page: 'kiosk' }, [second]);
  expect([kiosk.screens, first.posted, second.posted]).toEqual([
    2,
    [JSON.stringify(IDLE_VIEW)],
    [JSON.stringify(IDLE_VIEW)],
  ]);
});

test('when main asks for it the gate ends in order', () => {
  const { stops, hears } = aTerminal();
  hears({ kind: 'stop' });
  expect(stops()).toBe(1);
});

test('anything else from main is reported, and a port that came with it is closed', () => {
  for (const data of [
    undefined,
    'screen',
    { kind: 'screen', page: 'portal' },
    { kind: 'screen', page: 'kiosk', pin: 1 },
  ]) {
    const { reports, kiosk, hears } = aTerminal();
    const stray = new FakePort();
    hears(data, [stray]);
    expect([stray.closed, kiosk.screens, reports.length]).toEqual([true, 0, 1]);
  }
  const { reports, hears } = aTerminal();
  hears({ kind: 'screen', page: 'kiosk' });
  expect(reports).toHaveLength(1);
});

test('the service tells main over the same port that it is alive, and there is no such port outside of Electron', () => {
  const main = new FakeParentPort();
  parentOverPort(main).tell({ kind: 'alive' });
  expect(main.posted).toEqual([{ kind: 'alive' }]);
  expect(parentPortOf(process)).toBeUndefined();
});
