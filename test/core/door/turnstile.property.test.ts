import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRANTS_WAITING_MAX, type Direction } from '#core/door/turnstile.ts';
import { histories, recordsOf, TIMINGS, TurnstileWorld, type Happening, type History } from './turnstileWorld.ts';

const RUNS = { numRuns: 1_000 };
const BOTH: readonly Direction[] = ['entry', 'exit'];

/** When each way must be open, told as the rules are told to people, without a state machine. */
class Model {
  demand: History['demand'];
  /** Moments of the grants that wait, by way. */
  readonly waiting: Record<Direction, number> = { entry: 0, exit: 0 };
  leaving: Record<Direction, boolean> = { entry: false, exit: false };
  until: Record<Direction, number> = { entry: -Infinity, exit: -Infinity };

  constructor(demand: History['demand']) {
    this.demand = demand;
  }

  get down(): boolean {
    return this.demand.fire || this.demand.emergency;
  }

  standsOpen(direction: Direction): boolean {
    return this.down || this.demand[direction] === 'free';
  }

  mustBeOpen(direction: Direction, at: number): boolean {
    return this.standsOpen(direction) || this.until[direction] > at;
  }

  /** Grants whose time is over; each of them was not taken. */
  elapse(at: number): Record<Direction, number> {
    const lost = { entry: 0, exit: 0 };
    for (const direction of BOTH) {
      if (at < this.until[direction] + TIMINGS.settleMs) continue;
      lost[direction] = this.waiting[direction];
      this.clear(direction);
    }
    return lost;
  }

  clear(direction: Direction): void {
    this.waiting[direction] = 0;
    this.leaving[direction] = false;
    this.until[direction] = -Infinity;
  }

  happen(happening: Happening, at: number): void {
    switch (happening.kind) {
      case 'granted':
        if (this.refuses(happening.direction)) return;
        this.waiting[happening.direction]++;
        this.until[happening.direction] = at + TIMINGS.passMs;
        return;
      case 'rex':
        this.leaving.exit = true;
        this.until.exit = at + TIMINGS.passMs;
        return;
      case 'passed': {
        const { direction } = happening;
        if (this.waiting[direction] > 0) this.waiting[direction]--;
        else this.leaving[direction] = false;
        if (this.waiting[direction] === 0 && !this.leaving[direction]) this.clear(direction);
        return;
      }
      case 'strike-lost':
        this.waiting[happening.direction] = 0;
        if (!this.leaving[happening.direction]) this.clear(happening.direction);
        return;
      case 'fire':
      case 'emergency':
        this.demand = { ...this.demand, [happening.kind]: happening.active };
        return;
      case 'entry-mode':
        if (happening.mode === 'locked-down' && this.demand.entry !== 'locked-down') this.clear('entry');
        this.demand = { ...this.demand, entry: happening.mode };
        return;
      case 'exit-mode':
        this.demand = { ...this.demand, exit: happening.mode };
        return;
      case 'time':
    }
  }

  refuses(direction: Direction): boolean {
    const shut = direction === 'entry' && this.demand.entry === 'locked-down';
    return shut || this.waiting[direction] >= GRANTS_WAITING_MAX;
  }
}

function live(
  history: History,
  check: (seen: { world: TurnstileWorld; model: Model; last: Happening }) => void,
  punctual = true,
): TurnstileWorld {
  const world = new TurnstileWorld({ demand: history.demand, punctual });
  const model = new Model(history.demand);
  for (const { wait, happening } of history.events) {
    world.advance(wait);
    model.elapse(world.now);
    model.happen(happening, world.now);
    world.happen(happening);
    check({ world, model, last: happening });
  }
  return world;
}

describe('a turnstile, whatever happens to it', () => {
  it('opens the exit for the button and drops the arms for fire and emergency, first of all, always', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(history, ({ world, last }) => {
          if (last.kind === 'rex') expect(world.lastEffects[0]).toMatchObject({ kind: 'unlock', direction: 'exit' });
          if (last.kind === 'rex') expect(world.isOpen('exit')).toBe(true);
          if ((last.kind === 'fire' || last.kind === 'emergency') && last.active) {
            expect(world.lastEffects[0]).toEqual({ kind: 'drop-arm' });
            expect(BOTH.map((way) => world.isOpen(way))).toEqual([true, true]);
          }
        });
      }),
      RUNS,
    );
  });

  it('has each way exactly as the rules want it, at every moment', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(history, ({ world, model }) => {
          expect(world.mechanism.armsDown).toBe(model.down);
          expect(BOTH.map((way) => world.isOpen(way))).toEqual(BOTH.map((way) => model.mustBeOpen(way, world.now)));
        });
      }),
      RUNS,
    );
  });

  it('is shut in time even when nobody steps it: every pulse ends by itself', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new TurnstileWorld({ demand: history.demand, punctual: false });
        for (const { wait, happening } of history.events) world.advance(wait).happen(happening);
        world.advance(TIMINGS.passMs);
        const { state, demand } = world.turnstile;
        for (const way of BOTH) {
          if (state.kind === 'arms-up' && demand[way] !== 'free') expect(world.isOpen(way)).toBe(false);
        }
      }),
      RUNS,
    );
  });

  it('refuses a grant in a lock-down and beyond the number that may wait, and never otherwise', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new TurnstileWorld({ demand: history.demand });
        const model = new Model(history.demand);
        for (const { wait, happening } of history.events) {
          world.advance(wait);
          model.elapse(world.now);
          const refuses = happening.kind === 'granted' && model.refuses(happening.direction);
          model.happen(happening, world.now);
          world.happen(happening);
          expect(world.lastEffects.some(({ kind }) => kind === 'refuse')).toBe(refuses);
        }
      }),
      RUNS,
    );
  });

  it('has one outcome for every grant that reaches it, and none without a grant', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new TurnstileWorld({ demand: history.demand });
        const model = new Model(history.demand);
        const outcomes = (records: readonly string[], direction: Direction): string[] =>
          records.filter((one) => one === `access-taken ${direction}` || one === `access-not-taken ${direction}`);
        for (const { wait, happening } of history.events) {
          world.told();
          world.advance(wait);
          const lost = model.elapse(world.now);
          const late = world.told();
          for (const way of BOTH) {
            expect(outcomes(late, way)).toEqual(Array.from({ length: lost[way] }, () => `access-not-taken ${way}`));
          }
          const before = { ...model.waiting };
          const refused = happening.kind === 'granted' && model.refuses(happening.direction);
          model.happen(happening, world.now);
          world.happen(happening);
          const records = recordsOf(world.lastEffects);
          for (const way of BOTH) {
            const went = happening.kind === 'passed' && happening.direction === way && before[way] > 0;
            const ended = happening.kind === 'entry-mode' ? before[way] - model.waiting[way] : 0;
            const here = refused && happening.direction === way ? 1 : 0;
            expect(outcomes(records, way)).toEqual([
              ...(went ? [`access-taken ${way}`] : []),
              ...Array.from({ length: ended + here }, () => `access-not-taken ${way}`),
            ]);
          }
        }
      }),
      RUNS,
    );
  });

  it('tells every passage that nobody was allowed, and no other', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const world = new TurnstileWorld({ demand: history.demand });
        const model = new Model(history.demand);
        for (const { wait, happening } of history.events) {
          world.advance(wait);
          model.elapse(world.now);
          const has = (way: Direction): boolean =>
            model.waiting[way] > 0 || model.leaving[way] || model.standsOpen(way);
          const alarms = recordsOf(world.happen(happening).lastEffects).filter((one) => one.startsWith('passage'));
          if (happening.kind === 'passed' && !has(happening.direction)) {
            const other = happening.direction === 'entry' ? 'exit' : 'entry';
            const why = has(other) ? 'passage-wrong-direction' : 'passage-forced';
            expect(alarms).toEqual([`${why} ${happening.direction}`]);
          } else expect(alarms).toEqual([]);
          model.happen(happening, world.now);
        }
      }),
      RUNS,
    );
  });
});
