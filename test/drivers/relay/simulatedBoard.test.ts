import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import { DrivenBoard } from '#drivers/relay/drivenBoard.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { describeRelayBoard, type BoardRig } from './relayBoardContract.ts';

const spelt = (channel: number, level: RelayLevel): string => `${channel}${level === 'energised' ? '+' : '-'}`;

describe.each([false, true])('simulated, timing its pulses: %s', (timesPulses) => {
  describeRelayBoard('simulated', () => simulatedRig(timesPulses));
});

function simulatedRig(timesPulses: boolean): Promise<BoardRig> {
  const clock = new FakeClock();
  const board = new SimulatedBoard({ name: 'simulated board', channels: 2, clock, timesPulses });
  const received: string[] = [];
  board.onMove(({ channel, level }) => received.push(spelt(channel, level)));
  const linkIs = async (link: 'up' | 'down'): Promise<void> => {
    const changed = new Promise<void>((resolve) => {
      board.onLink((now) => now === link && resolve());
    });
    board.setLine(link);
    await changed;
  };
  return Promise.resolve({
    board,
    clock,
    received,
    outcome: 'confirmed',
    level: (channel) => board.level(channel),
    until: async (holds) => {
      await Promise.resolve();
      expect(holds()).toBe(true);
    },
    cut: () => linkIs('down'),
    mend: () => linkIs('up'),
    pass: async (ms) => {
      clock.advance(ms);
      await Promise.resolve();
    },
    [Symbol.asyncDispose]: () => board.close(),
  });
}

const act = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ kind: fc.constant('line' as const), link: fc.constantFrom('up' as const, 'down' as const) }),
  fc.record({
    kind: fc.constant('drive' as const),
    level: fc.constantFrom('energised' as const, 'de-energised' as const),
    forMs: fc.option(fc.integer({ min: 1, max: 1_000 })),
  }),
);

describe('a relay', () => {
  it('never stays in a pulse longer than its time, whatever happens to its line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const clock = new FakeClock();
        const board = new SimulatedBoard({ name: 'simulated board', channels: 1, clock });
        let expected: { level: RelayLevel; until?: number } = { level: 'de-energised' };
        const fallBack = (): void => {
          if (expected.until !== undefined)
            expected = { level: expected.level === 'energised' ? 'de-energised' : 'energised' };
        };
        for (const one of acts) {
          const before = board.link;
          if (one.kind === 'advance') clock.advance(one.ms);
          else if (one.kind === 'line') board.setLine(one.link);
          else if (board.link === 'up') {
            await board.strike(1).drive(one.level, one.forMs === null ? 'until-driven' : millis(one.forMs));
            expected = { level: one.level, ...(one.forMs !== null && { until: clock.monotonic() + one.forMs }) };
          }
          // Enough turns for debts to be paid and told.
          for (let turn = 0; turn < 20; turn++) await Promise.resolve();
          if (expected.until !== undefined && clock.monotonic() >= expected.until) fallBack();
          if (one.kind === 'line' && one.link !== before) fallBack();
          if (board.link === 'up') expect(board.level(1)).toBe(expected.level);
        }
        await board.close();
      }),
    );
  });

  it('starts no pulse where its board fails although the line is up', async () => {
    const clock = new FakeClock();
    const fault = new Fault('relay', { thing: 'board', found: 'no answer', expected: 'one' });
    const board = new DrivenBoard({
      name: 'failing board',
      channels: 1,
      clock,
      line: {
        link: 'up',
        onLink: () => ({ [Symbol.dispose]: () => undefined }),
        send: () => Promise.reject(fault),
        close: () => Promise.resolve(),
      },
    });
    await expect(board.strike(1).drive('energised', millis(500))).rejects.toBe(fault);
    expect(clock.waiting).toBe(0);
    await board.close();
  });

  it('is sent nothing more than may wait, and says so', async () => {
    const board = new SimulatedBoard({ name: 'simulated board', channels: 1, clock: new FakeClock() });
    const drives = Array.from({ length: 100 }, () => board.strike(1).drive('energised', 'until-driven'));
    const outcomes = await Promise.allSettled(drives);
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    expect(String(rejected[0]?.reason)).toContain('drives waiting');
    await board.close();
  });
});
