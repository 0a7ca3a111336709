import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FirstPerson } from '#core/access/firstPerson.ts';
import type { DoorMode } from '#core/door/door.ts';
import {
  modeAtStart,
  modeDeadline,
  modeStep,
  type ModeInput,
  type ModeKeeper,
  type ModePlan,
} from '#core/door/modePlan.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { OpeningTimes } from '#core/schedule/openingTimes.ts';

/** Open in [from, until) alone. */
const between = (from: number, until: number): OpeningTimes => ({
  isOpen: (at) => at >= from && at < until,
  nextChange: (at) => (at < from ? wallTime(from) : at < until ? wallTime(until) : undefined),
});
const PLAN: ModePlan = { holdOpen: between(100, 200), lockDown: between(150, 160) };
const start = (at: number, plan = PLAN, firstPerson: FirstPerson['kind'] = 'not-in-force') =>
  modeAtStart(plan, { firstPerson, at: wallTime(at) });
const told = (keeper: ModeKeeper, input: ModeInput, plan = PLAN) => modeStep(keeper, input, plan);
const timeIs = (keeper: ModeKeeper, at: number, plan = PLAN) => told(keeper, { kind: 'time', at: wallTime(at) }, plan);
const ordered = (mode: DoorMode, until: number | 'revoked', at: number): ModeInput => ({
  kind: 'ordered',
  order: { mode, until: until === 'revoked' ? until : wallTime(until) },
  at: wallTime(at),
});

describe('the mode of a door', () => {
  it('follows its schedules, and a lock-down goes before a hold-open', () => {
    const modes = [99, 100, 149, 150, 159, 160, 199, 200].map((at) => start(at)[0].mode);
    expect(modes).toEqual([
      'normal',
      'unlocked',
      'unlocked',
      'locked-down',
      'locked-down',
      'unlocked',
      'unlocked',
      'normal',
    ]);
  });

  it('is told to the door at a start in any case, and then where it changes', () => {
    const [keeper, effects] = start(0);
    expect(effects).toEqual([{ kind: 'set-mode', mode: 'normal', by: 'nobody' }]);
    expect(timeIs(keeper, 50)[1]).toEqual([]);
    expect(timeIs(keeper, 100)[1]).toEqual([{ kind: 'set-mode', mode: 'unlocked', by: 'schedule' }]);
  });

  it('is what an operator orders, until that is over or revoked', () => {
    const [keeper] = start(120);
    const [shut, effects] = told(keeper, ordered('locked-down', 'revoked', 120));
    expect(effects).toEqual([{ kind: 'set-mode', mode: 'locked-down', by: 'operator' }]);
    expect(timeIs(shut, 1_000_000)[0].mode).toBe('locked-down');
    expect(told(shut, { kind: 'revoked', at: wallTime(130) })[0]).toMatchObject({ mode: 'unlocked', by: 'schedule' });
    const [forNow] = told(keeper, ordered('normal', 140, 120));
    expect(forNow).toMatchObject({ mode: 'normal', by: 'operator' });
    const [over] = timeIs(forNow, 140);
    expect(over).toMatchObject({ mode: 'unlocked', by: 'schedule' });
    expect(timeIs(over, 130)[0].by, 'with the clock put back').toBe('schedule');
  });

  it('keeps an order that was stored over a restart', () => {
    const order = { mode: 'locked-down', until: 'revoked' } as const;
    expect(modeAtStart(PLAN, { order, firstPerson: 'not-in-force', at: wallTime(120) })[0].mode).toBe('locked-down');
  });

  it('is not held open before the first person has come', () => {
    const [keeper] = start(120, PLAN, 'awaited');
    expect(keeper.mode).toBe('normal');
    const [came, effects] = told(keeper, { kind: 'first-person', state: 'came', at: wallTime(125) });
    expect(effects).toEqual([{ kind: 'set-mode', mode: 'unlocked', by: 'schedule' }]);
    expect(timeIs(came, 155)[0].mode).toBe('locked-down');
  });

  it('wants to be looked at again at the next change of anything', () => {
    const [keeper] = start(0);
    expect(modeDeadline(keeper, PLAN, wallTime(0))).toBe(100);
    expect(modeDeadline(keeper, PLAN, wallTime(120))).toBe(150);
    expect(modeDeadline(keeper, PLAN, wallTime(200))).toBeUndefined();
    expect(modeDeadline(told(keeper, ordered('normal', 40, 0))[0], PLAN, wallTime(0))).toBe(40);
    expect(modeDeadline(told(keeper, ordered('normal', 'revoked', 0))[0], {}, wallTime(0))).toBeUndefined();
  });

  it('changes at its deadlines and nowhere between them, whatever the plan', () => {
    const spans = fc.tuple(fc.nat(300), fc.nat(300)).map(([from, long]) => between(from, from + long));
    const plans: fc.Arbitrary<ModePlan> = fc.record({ holdOpen: spans, lockDown: spans }, { requiredKeys: [] });
    const orders = fc.option(fc.tuple(fc.constantFrom<DoorMode>('normal', 'unlocked', 'locked-down'), fc.nat(300)));
    fc.assert(
      fc.property(plans, orders, fc.constantFrom('awaited' as const, 'came' as const), (plan, order, firstPerson) => {
        let [keeper] = start(0, plan, firstPerson);
        if (order !== null) [keeper] = told(keeper, ordered(order[0], order[1], 0), plan);
        const orderHolds = (at: number): boolean => order !== null && at < order[1];
        const expected = (at: WallTime): DoorMode => {
          if (orderHolds(at)) return order![0];
          if (plan.lockDown?.isOpen(at)) return 'locked-down';
          return plan.holdOpen?.isOpen(at) && firstPerson === 'came' ? 'unlocked' : 'normal';
        };
        for (let at = wallTime(0); at < 700;) {
          [keeper] = timeIs(keeper, at, plan);
          const next = modeDeadline(keeper, plan, at) ?? wallTime(700);
          expect(next).toBeGreaterThan(at);
          for (let within: number = at; within < next; within += 7)
            expect(keeper.mode).toBe(expected(wallTime(within)));
          at = next;
        }
      }),
    );
  });
});
