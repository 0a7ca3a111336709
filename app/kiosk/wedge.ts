import { TYPED_CARD_CHARACTERS_MAX } from '../contract/kioskCommand.ts';

/**
 * A reader that is plugged in as a keyboard types a card's number faster than anybody can, and ends it with a key of its
 * own. Keys are held back until it is known which of the two they are, at most for as long as the reader's keys lie apart.
 */
export interface WedgeLimits {
  /** Longest time between two keys of a reader. Readers take 1 to 20 ms; the quickest typing rarely goes below 40. */
  readonly gapMs: number;
  /** So many keys in a row at that pace are no typing. */
  readonly lengthMin: number;
  readonly lengthMax: number;
  readonly endKeys: readonly string[];
}

export const WEDGE_LIMITS: WedgeLimits = {
  gapMs: 35,
  lengthMin: 6,
  lengthMax: TYPED_CARD_CHARACTERS_MAX,
  endKeys: ['Enter', 'Tab'],
};

/** The keys held back, and when the last one came. `overlong`: more came than any card has; the rest is swallowed. */
export interface WedgeState {
  readonly held: readonly string[];
  readonly last: number;
  readonly overlong: boolean;
}

export const NO_WEDGE: WedgeState = { held: [], last: 0, overlong: false };

/** `at` in milliseconds of a clock that never goes back; `time` comes when `wedgeDeadline` is reached. */
export type WedgeInput =
  | { readonly kind: 'key'; readonly key: string; readonly at: number }
  | { readonly kind: 'time'; readonly at: number };

export type WedgeOutcome =
  | { readonly kind: 'typed'; readonly key: string }
  | { readonly kind: 'card'; readonly text: string }
  /** Too quick for a person, and no card either. */
  | { readonly kind: 'misread' };

/** Modifiers: a reader presses them for capital letters, and what they do is in the key that follows. */
const SILENT = new Set(['Shift', 'CapsLock', 'AltGraph']);

/** When the state wants to be told of time, if ever. */
export const wedgeDeadline = ({ held, last, overlong }: WedgeState, { gapMs }: WedgeLimits): number | undefined =>
  held.length > 0 || overlong ? last + gapMs + 1 : undefined;

/** One key, or a time without one. What came is told in order, each key once: as typed, in a card, or in a misread. */
export function wedgeStep(
  state: WedgeState,
  input: WedgeInput,
  limits: WedgeLimits,
): readonly [state: WedgeState, outcomes: readonly WedgeOutcome[]] {
  const before = input.at - state.last > limits.gapMs ? ended(state, limits) : [];
  const going: WedgeState = input.at - state.last > limits.gapMs ? NO_WEDGE : state;
  if (input.kind === 'time') return [going, before];
  const { key, at } = input;
  if (SILENT.has(key)) return [going, before];
  if (limits.endKeys.includes(key)) {
    if (going.overlong) return [NO_WEDGE, [...before, { kind: 'misread' }]];
    if (going.held.length >= limits.lengthMin)
      return [NO_WEDGE, [...before, { kind: 'card', text: going.held.join('') }]];
    return [NO_WEDGE, [...before, ...typed(going.held), { kind: 'typed', key }]];
  }
  if (Array.from(key).length !== 1) return [NO_WEDGE, [...before, ...ended(going, limits), { kind: 'typed', key }]];
  if (going.overlong || going.held.length >= limits.lengthMax) return [{ held: [], last: at, overlong: true }, before];
  return [{ held: [...going.held, key], last: at, overlong: false }, before];
}

/** What the keys were that no end key followed. */
function ended({ held, overlong }: WedgeState, { lengthMin }: WedgeLimits): readonly WedgeOutcome[] {
  return overlong || held.length >= lengthMin ? [{ kind: 'misread' }] : typed(held);
}

const typed = (keys: readonly string[]): readonly WedgeOutcome[] => keys.map((key) => ({ kind: 'typed', key }));
