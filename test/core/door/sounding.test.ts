import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SILENT, soundStep, soundsUntil, type SoundInput, type Sounding } from '#core/door/sounding.ts';
import { after, millis, monotonic, type Monotonic } from '#core/kernel/units.ts';

const ALARMS = ['forced-open front', 'tamper inputs of front', 'held-open back'] as const;

it('a siren sounds exactly while an alarm is within its time and nobody knows of it, whatever happens', () => {
  const acts = fc.array(
    fc.record({
      wait: fc.nat(3_000),
      kind: fc.constantFrom('sound' as const, 'sound' as const, 'silence' as const, 'time' as const),
      alarm: fc.constantFrom(...ALARMS),
      forMs: fc.integer({ min: 1, max: 5_000 }).map(millis),
    }),
  );
  fc.assert(
    fc.property(acts, (list) => {
      let sounding: Sounding = SILENT;
      let at = monotonic(0);
      /** As a relay with a timer of its own does it. */
      let relayUntil = -Infinity;
      const wanted = new Map<string, Monotonic>();
      for (const { wait, kind, alarm, forMs } of list) {
        at = after(at, millis(wait));
        expect(relayUntil > at).toBe([...wanted.values()].some((until) => until > at));
        if (kind === 'sound') wanted.set(alarm, after(at, forMs));
        if (kind === 'silence') wanted.delete(alarm);
        const input: SoundInput =
          kind === 'sound' ? { kind, alarm, forMs, at } : kind === 'silence' ? { kind, alarm, at } : { kind, at };
        const [next, effects] = soundStep(sounding, input);
        sounding = next;
        expect(sounding.size).toBeLessThanOrEqual(ALARMS.length);
        for (const effect of effects) relayUntil = effect.kind === 'start' ? at + effect.forMs : -Infinity;
        expect(relayUntil > at ? relayUntil : undefined).toBe(soundsUntil(sounding, at));
        expect(relayUntil > at).toBe([...wanted.values()].some((until) => until > at));
      }
    }),
  );
});
