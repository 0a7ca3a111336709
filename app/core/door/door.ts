import { after, type Millis, type Monotonic } from '../kernel/units.ts';
import { assertNever } from '../kernel/assert.ts';
import type { LockPosition } from './lock.ts';

/** The mode an operator keeps a door in; it outlives a restart. A lock-down refuses entry, never an exit. */
export type DoorMode = 'normal' | 'unlocked' | 'locked-down';

export interface DoorTimings {
  /** How long the strike stays unlocked for one passage. */
  readonly releaseMs: Millis;
  /** How long the door may stand open after a passage before it is held open. */
  readonly heldOpenMs: Millis;
}

/** Is the door leaf known to be shut? A door without a contact is taken to be. */
export type Contact = 'closed' | 'open';
/** Why the door was unlocked. */
export type Passage = 'access' | 'egress';

export type DoorState =
  | { readonly kind: 'locked' }
  | { readonly kind: 'accessed'; readonly by: Passage; readonly relockAt: Monotonic }
  /** Unlocked and opened in time. `relockAt`: granted again while open, so that shutting it does not lock the next one out. */
  | { readonly kind: 'open'; readonly heldAt: Monotonic; readonly relockAt?: Monotonic }
  | { readonly kind: 'held-open' }
  | { readonly kind: 'forced-open' }
  /** Stands unlocked because fire or the door's mode demands it, until neither does. */
  | { readonly kind: 'standing-unlocked'; readonly contact: Contact };

/** What the fire input and the stored mode demand; read before anything else at start. */
export interface DoorDemand {
  readonly fire: boolean;
  readonly mode: DoorMode;
}

export interface Door {
  readonly state: DoorState;
  readonly demand: DoorDemand;
}

export type DoorStepInput =
  | { readonly kind: 'granted'; readonly at: Monotonic }
  | { readonly kind: 'rex'; readonly at: Monotonic }
  | { readonly kind: 'fire'; readonly active: boolean; readonly at: Monotonic }
  | { readonly kind: 'mode'; readonly mode: DoorMode; readonly at: Monotonic }
  | { readonly kind: 'contact'; readonly contact: Contact; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type DoorEvent =
  | 'access-taken'
  | 'access-not-taken'
  | 'door-held-open'
  | 'door-forced-open'
  | 'door-closed'
  | 'egress'
  | 'fire-unlock'
  | 'fire-cleared'
  | 'mode-changed';

export type DoorEffect =
  /** Unlock for a time, after which the relay falls back by itself, or until told otherwise. */
  | { readonly kind: 'unlock'; readonly forMs: Millis | 'until-driven' }
  | { readonly kind: 'lock' }
  | { readonly kind: 'record'; readonly event: DoorEvent };

export type DoorStep = readonly [door: Door, effects: readonly DoorEffect[]];

/** The position that fire input and stored mode demand of the lock, before anything is known of passages. */
export function demandedPosition(demand: DoorDemand): LockPosition {
  return demand.fire || demand.mode === 'unlocked' ? 'unlocked' : 'locked';
}

/** The lock's position in a state: what the strike is driven to again after its line was lost. */
export function lockPosition(state: DoorState, at: Monotonic): LockPosition {
  if (state.kind === 'standing-unlocked') return 'unlocked';
  return (state.kind === 'accessed' || state.kind === 'open') && (state.relockAt ?? 0) > at ? 'unlocked' : 'locked';
}

/** A door at start: what it demands, with its contact as it is found. A leaf found open is held, not forced. */
export function doorAtStart(demand: DoorDemand, contact: Contact): DoorStep {
  if (demandedPosition(demand) === 'unlocked') {
    const state: DoorState = { kind: 'standing-unlocked', contact };
    return [{ state, demand }, [{ kind: 'unlock', forMs: 'until-driven' }]];
  }
  const state: DoorState = contact === 'open' ? { kind: 'held-open' } : { kind: 'locked' };
  return [{ state, demand }, [{ kind: 'lock' }, ...recordIf(contact === 'open', 'door-held-open')]];
}

/** When the door wants to be stepped with `time`, if ever. */
export function nextDeadline(state: DoorState): Monotonic | undefined {
  if (state.kind === 'accessed') return state.relockAt;
  if (state.kind !== 'open') return undefined;
  return state.relockAt === undefined || state.relockAt > state.heldAt ? state.heldAt : state.relockAt;
}

/**
 * One step of the door. Leaving is free: `rex` and `fire` unlock in every state and every mode, first of all effects.
 */
export function doorStep(door: Door, input: DoorStepInput, timings: DoorTimings): DoorStep {
  switch (input.kind) {
    case 'fire':
      return onDemand(door, { ...door.demand, fire: input.active }, input.at, timings);
    case 'mode':
      return onDemand(door, { ...door.demand, mode: input.mode }, input.at, timings);
    case 'rex':
      return onPassage(door, 'egress', input.at, timings);
    case 'granted':
      return onPassage(door, 'access', input.at, timings);
    case 'contact':
      return input.contact === 'open' ? onOpened(door, input.at, timings) : onClosed(door, input.at);
    case 'time':
      return onTime(door, input.at);
    default:
      return assertNever(input);
  }
}

function onPassage(door: Door, by: Passage, at: Monotonic, timings: DoorTimings): DoorStep {
  const record = recordIf(by === 'egress', 'egress');
  const unlock: DoorEffect = { kind: 'unlock', forMs: timings.releaseMs };
  const relockAt = after(at, timings.releaseMs);
  switch (door.state.kind) {
    case 'standing-unlocked':
      // Driven again all the same: an exit button must work even where the relay was lost meanwhile.
      return [door, [{ kind: 'unlock', forMs: 'until-driven' }, ...record]];
    case 'locked':
    case 'accessed':
      return [{ ...door, state: { kind: 'accessed', by, relockAt } }, [unlock, ...record]];
    case 'open':
    case 'held-open':
    case 'forced-open': {
      const state: DoorState = { kind: 'open', heldAt: after(at, timings.heldOpenMs), relockAt };
      return [{ ...door, state }, [unlock, ...record]];
    }
    default:
      return assertNever(door.state);
  }
}

function onOpened(door: Door, at: Monotonic, timings: DoorTimings): DoorStep {
  const { state } = door;
  switch (state.kind) {
    case 'locked':
      return [{ ...door, state: { kind: 'forced-open' } }, [{ kind: 'record', event: 'door-forced-open' }]];
    case 'accessed': {
      const open: DoorState = { kind: 'open', heldAt: after(at, timings.heldOpenMs) };
      return [{ ...door, state: open }, [{ kind: 'lock' }, ...recordIf(state.by === 'access', 'access-taken')]];
    }
    case 'standing-unlocked':
      return [{ ...door, state: { kind: 'standing-unlocked', contact: 'open' } }, []];
    case 'open':
    case 'held-open':
    case 'forced-open':
      return [door, []];
    default:
      return assertNever(state);
  }
}

function onClosed(door: Door, at: Monotonic): DoorStep {
  const { state } = door;
  switch (state.kind) {
    case 'locked':
    case 'accessed':
      return [door, []];
    case 'standing-unlocked':
      return [{ ...door, state: { kind: 'standing-unlocked', contact: 'closed' } }, []];
    case 'open':
      if (state.relockAt !== undefined && state.relockAt > at) {
        return [{ ...door, state: { kind: 'accessed', by: 'access', relockAt: state.relockAt } }, []];
      }
      return [{ ...door, state: { kind: 'locked' } }, [{ kind: 'lock' }]];
    case 'held-open':
    case 'forced-open':
      return [{ ...door, state: { kind: 'locked' } }, [{ kind: 'lock' }, { kind: 'record', event: 'door-closed' }]];
    default:
      return assertNever(state);
  }
}

function onTime(door: Door, at: Monotonic): DoorStep {
  const { state } = door;
  if (state.kind === 'accessed' && at >= state.relockAt) {
    return [{ ...door, state: { kind: 'locked' } }, [{ kind: 'lock' }, ...recordIf(state.by === 'access', 'access-not-taken')]];
  }
  if (state.kind !== 'open') return [door, []];
  if (at >= state.heldAt) {
    return [{ ...door, state: { kind: 'held-open' } }, [{ kind: 'lock' }, { kind: 'record', event: 'door-held-open' }]];
  }
  if (state.relockAt !== undefined && at >= state.relockAt) {
    return [{ ...door, state: { kind: 'open', heldAt: state.heldAt } }, [{ kind: 'lock' }]];
  }
  return [door, []];
}

function onDemand(door: Door, demand: DoorDemand, at: Monotonic, timings: DoorTimings): DoorStep {
  const records = [
    ...recordIf(demand.fire && !door.demand.fire, 'fire-unlock'),
    ...recordIf(!demand.fire && door.demand.fire, 'fire-cleared'),
    ...recordIf(demand.mode !== door.demand.mode, 'mode-changed'),
  ];
  if (demandedPosition(demand) === 'unlocked') {
    const state: DoorState = { kind: 'standing-unlocked', contact: contactOf(door.state) };
    return [{ state, demand }, [{ kind: 'unlock', forMs: 'until-driven' }, ...records]];
  }
  if (door.state.kind !== 'standing-unlocked') return [{ ...door, demand }, records];
  const state: DoorState =
    door.state.contact === 'open' ? { kind: 'open', heldAt: after(at, timings.heldOpenMs) } : { kind: 'locked' };
  return [{ state, demand }, [{ kind: 'lock' }, ...records]];
}

const contactOf = (state: DoorState): Contact => {
  if (state.kind === 'standing-unlocked') return state.contact;
  return state.kind === 'locked' || state.kind === 'accessed' ? 'closed' : 'open';
};

const recordIf = (holds: boolean, event: DoorEvent): readonly DoorEffect[] =>
  holds ? [{ kind: 'record', event }] : [];
