import fc from 'fast-check';
import { expect, it } from 'vitest';
import { millis, monotonic } from '#core/kernel/units.ts';
import { NEVER_KNOWN, settle, unknownFrom, type Settled, type WireState } from '#drivers/inputs/settle.ts';

const state = fc.constantFrom<WireState>('normal', 'active', 'cut', 'short');
const reading = fc.record({ found: fc.option(state), after: fc.nat(60) });

it('an input counts only what was found without a break for long enough, and a lost line moves no level', () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 60 }), fc.nat(150), (readings, debounceMs) => {
      let input: Settled = NEVER_KNOWN;
      let at = 0;
      let run: { found: WireState; since: number } | undefined;
      for (const { found, after } of readings) {
        at += after;
        const before = input;
        if (found === null) {
          run = undefined;
          input = unknownFrom(input);
          expect([input.state, input.active]).toEqual(['unknown', before.active]);
          continue;
        }
        if (run?.found !== found) run = { found, since: at };
        input = settle(input, found, monotonic(at), millis(debounceMs));
        const stoodLongEnough = at - run.since >= debounceMs;
        if (!before.everKnown || stoodLongEnough) expect(input.state).toBe(found);
        else if (before.state !== found) expect(input.state).toBe(before.state);
        if (found === 'cut' || found === 'short') expect(input.active).toBe(before.active);
        if (input.state === 'active' || input.state === 'normal') expect(input.active).toBe(input.state === 'active');
      }
    }),
  );
});
