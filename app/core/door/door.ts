import { after, elapsed, type Millis, type Monotonic } from '../kernel/units.ts';
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

/** Where the door leaf is, as its contact says. */
export type Contact = 'closed' | 'open';

/** A time for which the strike is unlocked for whoever asked. Grants and exits that overlap share one. */
export interface Passage {
  /** `egress` as soon as anybody asked to leave: what may end an access leaves an exit alone. */
  readonly by: 'access' | 'egress';
  /** Was there a grant of which the contact has yet to show whether it is taken? */
  readonly awaited: boolean;
  readonly relockAt: Monotonic;
}

export type DoorState =
  | { readonly kind: 'locked' }
  /** Unlocked, and the leaf is not yet open. */
  | { readonly kind: 'accessed'; readonly passage: Passage }
  /** Opened in time, or found open. `passage`: asked for again meanwhile, so that shutting it does not lock the next one out. */
  | { readonly kind: 'open'; readonly heldAt: Monotonic; readonly passage?: Passage }
  /** Open for too long, or without a passage. Only shutting the leaf ends it, or a demand to stand unlocked. */
  | { readonly kind: 'held-open' | 'forced-open'; readonly passage?: Passage }
  /** Stands unlocked because fire or the door's mode demands it, until neither does. A passage outlasts the demand. */
  | { readonly kind: 'standing-unlocked'; readonly contact: Contact; readonly passage?: Passage };

/** What the fire input and the stored mode demand; read before anything else at start. */
export interface DoorDemand {
  readonly fire: boolean;
  readonly mode: DoorMode;
}

export interface Door {
  readonly state: DoorState;
  readonly demand: DoorDemand;
  /** Without a contact nobody knows whether an access was taken, and nothing is recorded of it. */
  readonly contactFitted: boolean;
}

export type DoorStepInput =
  | { readonly kind: 'granted'; readonly at: Monotonic }
  /** The newest grant did not reach the strike: whoever was granted is denied, so that nobody is let in by it. */
  | { readonly kind: 'strike-lost'; readonly at: Monotonic }
  | { readonly kind: 'rex'; readonly at: Monotonic }
  | { readonly kind: 'fire'; readonly active: boolean; readonly at: Monotonic }
  | { readonly kind: 'mode'; readonly mode: DoorMode; readonly at: Monotonic }
  | { readonly kind: 'contact'; readonly contact: Contact; readonly at: Monotonic }
  /** Where the leaf is, after a time in which nobody knew: when it moved, and by whom, is not to be known any more. */
  | { readonly kind: 'contact-found'; readonly contact: Contact; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type DoorEvent =
  | 'access-taken'
  | 'access-not-taken'
  | 'door-held-open'
  | 'door-forced-open'
  /** Open after a time in which nobody could know, and nobody was let in: it may have been forced, or not. */
  | 'door-found-open'
  | 'door-closed'
  | 'egress'
  | 'fire-unlock'
  | 'fire-cleared'
  | 'mode-changed';

export type DoorEffect =
  /** Unlock for a time, after which the relay falls back by itself, or until told otherwise. */
  | { readonly kind: 'unlock'; readonly forMs: Millis | 'until-driven' }
  | { readonly kind: 'lock' }
  /** The grant is not carried out: whoever decided it has to tell the person so. */
  | { readonly kind: 'refuse' }
  /** `whenDriven`: only where the drive before it in the same step reached the strike. */
  | { readonly kind: 'record'; readonly event: DoorEvent; readonly whenDriven?: true };

export type DoorStep = readonly [door: Door, effects: readonly DoorEffect[]];

const LOCK: DoorEffect = { kind: 'lock' };
const STAY_UNLOCKED: DoorEffect = { kind: 'unlock', forMs: 'until-driven' };

/** The position that fire input and stored mode demand of the lock, before anything is known of passages. */
export function demandedPosition(demand: DoorDemand): LockPosition {
  return demand.fire || demand.mode === 'unlocked' ? 'unlocked' : 'locked';
}

/**
 * What the strike is driven to when its line comes back. A return of communication never lets anybody in (IEC 60839-11-1),
 * so an access that was running is not taken up again; an exit is, since leaving is free.
 */
export function driveOnReturn(state: DoorState, at: Monotonic): DoorEffect {
  if (state.kind === 'standing-unlocked') return STAY_UNLOCKED;
  const passage = running(state, at);
  return passage?.by === 'egress' ? { kind: 'unlock', forMs: elapsed(at, passage.relockAt) } : LOCK;
}

/** A door at start: what it demands, with its contact as it is found. A leaf found open is held, not forced. */
export function doorAtStart(demand: DoorDemand, contact: Contact | 'not-fitted'): DoorStep {
  const contactFitted = contact !== 'not-fitted';
  const leaf = contactFitted ? contact : 'closed';
  if (demandedPosition(demand) === 'unlocked') {
    const state: DoorState = { kind: 'standing-unlocked', contact: leaf };
    return [{ state, demand, contactFitted }, [STAY_UNLOCKED, ...recordIf(demand.fire, 'fire-unlock')]];
  }
  const state: DoorState = leaf === 'open' ? { kind: 'held-open' } : { kind: 'locked' };
  return [{ state, demand, contactFitted }, [LOCK, ...recordIf(leaf === 'open', 'door-held-open')]];
}

/** When the door wants to be stepped with `time`, if ever. */
export function nextDeadline(state: DoorState): Monotonic | undefined {
  const relockAt = passageOf(state)?.relockAt;
  if (state.kind !== 'open') return relockAt;
  return relockAt === undefined || relockAt > state.heldAt ? state.heldAt : relockAt;
}

/**
 * One step of the door. Leaving is free: `rex` and `fire` unlock in every state and every mode, first of all effects,
 * and once a REX has unlocked, only the leaf's opening locks again before its time. Where a contact is fitted, every
 * grant that reaches the strike is followed by one `access-taken` or `access-not-taken`; grants that wait together share
 * it, and share its end where the last of them loses the strike.
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
      return onGranted(door, input.at, timings);
    case 'strike-lost':
      return onStrikeLost(door, input.at);
    case 'contact':
      return input.contact === 'open' ? onOpened(door, input.at, timings) : onClosed(door, input.at);
    case 'contact-found':
      return input.contact === 'open' ? onFoundOpen(door, input.at, timings) : onClosed(door, input.at);
    case 'time':
      return onTime(door, input.at);
    default:
      return assertNever(input);
  }
}

function onGranted(door: Door, at: Monotonic, timings: DoorTimings): DoorStep {
  if (door.demand.mode !== 'locked-down') return onPassage(door, 'access', at, timings);
  // The lock-down came between the decision and its entry: the door has the last word.
  const standing = door.state.kind === 'standing-unlocked' ? [STAY_UNLOCKED] : [];
  return [door, [...standing, { kind: 'refuse' }, ...recordIf(true, 'access-not-taken')]];
}

function onPassage(door: Door, by: Passage['by'], at: Monotonic, timings: DoorTimings): DoorStep {
  const { state } = door;
  const shut = contactOf(state) === 'closed';
  const passage: Passage = {
    by: running(state, at)?.by === 'egress' ? 'egress' : by,
    awaited: passageOf(state)?.awaited === true || (by === 'access' && shut && door.contactFitted),
    relockAt: after(at, timings.releaseMs),
  };
  // Whoever is let in while the leaf stands open has taken the access: no contact will show it again.
  const taken: DoorEffect = { kind: 'record', event: 'access-taken', whenDriven: true };
  const records = [...recordIf(by === 'egress', 'egress'), ...(by === 'access' && !shut ? [taken] : [])];
  const unlock: DoorEffect = { kind: 'unlock', forMs: timings.releaseMs };
  switch (state.kind) {
    case 'standing-unlocked':
      // Driven again all the same: an exit button must work even where the relay was lost meanwhile.
      return [{ ...door, state: { ...state, passage } }, [STAY_UNLOCKED, ...records]];
    case 'locked':
    case 'accessed':
      return [{ ...door, state: { kind: 'accessed', passage } }, [unlock, ...records]];
    case 'open': {
      const heldAt = after(at, timings.heldOpenMs);
      return [{ ...door, state: { kind: 'open', heldAt, passage } }, [unlock, ...records]];
    }
    case 'held-open':
    case 'forced-open':
      // The alarm stays: neither a card nor the exit button says that somebody shut the door.
      return [{ ...door, state: { kind: state.kind, passage } }, [unlock, ...records]];
    default:
      return assertNever(state);
  }
}

/** What is left is what was before: an exit runs on, fire and mode keep the door unlocked, an open leaf its alarm. */
function onStrikeLost(door: Door, at: Monotonic): DoorStep {
  const { state } = door;
  const passage = passageOf(state);
  if (state.kind === 'locked' || passage === undefined) return [door, []];
  if (passage.by === 'egress' && passage.relockAt > at) {
    return [{ ...door, state: { ...state, passage: { ...passage, awaited: false } } }, []];
  }
  return [{ ...door, state: withoutPassage(state) }, state.kind === 'standing-unlocked' ? [] : [LOCK]];
}

function onOpened(door: Door, at: Monotonic, timings: DoorTimings): DoorStep {
  const { state } = door;
  switch (state.kind) {
    case 'locked':
      return [{ ...door, state: { kind: 'forced-open' } }, recordIf(true, 'door-forced-open')];
    case 'accessed': {
      const open: DoorState = { kind: 'open', heldAt: after(at, timings.heldOpenMs) };
      return [{ ...door, state: open }, [LOCK, ...recordIf(state.passage.awaited, 'access-taken')]];
    }
    case 'standing-unlocked': {
      if (state.contact === 'open') return [door, []];
      const taken = recordIf(state.passage?.awaited === true, 'access-taken');
      return [{ ...door, state: { kind: 'standing-unlocked', contact: 'open' } }, taken];
    }
    case 'open':
    case 'held-open':
    case 'forced-open':
      return [door, []];
    default:
      return assertNever(state);
  }
}

/** No force is claimed that nobody saw; from now on it is timed as every open leaf is. */
function onFoundOpen(door: Door, at: Monotonic, timings: DoorTimings): DoorStep {
  if (door.state.kind !== 'locked') return onOpened(door, at, timings);
  const open: DoorState = { kind: 'open', heldAt: after(at, timings.heldOpenMs) };
  return [{ ...door, state: open }, recordIf(true, 'door-found-open')];
}

function onClosed(door: Door, at: Monotonic): DoorStep {
  const { state } = door;
  switch (state.kind) {
    case 'locked':
    case 'accessed':
      return [door, []];
    case 'standing-unlocked':
      return [{ ...door, state: { ...state, contact: 'closed' } }, []];
    case 'open':
    case 'held-open':
    case 'forced-open': {
      const ended = recordIf(state.kind !== 'open', 'door-closed');
      const passage = running(state, at);
      if (passage !== undefined) return [{ ...door, state: { kind: 'accessed', passage } }, ended];
      return [{ ...door, state: { kind: 'locked' } }, [LOCK, ...ended]];
    }
    default:
      return assertNever(state);
  }
}

function onTime(door: Door, at: Monotonic): DoorStep {
  const passage = passageOf(door.state);
  const over = passage !== undefined && at >= passage.relockAt;
  const left = over ? withoutPassage(door.state) : door.state;
  const held = left.kind === 'open' && at >= left.heldAt;
  const effects = [
    ...(over && left.kind !== 'standing-unlocked' ? [LOCK] : []),
    ...recordIf(over && passage.awaited, 'access-not-taken'),
    ...recordIf(held, 'door-held-open'),
  ];
  return [{ ...door, state: held ? { kind: 'held-open', ...carrying(left.passage) } : left }, effects];
}

function onDemand(door: Door, demand: DoorDemand, at: Monotonic, timings: DoorTimings): DoorStep {
  const changed = [
    ...recordIf(demand.fire && !door.demand.fire, 'fire-unlock'),
    ...recordIf(!demand.fire && door.demand.fire, 'fire-cleared'),
    ...recordIf(demand.mode !== door.demand.mode, 'mode-changed'),
  ];
  const passage = passageOf(door.state);
  // A lock-down ends an access that is running; an exit runs on.
  const ended = demand.mode === 'locked-down' && passage?.by === 'access';
  const state = ended ? withoutPassage(door.state) : door.state;
  const records = [...changed, ...recordIf(ended && passage.awaited, 'access-not-taken')];
  if (demandedPosition(demand) === 'unlocked') {
    const standing: DoorState = { kind: 'standing-unlocked', contact: contactOf(state), ...carrying(passageOf(state)) };
    return [{ ...door, state: standing, demand }, [STAY_UNLOCKED, ...records]];
  }
  if (state.kind === 'standing-unlocked') {
    const [left, effects] = onDemandEnded({ ...door, state, demand }, state, at, timings);
    return [left, [...effects, ...records]];
  }
  return [{ ...door, state, demand }, [...(ended ? [LOCK] : []), ...records]];
}

function onDemandEnded(door: Door, from: Standing, at: Monotonic, timings: DoorTimings): DoorStep {
  const passage = running(from, at);
  const drive: DoorEffect = passage === undefined ? LOCK : { kind: 'unlock', forMs: elapsed(at, passage.relockAt) };
  const effects = [drive, ...recordIf(passage === undefined && from.passage?.awaited === true, 'access-not-taken')];
  if (from.contact === 'open') {
    return [{ ...door, state: { kind: 'open', heldAt: after(at, timings.heldOpenMs), ...carrying(passage) } }, effects];
  }
  return [{ ...door, state: passage === undefined ? { kind: 'locked' } : { kind: 'accessed', passage } }, effects];
}

type Standing = Extract<DoorState, { kind: 'standing-unlocked' }>;

const contactOf = (state: DoorState): Contact => {
  if (state.kind === 'standing-unlocked') return state.contact;
  return state.kind === 'locked' || state.kind === 'accessed' ? 'closed' : 'open';
};

const passageOf = (state: DoorState): Passage | undefined => (state.kind === 'locked' ? undefined : state.passage);

/** The passage whose time is not over. */
const running = (state: DoorState, at: Monotonic): Passage | undefined => {
  const passage = passageOf(state);
  return passage !== undefined && passage.relockAt > at ? passage : undefined;
};

const carrying = (passage: Passage | undefined): { readonly passage?: Passage } =>
  passage === undefined ? {} : { passage };

function withoutPassage(state: DoorState): DoorState {
  if (state.kind === 'locked' || state.kind === 'accessed') return { kind: 'locked' };
  const { passage: _ended, ...rest } = state;
  return rest;
}

const recordIf = (holds: boolean, event: DoorEvent): readonly DoorEffect[] =>
  holds ? [{ kind: 'record', event }] : [];
