import { elapsed, type Millis, type Monotonic } from '#core/kernel/units.ts';
import type { InputState } from '#core/ports/hardware.ts';

/** What can be found on a wire; that nobody knows is not found but missing. */
export type WireState = Exclude<InputState, 'unknown'>;

/** One input as it counts, and what it may become. */
export interface Settled {
  readonly state: InputState;
  /** The last level that was known for certain. */
  readonly active: boolean;
  /** Was anything ever known of it? */
  readonly everKnown: boolean;
  readonly pending?: { readonly state: WireState; readonly since: Monotonic };
}

export const NEVER_KNOWN: Settled = { state: 'unknown', active: false, everKnown: false };

/**
 * One reading of a wire. What is found counts once it was found without a break for `debounceMs`; the very first reading
 * counts at once, since a door must not start without its fire input. A wire that is cut or short keeps its last level.
 */
export function settle(input: Settled, found: WireState, at: Monotonic, debounceMs: Millis): Settled {
  if (found === input.state) return counted(input, found);
  if (!input.everKnown) return counted(input, found);
  const since = input.pending?.state === found ? input.pending.since : at;
  if (elapsed(since, at) >= debounceMs) return counted(input, found);
  return { ...input, pending: { state: found, since } };
}

/** Nobody knows any more: the level stays, and what was pending begins anew. */
export const unknownFrom = ({ active, everKnown }: Settled): Settled => ({ state: 'unknown', active, everKnown });

const counted = ({ active }: Settled, state: WireState): Settled => ({
  state,
  active: state === 'active' || (state !== 'normal' && active),
  everKnown: true,
});
