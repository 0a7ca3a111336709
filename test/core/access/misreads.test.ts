import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { misreadStep, MISREADS_TOLD_EVERY_MS, NO_MISREADS, type Misreads } from '#core/access/misreads.ts';
import { after, millis, monotonic } from '#core/kernel/units.ts';

it('every misread is told once, the first at once, and each reason at most once a minute', () => {
  const acts = fc.array(
    fc.record({
      wait: fc.oneof(fc.nat(500), fc.nat(150_000)),
      reason: fc.constantFrom('length' as const, 'parity' as const, 'broken' as const),
      isMisread: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(acts, (list) => {
      let state: Misreads = NO_MISREADS;
      let at = monotonic(0);
      let happened = 0;
      let told = 0;
      const lastTold = new Map<string, number>();
      const take = (step: ReturnType<typeof misreadStep>): void => {
        state = step[0];
        for (const { reason, times } of step[1]) {
          expect(times).toBeGreaterThan(0);
          expect(at - (lastTold.get(reason) ?? -Infinity)).toBeGreaterThanOrEqual(MISREADS_TOLD_EVERY_MS);
          lastTold.set(reason, at);
          told += times;
        }
      };
      for (const { wait, reason, isMisread } of list) {
        const end = after(at, millis(wait));
        while (state.until !== undefined && state.until <= end) {
          at = state.until;
          take(misreadStep(state, { kind: 'time', at }));
        }
        at = end;
        if (!isMisread) continue;
        happened++;
        const quiet = state.until === undefined;
        take(misreadStep(state, { kind: 'misread', reason, at }));
        if (quiet) expect(told).toBe(happened);
      }
      lastTold.clear();
      take(misreadStep(state, { kind: 'end' }));
      expect(told).toBe(happened);
    }),
  );
});
