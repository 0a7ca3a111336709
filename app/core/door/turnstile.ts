import { assertNever } from '../kernel/assert.ts';
import { after, elapsed, type Millis, type Monotonic } from '../kernel/units.ts';

export type Direction = 'entry' | 'exit';
const DIRECTIONS: readonly Direction[] = ['entry', 'exit'];

/** `free`: whoever comes goes through. A lock-down refuses entry; there is none of the exit, since leaving is free. */
export type EntryMode = 'controlled' | 'free' | 'locked-down';
export type ExitMode = Exclude<EntryMode, 'locked-down'>;

export interface TurnstileTimings {
  /** How long a way stays open for one person. */
  readonly passMs: Millis;
  /** How long after it has locked a passage may still be reported that began before. */
  readonly settleMs: Millis;
}

/** Grants that may wait for one way. Whoever is granted beyond that has to wait for the others. */
export const GRANTS_WAITING_MAX = 8;

/** Who may go through one way: each grant is one passage, and an exit button is one as well. */
export interface Permission {
  readonly grants: number;
  readonly egress: boolean;
  readonly lockAt: Monotonic;
  /** Until then a passage that began in time may still be reported; the grants that are left were not taken. */
  readonly settleAt: Monotonic;
  readonly locked: boolean;
}

type Ways = Readonly<Partial<Record<Direction, Permission>>>;

/** `arms-down`: nothing holds anybody, until neither fire nor an emergency demands it. */
export type TurnstileState =
  | { readonly kind: 'arms-up'; readonly ways: Ways }
  | { readonly kind: 'arms-down'; readonly ways: Ways };

export interface TurnstileDemand {
  readonly fire: boolean;
  /** The button by which staff drop the arms. */
  readonly emergency: boolean;
  readonly entry: EntryMode;
  readonly exit: ExitMode;
}

export interface Turnstile {
  readonly state: TurnstileState;
  readonly demand: TurnstileDemand;
  /** Without passage feedback nobody knows whether an access was taken, and nothing is recorded of it. */
  readonly feedbackFitted: boolean;
}

export type TurnstileInput =
  | { readonly kind: 'granted' | 'strike-lost'; readonly direction: Direction; readonly at: Monotonic }
  | { readonly kind: 'rex'; readonly at: Monotonic }
  | { readonly kind: 'fire' | 'emergency'; readonly active: boolean; readonly at: Monotonic }
  | { readonly kind: 'entry-mode'; readonly mode: EntryMode; readonly at: Monotonic }
  | { readonly kind: 'exit-mode'; readonly mode: ExitMode; readonly at: Monotonic }
  /** The mechanism reports that one person has gone through. */
  | { readonly kind: 'passed'; readonly direction: Direction; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type TurnstileEvent =
  | 'access-taken'
  | 'access-not-taken'
  | 'egress'
  | 'fire-unlock'
  | 'fire-cleared'
  | 'arm-dropped'
  | 'arm-raised'
  | 'mode-changed'
  /** Somebody went through against the way that was open. */
  | 'passage-wrong-direction'
  /** Somebody went through while neither way was open. */
  | 'passage-forced';

export type TurnstileDrive =
  | { readonly kind: 'unlock'; readonly direction: Direction; readonly forMs: Millis | 'until-driven' }
  | { readonly kind: 'lock'; readonly direction: Direction }
  | { readonly kind: 'drop-arm' | 'raise-arm' };

export type TurnstileEffect =
  | TurnstileDrive
  /** The grant is not carried out: whoever decided it has to tell the person so. */
  | { readonly kind: 'refuse' }
  | { readonly kind: 'record'; readonly event: TurnstileEvent; readonly direction?: Direction };

export type TurnstileStep = readonly [turnstile: Turnstile, effects: readonly TurnstileEffect[]];

const FREE: Millis | 'until-driven' = 'until-driven';

/** A turnstile at start: what fire, emergency and the modes demand. Nobody is let through by a start. */
export function turnstileAtStart(demand: TurnstileDemand, feedbackFitted: boolean): TurnstileStep {
  const down = isDown(demand);
  const turnstile: Turnstile = { state: { kind: down ? 'arms-down' : 'arms-up', ways: {} }, demand, feedbackFitted };
  const records = [...recordIf(demand.fire, 'fire-unlock'), ...recordIf(down, 'arm-dropped')];
  return [turnstile, [...wantedDrives(turnstile, undefined), ...records]];
}

/** What is driven when the line comes back. Nobody is let in by that; an exit that runs goes on. */
export function turnstileOnReturn(turnstile: Turnstile, at: Monotonic): readonly TurnstileDrive[] {
  const { entry: _entry, exit, ...none } = turnstile.state.ways;
  const leaving = exit?.egress === true ? { exit } : none;
  return wantedDrives({ ...turnstile, state: { ...turnstile.state, ways: leaving } }, at);
}

/** When the turnstile wants to be stepped with `time`, if ever. */
export function turnstileDeadline({ state }: Turnstile): Monotonic | undefined {
  let first: Monotonic | undefined;
  for (const direction of DIRECTIONS) {
    const way = state.ways[direction];
    const next = way?.locked === true ? way.settleAt : way?.lockAt;
    if (next !== undefined && (first === undefined || next < first)) first = next;
  }
  return first;
}

/**
 * One step of the turnstile. Leaving is free: an exit button opens the exit first of all effects, and fire drops the
 * arms, in every state and every mode. With passage feedback every grant that reaches the mechanism has one outcome of
 * its own.
 */
export function turnstileStep(turnstile: Turnstile, input: TurnstileInput, timings: TurnstileTimings): TurnstileStep {
  switch (input.kind) {
    case 'granted':
      return onGranted(turnstile, input, timings);
    case 'rex':
      return onPermission(turnstile, { direction: 'exit', grants: 0, egress: true, at: input.at }, timings);
    case 'passed':
      return onPassed(turnstile, input);
    case 'strike-lost':
      return onStrikeLost(turnstile, input);
    case 'fire':
      return onDemand(turnstile, { ...turnstile.demand, fire: input.active }, input.at);
    case 'emergency':
      return onDemand(turnstile, { ...turnstile.demand, emergency: input.active }, input.at);
    case 'entry-mode':
      return onDemand(turnstile, { ...turnstile.demand, entry: input.mode }, input.at);
    case 'exit-mode':
      return onDemand(turnstile, { ...turnstile.demand, exit: input.mode }, input.at);
    case 'time':
      return onTime(turnstile, input.at);
    default:
      return assertNever(input);
  }
}

interface Toward {
  readonly direction: Direction;
  readonly at: Monotonic;
}

function onGranted(turnstile: Turnstile, { direction, at }: Toward, timings: TurnstileTimings): TurnstileStep {
  const shut = direction === 'entry' && turnstile.demand.entry === 'locked-down';
  const full = (turnstile.state.ways[direction]?.grants ?? 0) >= GRANTS_WAITING_MAX;
  if (shut || full) return [turnstile, [{ kind: 'refuse' }, ...recordIf(true, 'access-not-taken', direction)]];
  return onPermission(turnstile, { direction, grants: turnstile.feedbackFitted ? 1 : 0, egress: false, at }, timings);
}

function onPermission(
  turnstile: Turnstile,
  { direction, grants, egress, at }: Toward & { readonly grants: number; readonly egress: boolean },
  { passMs, settleMs }: TurnstileTimings,
): TurnstileStep {
  const before = turnstile.state.ways[direction];
  const lockAt = after(at, passMs);
  const way: Permission = {
    grants: (before?.grants ?? 0) + grants,
    egress: egress || before?.egress === true,
    lockAt,
    settleAt: after(lockAt, settleMs),
    locked: false,
  };
  const forMs = standsOpen(turnstile, direction) ? FREE : passMs;
  return [
    withWay(turnstile, direction, way),
    [{ kind: 'unlock', direction, forMs }, ...recordIf(egress, 'egress', direction)],
  ];
}

function onPassed(turnstile: Turnstile, { direction, at }: Toward): TurnstileStep {
  const way = turnstile.state.ways[direction];
  if (way === undefined) {
    if (standsOpen(turnstile, direction)) return [turnstile, []];
    const other = direction === 'entry' ? 'exit' : 'entry';
    const otherOpen = turnstile.state.ways[other] !== undefined || standsOpen(turnstile, other);
    return [turnstile, recordIf(true, otherOpen ? 'passage-wrong-direction' : 'passage-forced', direction)];
  }
  // A grant has to have its outcome: where somebody was granted and somebody asked to leave, it was the first.
  const rest = way.grants > 0 ? { ...way, grants: way.grants - 1 } : { ...way, egress: false };
  const taken = recordIf(way.grants > 0, 'access-taken', direction);
  if (rest.grants === 0 && !rest.egress) {
    return [withWay(turnstile, direction, undefined), [...lockUnlessOpen(turnstile, direction), ...taken]];
  }
  const next = withWay(turnstile, direction, rest);
  // The mechanism locks after each person: for the next one it is told again.
  const again = rest.locked || standsOpen(turnstile, direction) ? [] : [driveOf(next, direction, at)];
  return [next, [...again, ...taken]];
}

/** Nobody is let in by what did not reach the mechanism; an exit that runs goes on. */
function onStrikeLost(turnstile: Turnstile, { direction }: Toward): TurnstileStep {
  const way = turnstile.state.ways[direction];
  if (way === undefined) return [turnstile, []];
  if (way.egress) return [withWay(turnstile, direction, { ...way, grants: 0 }), []];
  return [withWay(turnstile, direction, undefined), lockUnlessOpen(turnstile, direction)];
}

function onTime(turnstile: Turnstile, at: Monotonic): TurnstileStep {
  let next = turnstile;
  const effects: TurnstileEffect[] = [];
  for (const direction of DIRECTIONS) {
    const way = next.state.ways[direction];
    if (way === undefined || at < way.lockAt) continue;
    if (!way.locked) effects.push(...lockUnlessOpen(turnstile, direction));
    const settled = at >= way.settleAt;
    next = withWay(next, direction, settled ? undefined : { ...way, locked: true });
    if (settled) effects.push(...notTaken(way, direction));
  }
  return [next, effects];
}

function onDemand(turnstile: Turnstile, demand: TurnstileDemand, at: Monotonic): TurnstileStep {
  const before = turnstile.demand;
  const [wasDown, down] = [isDown(before), isDown(demand)];
  const { entry } = turnstile.state.ways;
  // A lock-down ends what was granted; nobody asks to leave by the way in.
  const ended = demand.entry === 'locked-down' && before.entry !== 'locked-down' ? entry : undefined;
  const left = ended === undefined ? turnstile : withWay(turnstile, 'entry', undefined);
  const next: Turnstile = { ...left, state: { kind: down ? 'arms-down' : 'arms-up', ways: left.state.ways }, demand };
  const records = [
    ...recordIf(demand.fire && !before.fire, 'fire-unlock'),
    ...recordIf(!demand.fire && before.fire, 'fire-cleared'),
    ...recordIf(down && !wasDown, 'arm-dropped'),
    ...recordIf(!down && wasDown, 'arm-raised'),
    ...recordIf(demand.entry !== before.entry, 'mode-changed', 'entry'),
    ...recordIf(demand.exit !== before.exit, 'mode-changed', 'exit'),
    ...(ended === undefined ? [] : notTaken(ended, 'entry')),
  ];
  return [next, [...wantedDrives(next, at), ...records]];
}

/** Everything driven to where it has to be now: the arms first. Without a moment no permission counts. */
function wantedDrives(turnstile: Turnstile, at: Monotonic | undefined): readonly TurnstileDrive[] {
  const arms: TurnstileDrive = { kind: turnstile.state.kind === 'arms-down' ? 'drop-arm' : 'raise-arm' };
  return [arms, ...DIRECTIONS.map((direction) => driveOf(turnstile, direction, at))];
}

function driveOf(turnstile: Turnstile, direction: Direction, at: Monotonic | undefined): TurnstileDrive {
  if (standsOpen(turnstile, direction)) return { kind: 'unlock', direction, forMs: FREE };
  const way = turnstile.state.ways[direction];
  if (at === undefined || way === undefined || way.locked || at >= way.lockAt) return { kind: 'lock', direction };
  return { kind: 'unlock', direction, forMs: elapsed(at, way.lockAt) };
}

/** Is this way open to whoever comes? */
const standsOpen = ({ state, demand }: Turnstile, direction: Direction): boolean =>
  state.kind === 'arms-down' || demand[direction] === 'free';

const isDown = ({ fire, emergency }: TurnstileDemand): boolean => fire || emergency;

const lockUnlessOpen = (turnstile: Turnstile, direction: Direction): readonly TurnstileEffect[] =>
  standsOpen(turnstile, direction) ? [] : [{ kind: 'lock', direction }];

const notTaken = ({ grants }: Permission, direction: Direction): readonly TurnstileEffect[] =>
  Array.from({ length: grants }, () => ({ kind: 'record', event: 'access-not-taken', direction }) as const);

function withWay(turnstile: Turnstile, direction: Direction, way: Permission | undefined): Turnstile {
  const { [direction]: _before, ...others } = turnstile.state.ways;
  const ways = way === undefined ? others : { ...others, [direction]: way };
  return { ...turnstile, state: { ...turnstile.state, ways } };
}

const recordIf = (holds: boolean, event: TurnstileEvent, direction?: Direction): readonly TurnstileEffect[] =>
  holds ? [{ kind: 'record', event, ...(direction === undefined ? {} : { direction }) }] : [];
