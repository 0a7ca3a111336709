import { assertNever } from '../kernel/assert.ts';
import type { AccessPointId, AreaId, Pseudonym } from '../kernel/ids.ts';
import { PersonMap } from '../kernel/personMap.ts';
import { after, type Millis, type Monotonic } from '../kernel/units.ts';

/** The way through an access point: out of one area into another. */
export interface Crossing {
  readonly from: AreaId;
  readonly to: AreaId;
}

/**
 * `hard`: whoever is known to be elsewhere than where the way begins is refused. `soft`: is let in, and it is recorded.
 * `timed`: whoever came into the area a short while ago, and was seen nowhere else since, does not come in again.
 */
export type AntiPassbackRule =
  | { readonly kind: 'hard' | 'soft'; readonly crossing: Crossing }
  | { readonly kind: 'timed'; readonly crossing: Crossing; readonly againAfterMs: Millis };

interface Whereabouts {
  readonly area: AreaId;
  readonly since: Monotonic;
}

/** Where people were last seen to go. It holds what only the rule needs: one area a person, no way and no history. */
export interface AntiPassback {
  readonly whereabouts: PersonMap<Whereabouts>;
  /** Granted and not yet gone through. */
  readonly going: ReadonlyMap<AccessPointId, readonly Pseudonym[]>;
  /** Whose next passage is not held against them, on an operator's word. */
  readonly excused: ReadonlySet<Pseudonym>;
}

export const NOBODY_SEEN: AntiPassback = { whereabouts: PersonMap.of([]), going: new Map(), excused: new Set() };

/** Grants that wait for one leaf to open; of more than that the first are taken not to have gone. */
export const GOING_MAX = 32;

export type AntiPassbackInput =
  | { readonly kind: 'let-through'; readonly accessPoint: AccessPointId; readonly holder: Pseudonym }
  /** The leaf opened or the arms turned, or a grant was given where nothing shows it: they have gone through. */
  | (Outcome & { readonly kind: 'taken'; readonly crossing: Crossing; readonly at: Monotonic })
  | (Outcome & { readonly kind: 'not-taken' })
  /** What was granted to this one was not carried out; whoever waits besides goes on waiting. */
  | { readonly kind: 'called-off'; readonly accessPoint: AccessPointId; readonly holder: Pseudonym }
  | { readonly kind: 'excuse'; readonly holder: Pseudonym }
  | { readonly kind: 'reset'; readonly whose: Reset };

interface Outcome {
  readonly accessPoint: AccessPointId;
  /** A door's leaf opens for all who were granted; a turnstile turns for the first of them. */
  readonly people: 'all' | 'first';
}

/** Whose whereabouts are forgotten. A person who is erased is forgotten here as well. */
export type Reset =
  | { readonly kind: 'everybody' }
  | { readonly kind: 'area'; readonly area: AreaId }
  | { readonly kind: 'holder'; readonly holder: Pseudonym };

/** Would this passage be one that the rule is against? */
export function isPassedBack(
  { whereabouts, excused }: AntiPassback,
  rule: AntiPassbackRule,
  { holder, at }: { readonly holder: Pseudonym; readonly at: Monotonic },
): boolean {
  const known = whereabouts.get(holder);
  if (known === undefined || excused.has(holder)) return false;
  if (rule.kind !== 'timed') return known.area !== rule.crossing.from;
  return known.area === rule.crossing.to && at < after(known.since, rule.againAfterMs);
}

export function antiPassbackStep(state: AntiPassback, input: AntiPassbackInput): AntiPassback {
  switch (input.kind) {
    case 'let-through': {
      const waiting = [...(state.going.get(input.accessPoint) ?? []), input.holder].slice(-GOING_MAX);
      return { ...state, going: new Map(state.going).set(input.accessPoint, waiting) };
    }
    case 'taken':
      return onTaken(state, input);
    case 'not-taken':
      return { ...state, going: goneFrom(state, input)[1] };
    case 'called-off':
      return onCalledOff(state, input);
    case 'excuse':
      return { ...state, excused: new Set(state.excused).add(input.holder) };
    case 'reset':
      return onReset(state, input.whose);
    default:
      return assertNever(input);
  }
}

function onTaken(state: AntiPassback, input: Extract<AntiPassbackInput, { kind: 'taken' }>): AntiPassback {
  const { crossing, at } = input;
  const [gone, going] = goneFrom(state, input);
  let { whereabouts } = state;
  const excused = new Set(state.excused);
  for (const holder of gone) {
    whereabouts = whereabouts.with(holder, { area: crossing.to, since: at });
    excused.delete(holder);
  }
  return { whereabouts, excused, going };
}

function onCalledOff(
  state: AntiPassback,
  { accessPoint, holder }: Extract<AntiPassbackInput, { kind: 'called-off' }>,
): AntiPassback {
  const waiting = state.going.get(accessPoint) ?? [];
  const at = waiting.lastIndexOf(holder);
  if (at < 0) return state;
  const going = new Map(state.going);
  if (waiting.length === 1) going.delete(accessPoint);
  else going.set(accessPoint, waiting.toSpliced(at, 1));
  return { ...state, going };
}

/** Whose outcome it is, and who waits after it. */
function goneFrom({ going }: AntiPassback, { accessPoint, people }: Outcome): [Pseudonym[], AntiPassback['going']] {
  const waiting = going.get(accessPoint) ?? [];
  const count = people === 'all' ? waiting.length : 1;
  const left = waiting.slice(count);
  const rest = new Map(going);
  if (left.length === 0) rest.delete(accessPoint);
  else rest.set(accessPoint, left);
  return [waiting.slice(0, count), rest];
}

function onReset(state: AntiPassback, whose: Reset): AntiPassback {
  switch (whose.kind) {
    case 'everybody':
      return { ...state, whereabouts: NOBODY_SEEN.whereabouts };
    case 'area': {
      const others = [...state.whereabouts.entries()].filter(([, { area }]) => area !== whose.area);
      return { ...state, whereabouts: PersonMap.of(others) };
    }
    case 'holder': {
      const { holder } = whose;
      const excused = new Set(state.excused);
      excused.delete(holder);
      const going = new Map([...state.going].map(([at, waiting]) => [at, waiting.filter((one) => one !== holder)]));
      return { whereabouts: state.whereabouts.without(holder), excused, going };
    }
    default:
      return assertNever(whose);
  }
}
