import { assertNever } from '../kernel/assert.ts';
import type { DoorId } from '../kernel/ids.ts';
import { after, millis, type Monotonic } from '../kernel/units.ts';
import type { DoorState } from './door.ts';

/** How long a door is kept for somebody who was granted, until it is driven: its entry is written meanwhile. */
export const PROMISE_MS_MAX = millis(2_000);

/** Doors of which at most one is to be open at a time, such as the two of an air lock. */
export interface Interlock {
  /** Those that are not shut and locked. */
  readonly open: ReadonlySet<DoorId>;
  /** Granted, and not yet unlocked: the others are held from that moment on. */
  readonly promised?: { readonly door: DoorId; readonly until: Monotonic };
}

export const ALL_SHUT: Interlock = { open: new Set() };

export type InterlockInput =
  | { readonly kind: 'promised'; readonly door: DoorId; readonly at: Monotonic }
  /** The grant was not carried out. */
  | { readonly kind: 'called-off'; readonly door: DoorId }
  | { readonly kind: 'door'; readonly door: DoorId; readonly state: DoorState };

export type InterlockStep = readonly [state: Interlock, effects: readonly InterlockEffect[]];
/** Two doors stand open together: an exit, fire, a mode or force has opened the second. */
export type InterlockEffect = { readonly kind: 'record'; readonly event: 'interlock-broken'; readonly door: DoorId };

/** Is this door held shut by another? An exit button and fire are never asked. */
export function isHeldByOther({ open, promised }: Interlock, door: DoorId, at: Monotonic): boolean {
  for (const other of open) if (other !== door) return true;
  return promised !== undefined && promised.door !== door && at < promised.until;
}

export function interlockStep(state: Interlock, input: InterlockInput): InterlockStep {
  switch (input.kind) {
    case 'promised':
      return [{ open: state.open, promised: { door: input.door, until: after(input.at, PROMISE_MS_MAX) } }, []];
    case 'called-off':
      return [state.promised?.door === input.door ? { open: state.open } : state, []];
    case 'door':
      return onDoor(state, input.door, input.state);
    default:
      return assertNever(input);
  }
}

function onDoor(state: Interlock, door: DoorId, to: DoorState): InterlockStep {
  const isOpen = to.kind !== 'locked';
  if (isOpen === state.open.has(door)) return [state, []];
  const open = new Set(state.open);
  if (!isOpen) {
    open.delete(door);
    return [{ ...state, open }, []];
  }
  open.add(door);
  // What was promised to this door has come true.
  const { promised } = state;
  const next = promised === undefined || promised.door === door ? { open } : { open, promised };
  return [next, open.size > 1 ? [{ kind: 'record', event: 'interlock-broken', door }] : []];
}
