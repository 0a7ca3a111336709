import * as fc from 'fast-check';
import {
  doorAtStart,
  doorStep,
  nextDeadline,
  type Contact,
  type Door,
  type DoorDemand,
  type DoorEffect,
  type DoorEvent,
  type DoorMode,
  type DoorState,
  type DoorStep,
  type DoorTimings,
} from '#core/door/door.ts';
import type { LockPosition } from '#core/door/lock.ts';
import { after, millis, monotonic, type Monotonic } from '#core/kernel/units.ts';

export const TIMINGS: DoorTimings = { releaseMs: millis(5_000), heldOpenMs: millis(20_000) };

/** Where a door's state has its lock. */
export function lockPosition(state: DoorState, at: Monotonic): LockPosition {
  const passage = state.kind === 'locked' ? undefined : state.passage;
  return state.kind === 'standing-unlocked' || (passage?.relockAt ?? at) > at ? 'unlocked' : 'locked';
}

/** What can happen to a door; the moment is the world's own. */
export type Happening =
  | { readonly kind: 'granted' | 'strike-lost' | 'rex' | 'time' }
  | { readonly kind: 'fire'; readonly active: boolean }
  | { readonly kind: 'mode'; readonly mode: DoorMode }
  | { readonly kind: 'contact' | 'contact-found'; readonly contact: Contact };

/** A relay as a board makes it: it obeys the effects, and a pulse ends by itself whoever is dead. */
export class SimulatedRelay {
  #unlockedUntil = -Infinity;

  obey(effect: DoorEffect, at: Monotonic): void {
    if (effect.kind === 'lock') this.#unlockedUntil = -Infinity;
    if (effect.kind === 'unlock') this.#unlockedUntil = effect.forMs === 'until-driven' ? Infinity : at + effect.forMs;
  }

  position(at: Monotonic): 'locked' | 'unlocked' {
    return this.#unlockedUntil > at ? 'unlocked' : 'locked';
  }
}

export const recordsOf = (effects: readonly DoorEffect[]): DoorEvent[] =>
  effects.flatMap((effect) => (effect.kind === 'record' ? [effect.event] : []));

/** One door with its relay and its journal, in a time that is moved by hand. */
export class DoorWorld {
  readonly relay = new SimulatedRelay();
  readonly records: DoorEvent[] = [];
  readonly timings: DoorTimings;
  /** `false`: nobody steps the door at its deadlines, as when the program hangs. */
  readonly punctual: boolean;
  now = monotonic(1_000);
  door: Door;
  lastEffects: readonly DoorEffect[] = [];

  constructor(setting: {
    demand?: DoorDemand;
    contact?: Contact | 'not-fitted';
    timings?: DoorTimings;
    punctual?: boolean;
  }) {
    this.timings = setting.timings ?? TIMINGS;
    this.punctual = setting.punctual ?? true;
    const start = doorAtStart(setting.demand ?? { fire: false, mode: 'normal' }, setting.contact ?? 'closed');
    this.door = start[0];
    this.#take(start);
  }

  happen(happening: Happening): this {
    this.#take(doorStep(this.door, { ...happening, at: this.now }, this.timings));
    return this;
  }

  advance(ms: number): this {
    const end = after(this.now, millis(ms));
    for (let deadline = nextDeadline(this.door.state); this.punctual && deadline !== undefined && deadline <= end;) {
      this.now = deadline > this.now ? deadline : this.now;
      this.happen({ kind: 'time' });
      const next = nextDeadline(this.door.state);
      if (next !== undefined && next <= this.now) throw new Error('a deadline that was met comes back');
      deadline = next;
    }
    this.now = end;
    return this;
  }

  get position(): 'locked' | 'unlocked' {
    return this.relay.position(this.now);
  }

  #take([door, effects]: DoorStep): void {
    this.door = door;
    this.lastEffects = effects;
    for (const effect of effects) this.relay.obey(effect, this.now);
    this.records.push(...recordsOf(effects));
  }
}

export const modes = fc.constantFrom<DoorMode>('normal', 'unlocked', 'locked-down');
export const demands: fc.Arbitrary<DoorDemand> = fc.record({ fire: fc.boolean(), mode: modes });
export const contacts = fc.constantFrom<Contact>('closed', 'open');

const happenings = (contactFitted: boolean): fc.Arbitrary<Happening> =>
  fc.oneof(
    fc.record({ kind: fc.constantFrom('granted' as const, 'rex' as const, 'time' as const) }),
    fc.record({ kind: fc.constantFrom('granted' as const, 'granted' as const, 'strike-lost' as const) }),
    fc.record({ kind: fc.constant('fire' as const), active: fc.boolean() }),
    fc.record({ kind: fc.constant('mode' as const), mode: modes }),
    ...(contactFitted
      ? [
          { weight: 3, arbitrary: fc.record({ kind: fc.constant('contact' as const), contact: contacts }) },
          { weight: 1, arbitrary: fc.record({ kind: fc.constant('contact-found' as const), contact: contacts }) },
        ]
      : []),
  );

/** Time that passes before each happening; whole releases and half ones, so that deadlines are met exactly too. */
const spans = fc.oneof(fc.constantFrom(0, 1, 2_500, 4_999, 5_000, 20_000), fc.integer({ min: 0, max: 30_000 }));

export interface History {
  readonly contact: Contact | 'not-fitted';
  readonly demand: DoorDemand;
  readonly timings: DoorTimings;
  readonly events: readonly { readonly wait: number; readonly happening: Happening }[];
}

const timings: fc.Arbitrary<DoorTimings> = fc.constantFrom(
  TIMINGS,
  // A release longer than the held-open time is allowed, if odd.
  { releaseMs: millis(5_000), heldOpenMs: millis(2_500) },
  { releaseMs: millis(5_000), heldOpenMs: millis(5_000) },
);

export const histories = (contact: fc.Arbitrary<Contact | 'not-fitted'>): fc.Arbitrary<History> =>
  contact.chain((found) =>
    fc.record({
      contact: fc.constant(found),
      demand: demands,
      timings,
      events: fc.array(fc.record({ wait: spans, happening: happenings(found !== 'not-fitted') }), { maxLength: 40 }),
    }),
  );
