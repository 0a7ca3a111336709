import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, millis, monotonic } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';

interface ClockRig {
  readonly clock: Clock;
  /** Resolves when `ms` are over and whatever was due by then was done. */
  readonly pass: (ms: number) => Promise<void>;
}

function fakeRig(): ClockRig {
  const clock = new FakeClock();
  return {
    clock,
    pass: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

const systemRig = (): ClockRig => ({
  clock: new SystemClock(),
  // Longer than asked for: timers of the same moment need not come in order.
  pass: (ms) => new Promise((resolve) => void setTimeout(resolve, ms + 20)),
});

describe.each([
  ['the clock that is moved by hand', fakeRig],
  ["the machine's clock", systemRig],
])('%s', (_, makeRig) => {
  it('calls at the deadline, once, and never early', async () => {
    const { clock, pass } = makeRig();
    const deadlines = [7, 3, 5.5].map((ms) => after(clock.monotonic(), millis(ms)));
    const calls: { deadline: number; at: number }[] = [];
    for (const deadline of deadlines) clock.at(deadline, () => calls.push({ deadline, at: clock.monotonic() }));
    expect(calls).toEqual([]);
    await pass(10);
    await pass(10);
    expect(calls.map(({ deadline }) => deadline)).toEqual(deadlines.toSorted((a, b) => a - b));
    for (const { deadline, at } of calls) expect(at).toBeGreaterThanOrEqual(deadline);
  });

  it('calls right after it was asked where the deadline is past, but not before it returns', async () => {
    const { clock, pass } = makeRig();
    let called = false;
    clock.at(monotonic(0), () => (called = true));
    expect(called).toBe(false);
    await pass(1);
    expect(called).toBe(true);
  });

  it('does not call what was called off, nor what was called off by what came first', async () => {
    const { clock, pass } = makeRig();
    const calls: string[] = [];
    const off = clock.at(after(clock.monotonic(), millis(2)), () => calls.push('called off'));
    off[Symbol.dispose]();
    off[Symbol.dispose]();
    const later = clock.at(after(clock.monotonic(), millis(4)), () => calls.push('later'));
    clock.at(after(clock.monotonic(), millis(2)), () => {
      calls.push('first');
      later[Symbol.dispose]();
    });
    await pass(10);
    expect(calls).toEqual(['first']);
  });

  it('calls what was asked for while it was calling', async () => {
    const { clock, pass } = makeRig();
    const calls: number[] = [];
    const again = (left: number): void => {
      calls.push(left);
      if (left > 0) clock.at(after(clock.monotonic(), millis(1)), () => again(left - 1));
    };
    clock.at(after(clock.monotonic(), millis(1)), () => again(3));
    await pass(30);
    expect(calls).toEqual([3, 2, 1, 0]);
  });

  it('waits for a deadline beyond the reach of the timers of the machine', async () => {
    const { clock, pass } = makeRig();
    let called = false;
    using _far = clock.at(after(clock.monotonic(), millis(2 ** 31 + 5_000)), () => (called = true));
    await pass(10);
    expect(called).toBe(false);
  });

  it('never goes back, and knows the wall clock', async () => {
    const { clock, pass } = makeRig();
    const before = clock.monotonic();
    await pass(2);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(before + 2);
    expect(clock.wall()).toBeGreaterThan(Date.UTC(2025, 0, 1));
  });
});

describe('the clock that is moved by hand', () => {
  it('runs everything at its own moment, in order, whatever was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 })),
        fc.array(fc.integer({ min: 0, max: 30 })),
        (spans, steps) => {
          const clock = new FakeClock();
          const calls: { due: number; at: number; order: number }[] = [];
          for (const [order, span] of spans.entries()) {
            const due = after(clock.monotonic(), millis(span));
            clock.at(due, () => calls.push({ due, at: clock.monotonic(), order }));
          }
          for (const step of [...steps, 50]) clock.advance(step);
          expect(calls.length).toBe(spans.length);
          for (const { due, at } of calls) expect(at).toBe(due);
          const sorted = calls.toSorted((a, b) => a.due - b.due || a.order - b.order);
          expect(calls).toEqual(sorted);
          expect(clock.waiting).toBe(0);
        },
      ),
    );
  });

  it('keeps spans and deadlines when somebody sets the wall clock', () => {
    const clock = new FakeClock();
    let called = false;
    clock.at(after(clock.monotonic(), millis(1_000)), () => (called = true));
    const before = clock.monotonic();
    clock.setWall(Date.UTC(2030, 0, 1));
    expect([clock.wall(), clock.monotonic(), called]).toEqual([Date.UTC(2030, 0, 1), before, false]);
    clock.advanceToNext();
    expect([clock.wall(), called]).toEqual([Date.UTC(2030, 0, 1) + 1_000, true]);
    expect(() => clock.advanceToNext()).toThrow('nothing waits');
  });
});

describe("the machine's clock", () => {
  it('never asks a timer for more than it can count, which would make it fire without a pause', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    const clock = new SystemClock();
    using _far = clock.at(after(clock.monotonic(), millis(2 ** 31 + 5_000)), () => undefined);
    await new Promise((resolve) => void setTimeout(resolve, 5));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});

describe("the machine's random numbers", () => {
  it('are hex digits of the length asked for, and not the same twice', () => {
    const random = new SystemRandom();
    expect(random.hex(16)).toMatch(/^[0-9a-f]{32}$/);
    expect(random.hex(16)).not.toBe(random.hex(16));
  });
});
