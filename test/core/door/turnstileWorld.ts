import * as fc from 'fast-check';
import {
  turnstileAtStart,
  turnstileDeadline,
  turnstileStep,
  type Direction,
  type EntryMode,
  type ExitMode,
  type Turnstile,
  type TurnstileDemand,
  type TurnstileEffect,
  type TurnstileStep,
  type TurnstileTimings,
} from '#core/door/turnstile.ts';
import { after, millis, monotonic, type Monotonic } from '#core/kernel/units.ts';

export const TIMINGS: TurnstileTimings = { passMs: millis(5_000), settleMs: millis(2_000) };
export const QUIET_DEMAND: TurnstileDemand = { fire: false, emergency: false, entry: 'controlled', exit: 'controlled' };

/** What can happen to a turnstile; the moment is the world's own. */
export type Happening =
  | { readonly kind: 'granted' | 'strike-lost' | 'passed'; readonly direction: Direction }
  | { readonly kind: 'rex' | 'time' }
  | { readonly kind: 'fire' | 'emergency'; readonly active: boolean }
  | { readonly kind: 'entry-mode'; readonly mode: EntryMode }
  | { readonly kind: 'exit-mode'; readonly mode: ExitMode };

/** A mechanism that obeys the effects: a pulse ends by itself whoever is dead, and arms that are down hold nobody. */
export class Mechanism {
  readonly #until: Record<Direction, number> = { entry: -Infinity, exit: -Infinity };
  armsDown = false;

  obey(effect: TurnstileEffect, at: Monotonic): void {
    if (effect.kind === 'drop-arm' || effect.kind === 'raise-arm') this.armsDown = effect.kind === 'drop-arm';
    if (effect.kind === 'lock') this.#until[effect.direction] = -Infinity;
    if (effect.kind === 'unlock') {
      this.#until[effect.direction] = effect.forMs === 'until-driven' ? Infinity : at + effect.forMs;
    }
  }

  isOpen(direction: Direction, at: Monotonic): boolean {
    return this.armsDown || this.#until[direction] > at;
  }
}

export const recordsOf = (effects: readonly TurnstileEffect[]): string[] =>
  effects.flatMap((effect) =>
    effect.kind === 'record' ? [`${effect.event}${effect.direction === undefined ? '' : ` ${effect.direction}`}`] : [],
  );

/** One turnstile with its mechanism and its journal, in a time that is moved by hand. */
export class TurnstileWorld {
  readonly mechanism = new Mechanism();
  readonly records: string[] = [];
  readonly punctual: boolean;
  now = monotonic(1_000);
  turnstile: Turnstile;
  lastEffects: readonly TurnstileEffect[] = [];

  constructor({ demand = QUIET_DEMAND, feedback = true, punctual = true } = {}) {
    this.punctual = punctual;
    const start = turnstileAtStart(demand, feedback);
    this.turnstile = start[0];
    this.#take(start);
  }

  happen(happening: Happening): this {
    this.#take(turnstileStep(this.turnstile, { ...happening, at: this.now }, TIMINGS));
    return this;
  }

  advance(ms: number): this {
    const end = after(this.now, millis(ms));
    for (
      let deadline = turnstileDeadline(this.turnstile);
      this.punctual && deadline !== undefined && deadline <= end;
    ) {
      this.now = deadline > this.now ? deadline : this.now;
      this.happen({ kind: 'time' });
      const next = turnstileDeadline(this.turnstile);
      if (next !== undefined && next <= this.now) throw new Error('a deadline that was met comes back');
      deadline = next;
    }
    this.now = end;
    return this;
  }

  isOpen(direction: Direction): boolean {
    return this.mechanism.isOpen(direction, this.now);
  }

  /** What was recorded since the last time. */
  told(): string[] {
    return this.records.splice(0);
  }

  #take([turnstile, effects]: TurnstileStep): void {
    this.turnstile = turnstile;
    this.lastEffects = effects;
    for (const effect of effects) this.mechanism.obey(effect, this.now);
    this.records.push(...recordsOf(effects));
  }
}

const directions = fc.constantFrom<Direction>('entry', 'exit');
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('granted' as const, 'passed' as const), direction: directions }),
  },
  fc.record({ kind: fc.constantFrom('rex' as const, 'time' as const) }),
  fc.record({ kind: fc.constant('strike-lost' as const), direction: directions }),
  fc.record({ kind: fc.constantFrom('fire' as const, 'emergency' as const), active: fc.boolean() }),
  fc.record({
    kind: fc.constant('entry-mode' as const),
    mode: fc.constantFrom<EntryMode>('controlled', 'free', 'locked-down'),
  }),
  fc.record({ kind: fc.constant('exit-mode' as const), mode: fc.constantFrom<ExitMode>('controlled', 'free') }),
);
const spans = fc.oneof(fc.constantFrom(0, 1, 2_500, 4_999, 5_000, 7_000), fc.integer({ min: 0, max: 9_000 }));

export const histories = fc.record({
  demand: fc.record({
    fire: fc.boolean(),
    emergency: fc.constant(false),
    entry: fc.constantFrom<EntryMode>('controlled', 'controlled', 'free', 'locked-down'),
    exit: fc.constantFrom<ExitMode>('controlled', 'controlled', 'free'),
  }),
  events: fc.array(fc.record({ wait: spans, happening: happenings }), { maxLength: 50 }),
});
export type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;
