import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DoorState } from '#core/door/door.ts';
import { ALL_SHUT, interlockStep, isHeldByOther, PROMISE_MS_MAX, type Interlock } from '#core/door/interlock.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { monotonic } from '#core/kernel/units.ts';

const OUTER = 'outer' as DoorId;
const INNER = 'inner' as DoorId;
const LOCKED: DoorState = { kind: 'locked' };
const OPEN: DoorState = { kind: 'open', heldAt: monotonic(1) };
const FORCED: DoorState = { kind: 'forced-open' };

const turned = (state: Interlock, door: DoorId, to: DoorState): Interlock =>
  interlockStep(state, { kind: 'door', door, state: to })[0];
const granted = (state: Interlock, door: DoorId, at = 0): Interlock =>
  interlockStep(state, { kind: 'promised', door, at: monotonic(at) })[0];
const held = (state: Interlock, door: DoorId, at = 1): boolean => isHeldByOther(state, door, monotonic(at));

describe('two doors of one interlock', () => {
  it('are both free while both are shut', () => {
    expect([OUTER, INNER].map((door) => held(ALL_SHUT, door))).toEqual([false, false]);
  });

  it.each([OPEN, FORCED, { kind: 'held-open' }, { kind: 'standing-unlocked', contact: 'closed' }] as DoorState[])(
    'hold each other while one is $kind',
    (state) => {
      const open = turned(ALL_SHUT, OUTER, state);
      expect([held(open, OUTER), held(open, INNER)]).toEqual([false, true]);
      expect(held(turned(open, OUTER, LOCKED), INNER)).toBe(false);
    },
  );

  it('hold each other from the grant on, while its entry is written', () => {
    const promised = granted(ALL_SHUT, OUTER, 100);
    expect([held(promised, OUTER), held(promised, INNER)]).toEqual([false, true]);
    expect(held(promised, INNER, 100 + PROMISE_MS_MAX - 1)).toBe(true);
    expect(held(promised, INNER, 100 + PROMISE_MS_MAX)).toBe(false);
    expect(held(interlockStep(promised, { kind: 'called-off', door: OUTER })[0], INNER)).toBe(false);
    expect(held(interlockStep(promised, { kind: 'called-off', door: INNER })[0], INNER)).toBe(true);
  });

  it('keep no promise beyond the passage that it was for', () => {
    const passed = turned(turned(granted(ALL_SHUT, OUTER), OUTER, OPEN), OUTER, LOCKED);
    expect(held(passed, INNER)).toBe(false);
  });

  it('record it where a second one opens all the same, by an exit button, fire or force', () => {
    const open = turned(ALL_SHUT, OUTER, OPEN);
    const [both, effects] = interlockStep(open, { kind: 'door', door: INNER, state: FORCED });
    expect(effects).toEqual([{ kind: 'record', event: 'interlock-broken', door: INNER }]);
    expect([held(both, OUTER), held(both, INNER)]).toEqual([true, true]);
    expect(interlockStep(both, { kind: 'door', door: INNER, state: OPEN })[1]).toEqual([]);
  });

  it('never open two by grants, whatever happens to them', () => {
    const doors = fc.constantFrom(OUTER, INNER, 'third' as DoorId);
    // Long enough, and most of it close together, so that doors are asked for while another is promised or open.
    const waits = fc.oneof(fc.nat(PROMISE_MS_MAX / 20), fc.nat(PROMISE_MS_MAX));
    const acts = fc.array(fc.tuple(doors, fc.constantFrom('ask', 'open', 'shut', 'call-off'), waits), {
      minLength: 20,
      maxLength: 60,
    });
    let refused = 0;
    fc.assert(
      fc.property(acts, (list) => {
        let state = ALL_SHUT;
        let now = 0;
        const open = new Set<DoorId>();
        const granting = new Map<DoorId, number>();
        for (const [door, act, wait] of list) {
          now += wait;
          for (const [other, at] of granting) if (now >= at + PROMISE_MS_MAX) granting.delete(other);
          if (act === 'ask') {
            const others = [...open, ...granting.keys()].filter((one) => one !== door);
            expect(held(state, door, now)).toBe(others.length > 0);
            if (others.length > 0) refused++;
            else {
              state = granted(state, door, now);
              granting.set(door, now);
            }
          } else if (act === 'open' && granting.has(door)) {
            // Only whoever was granted opens here; exits and force are told above.
            state = turned(state, door, OPEN);
            // Open already, it does not show that this grant was carried out: the promise stands for its time.
            if (!open.has(door)) granting.delete(door);
            open.add(door);
          } else if (act === 'shut') {
            state = turned(state, door, LOCKED);
            open.delete(door);
          } else if (act === 'call-off') {
            state = interlockStep(state, { kind: 'called-off', door })[0];
            granting.delete(door);
          }
          expect(open.size).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
    expect(refused, 'the property saw refusals').toBeGreaterThan(100);
  });
});
