import { expect, test } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import type { HealthReport } from '#core/ports/health.ts';
import { LastingLoopback, SCREENS_RETRY_MS } from '#service/lastingLoopback.ts';
import type { Loopback } from '#service/loopback/startLoopback.ts';
import { FakeClock } from '../fakes/fakeClock.ts';

const TAKEN = new Fault('address', { thing: 'address', found: 'EADDRINUSE', expected: 'a free port' });

/** A machine on which the port is taken until it is freed. */
class Machine {
  readonly clock = new FakeClock();
  readonly lines: HealthReport[] = [];
  readonly late: number[] = [];
  tries = 0;
  free = false;
  closed = 0;
  readonly screens = new LastingLoopback({
    clock: this.clock,
    health: { report: (line) => void this.lines.push(line) },
    onLate: (port) => void this.late.push(port),
    open: () => this.#open(),
  });

  async #open(): Promise<Loopback> {
    this.tries++;
    if (!this.free) throw TAKEN;
    return { port: 7800, close: async () => void this.closed++ };
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('screens that can be had at once are told with the start alone', async () => {
  const machine = new Machine();
  machine.free = true;
  expect(await machine.screens.start()).toBe(7800);
  await machine.pass(60_000);
  expect(machine).toMatchObject({ tries: 1, late: [], lines: [{ part: 'screens', level: 'ok' }] });
});

test('a gate whose port is taken says so, and tries until it has the port', async () => {
  const machine = new Machine();
  expect(await machine.screens.start()).toBeUndefined();
  expect(machine.lines).toEqual([{ part: 'screens', level: 'failed', says: TAKEN.message }]);
  await machine.pass(SCREENS_RETRY_MS - 1);
  expect(machine.tries).toBe(1);
  await machine.pass(1);
  expect(machine.tries).toBe(2);
  machine.free = true;
  await machine.pass(SCREENS_RETRY_MS);
  expect(machine.late).toEqual([7800]);
  expect(machine.lines.at(-1)).toMatchObject({ part: 'screens', level: 'ok' });
  await machine.pass(60_000);
  expect(machine.tries).toBe(3);
});

test('a gate that stops tries no more, and lets go of its port', async () => {
  const waiting = new Machine();
  await waiting.screens.start();
  await waiting.screens.close();
  await waiting.pass(60_000);
  expect(waiting.tries).toBe(1);
  const open = new Machine();
  open.free = true;
  await open.screens.start();
  await open.screens.close();
  expect(open.closed).toBe(1);
});
