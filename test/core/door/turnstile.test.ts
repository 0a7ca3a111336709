import { describe, expect, it } from 'vitest';
import {
  GRANTS_WAITING_MAX,
  turnstileDeadline,
  turnstileOnReturn,
  type TurnstileDemand,
} from '#core/door/turnstile.ts';
import { QUIET_DEMAND, TIMINGS, TurnstileWorld, type Happening } from './turnstileWorld.ts';

const granted: Happening = { kind: 'granted', direction: 'entry' };
const grantedOut: Happening = { kind: 'granted', direction: 'exit' };
const passed: Happening = { kind: 'passed', direction: 'entry' };
const passedOut: Happening = { kind: 'passed', direction: 'exit' };
const rex: Happening = { kind: 'rex' };
const fire = (active: boolean): Happening => ({ kind: 'fire', active });
const emergency = (active: boolean): Happening => ({ kind: 'emergency', active });
const at = (differing: Partial<TurnstileDemand> = {}, feedback = true): TurnstileWorld => {
  const world = new TurnstileWorld({ demand: { ...QUIET_DEMAND, ...differing }, feedback });
  world.told();
  return world;
};
const ways = (world: TurnstileWorld): boolean[] => [world.isOpen('entry'), world.isOpen('exit')];

describe('one person', () => {
  it('is let through one way, once', () => {
    const world = at().happen(granted);
    expect(ways(world)).toEqual([true, false]);
    world.advance(1_000).happen(passed);
    expect(ways(world)).toEqual([false, false]);
    expect(world.told()).toEqual(['access-taken entry']);
    world.advance(60_000);
    expect(world.told()).toEqual([]);
  });

  it('who does not go has not taken it, once a passage can no longer be reported', () => {
    const world = at().happen(granted).advance(TIMINGS.passMs);
    expect(ways(world)).toEqual([false, false]);
    expect(world.lastEffects, 'also told to a mechanism whose pulse does not end by itself').toEqual([
      { kind: 'lock', direction: 'entry' },
    ]);
    expect(world.told()).toEqual([]);
    world.advance(TIMINGS.settleMs);
    expect(world.told()).toEqual(['access-not-taken entry']);
    expect(turnstileDeadline(world.turnstile)).toBeUndefined();
  });

  it('who was in the arms when the time ended has taken it', () => {
    const world = at()
      .happen(granted)
      .advance(TIMINGS.passMs + TIMINGS.settleMs - 1)
      .happen(passed)
      .advance(60_000);
    expect(world.told()).toEqual(['access-taken entry']);
  });

  it('who goes against the open way is told from one who forces a shut turnstile', () => {
    const world = at().happen(granted).happen(passedOut);
    expect(world.told()).toEqual(['passage-wrong-direction exit']);
    expect(ways(world), 'the grant still waits').toEqual([true, false]);
    expect(at().happen(passedOut).told()).toEqual(['passage-forced exit']);
  });
});

describe('several people', () => {
  it('each have an outcome of their own', () => {
    const world = at().happen(granted).advance(1_000).happen(granted).advance(1_000).happen(passed);
    expect(world.isOpen('entry'), 'for the second one').toBe(true);
    world.advance(60_000);
    expect(world.told()).toEqual(['access-taken entry', 'access-not-taken entry']);
  });

  it('may come in and go out at the same time', () => {
    const world = at().happen(granted).happen(grantedOut);
    expect(ways(world)).toEqual([true, true]);
    world.happen(passedOut).happen(passed);
    expect(world.told()).toEqual(['access-taken exit', 'access-taken entry']);
    expect(ways(world)).toEqual([false, false]);
  });

  it('wait for each other beyond a number', () => {
    const world = at();
    for (let grant = 0; grant < GRANTS_WAITING_MAX; grant++) world.happen(granted);
    expect(world.told()).toEqual([]);
    world.happen(granted);
    expect(world.lastEffects[0]).toEqual({ kind: 'refuse' });
    expect(world.told()).toEqual(['access-not-taken entry']);
  });
});

describe('an exit', () => {
  it('opens for the button, in a lock-down as well', () => {
    const world = at({ entry: 'locked-down' }).happen(rex);
    expect(world.lastEffects[0]).toEqual({ kind: 'unlock', direction: 'exit', forMs: TIMINGS.passMs });
    world.happen(passedOut);
    expect(ways(world)).toEqual([false, false]);
    expect(world.told()).toEqual(['egress exit']);
  });

  it('that is free lets out whoever comes, and nobody in', () => {
    const world = at({ exit: 'free' });
    expect(ways(world)).toEqual([false, true]);
    world.happen(passedOut).happen(passedOut).happen(passed);
    expect(world.told()).toEqual(['passage-wrong-direction entry']);
    expect(world.isOpen('exit')).toBe(true);
  });

  it('by the button goes on where a grant beside it loses the line', () => {
    const world = at().happen(rex).happen(grantedOut).happen({ kind: 'strike-lost', direction: 'exit' });
    expect(world.isOpen('exit')).toBe(true);
    expect(at().happen(granted).happen({ kind: 'strike-lost', direction: 'entry' }).isOpen('entry')).toBe(false);
  });
});

describe('fire and emergency', () => {
  it.each([fire, emergency])('drop the arms first of all, and hold nobody until they are over', (demand) => {
    const world = at({ entry: 'locked-down' }).happen(demand(true));
    expect(world.lastEffects[0]).toEqual({ kind: 'drop-arm' });
    expect(ways(world)).toEqual([true, true]);
    world.happen(passed).happen(passedOut).advance(600_000);
    expect(ways(world)).toEqual([true, true]);
    expect(world.told().some((one) => one.startsWith('passage'))).toBe(false);
    world.happen(demand(false));
    expect(ways(world)).toEqual([false, false]);
    expect(world.lastEffects[0]).toEqual({ kind: 'raise-arm' });
  });

  it('keep the arms down until both are over', () => {
    const world = at().happen(fire(true)).happen(emergency(true)).happen(fire(false));
    expect(ways(world)).toEqual([true, true]);
    expect(world.told()).toEqual(['fire-unlock', 'arm-dropped', 'fire-cleared']);
    world.happen(emergency(false));
    expect(world.told()).toEqual(['arm-raised']);
  });

  it('at a start come before everything', () => {
    const world = new TurnstileWorld({ demand: { ...QUIET_DEMAND, fire: true } });
    expect(world.lastEffects[0]).toEqual({ kind: 'drop-arm' });
    expect(world.told()).toEqual(['fire-unlock', 'arm-dropped']);
  });
});

describe('a lock-down', () => {
  it('refuses entry, ends what was granted and leaves the exit alone', () => {
    const world = at().happen(granted).happen(grantedOut).happen({ kind: 'entry-mode', mode: 'locked-down' });
    expect(ways(world)).toEqual([false, true]);
    expect(world.told()).toEqual(['mode-changed entry', 'access-not-taken entry']);
    world.happen(granted);
    expect(world.lastEffects[0]).toEqual({ kind: 'refuse' });
  });
});

describe('a line that comes back', () => {
  it('lets nobody in by that, and lets out whoever had asked to leave', () => {
    const world = at({ exit: 'controlled' }).happen(granted).happen(rex).advance(1_000);
    expect(turnstileOnReturn(world.turnstile, world.now)).toEqual([
      { kind: 'raise-arm' },
      { kind: 'lock', direction: 'entry' },
      { kind: 'unlock', direction: 'exit', forMs: 4_000 },
    ]);
    const burning = at().happen(fire(true));
    expect(turnstileOnReturn(burning.turnstile, burning.now)).toEqual([
      { kind: 'drop-arm' },
      { kind: 'unlock', direction: 'entry', forMs: 'until-driven' },
      { kind: 'unlock', direction: 'exit', forMs: 'until-driven' },
    ]);
  });
});

it('a turnstile without passage feedback claims nothing of passages', () => {
  const world = at({}, false).happen(granted).happen(grantedOut).advance(60_000);
  expect(world.told()).toEqual([]);
  expect(ways(world)).toEqual([false, false]);
});
