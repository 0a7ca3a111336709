import type { DoorState } from '../door/door.ts';
import { ALL_SHUT, interlockStep, type Interlock } from '../door/interlock.ts';
import type { Direction } from '../door/turnstile.ts';
import type { JournalEvent } from '../journal/entry.ts';
import type { AccessPointId, DoorId, Pseudonym } from '../kernel/ids.ts';
import type { Millis, Monotonic } from '../kernel/units.ts';
import { antiPassbackStep, NOBODY_SEEN, type AntiPassback, type AntiPassbackRule } from './antiPassback.ts';
import type { AccessDecision, AccessRules } from './decide.ts';
import { firstPersonStep, type FirstPerson, type FirstPersonInput } from './firstPerson.ts';
import { awaitingSecond, NEITHER_PERSON, type TwoPerson } from './twoPerson.ts';

/** Which rules that depend on others stand at one access point. Whatever is absent is not in use there. */
export interface Setting {
  readonly accessPoint: AccessPointId;
  /** The door or turnstile that it opens. */
  readonly door: DoorId;
  /** Of a turnstile. */
  readonly direction?: Direction;
  /** Does a contact, or passage feedback, show whether somebody went through? */
  readonly showsPassage: boolean;
  readonly antiPassback?: AntiPassbackRule;
  /** Doors that name the same one hold each other. */
  readonly interlock?: string;
  readonly twoPersonWithinMs?: Millis;
}

/** What people and doors have done so far, as far as it counts for whoever comes next. */
export interface Situation {
  readonly antiPassback: AntiPassback;
  readonly interlocks: ReadonlyMap<string, Interlock>;
  readonly twoPerson: ReadonlyMap<AccessPointId, TwoPerson>;
  /** Of access points with that rule alone. */
  readonly firstPerson: ReadonlyMap<AccessPointId, FirstPerson>;
  /** Where one who may open the place was granted, and is not known to have gone in. */
  readonly opening: ReadonlySet<AccessPointId>;
}

export const NOTHING_HAPPENED: Situation = {
  antiPassback: NOBODY_SEEN,
  interlocks: new Map(),
  twoPerson: new Map(),
  firstPerson: new Map(),
  opening: new Set(),
};

export type SituationStep = readonly [situation: Situation, records: readonly JournalEvent[]];

/** What `decide` has to know of it. */
export function rulesIn(
  situation: Situation,
  setting: Setting,
  now: Monotonic,
): Pick<AccessRules, 'antiPassback' | 'interlock' | 'twoPerson' | 'firstPerson'> {
  const { accessPoint, door, interlock, twoPersonWithinMs } = setting;
  const rule = ruleAt(setting);
  const firstPerson = situation.firstPerson.get(accessPoint);
  return {
    ...(rule === undefined ? {} : { antiPassback: { state: situation.antiPassback, rule, now } }),
    ...(interlock === undefined
      ? {}
      : { interlock: { state: situation.interlocks.get(interlock) ?? ALL_SHUT, door, now } }),
    ...(twoPersonWithinMs === undefined
      ? {}
      : { twoPerson: { state: situation.twoPerson.get(accessPoint) ?? NEITHER_PERSON, now } }),
    ...(firstPerson === undefined ? {} : { firstPerson }),
  };
}

/** Leaving is free: at the exit of a turnstile what is against the rule is recorded, and nobody is held back by it. */
function ruleAt({ antiPassback, direction }: Setting): AntiPassbackRule | undefined {
  if (antiPassback === undefined || direction !== 'exit' || antiPassback.kind === 'soft') return antiPassback;
  return { kind: 'soft', crossing: antiPassback.crossing };
}

/** To be called with every decision, in the same turn: what it promises holds others from then on. */
export function onDecision(
  situation: Situation,
  setting: Setting,
  {
    decision,
    opensFirst,
    at,
  }: { readonly decision: AccessDecision; readonly opensFirst: boolean; readonly at: Monotonic },
): SituationStep {
  if (decision.kind === 'denied') return [onDenied(situation, setting, decision, at), []];
  const { accessPoint, door, interlock } = setting;
  let { antiPassback } = situation;
  for (const holder of peopleOf(decision)) {
    antiPassback = antiPassbackStep(antiPassback, { kind: 'let-through', accessPoint, holder });
  }
  const next: Situation = {
    ...situation,
    antiPassback,
    twoPerson: new Map(situation.twoPerson).set(accessPoint, NEITHER_PERSON),
    opening: opensFirst ? new Set(situation.opening).add(accessPoint) : situation.opening,
    interlocks:
      interlock === undefined
        ? situation.interlocks
        : new Map(situation.interlocks).set(
            interlock,
            interlockStep(situation.interlocks.get(interlock) ?? ALL_SHUT, { kind: 'promised', door, at })[0],
          ),
  };
  return setting.showsPassage ? [next, []] : onOutcome(next, setting, { taken: true, at });
}

/**
 * A grant to these people that the journal, the strike or a lock-down did not let come true. Where nothing shows a passage
 * they were taken to have gone: nobody knows where they are then.
 */
export function onCalledOff(situation: Situation, setting: Setting, people: readonly Pseudonym[]): Situation {
  const { accessPoint, interlock, door, showsPassage } = setting;
  let { antiPassback } = situation;
  for (const holder of people) {
    antiPassback = antiPassbackStep(
      antiPassback,
      showsPassage ? { kind: 'called-off', accessPoint, holder } : { kind: 'reset', whose: { kind: 'holder', holder } },
    );
  }
  const opening = new Set(situation.opening);
  opening.delete(accessPoint);
  const left: Situation = { ...situation, antiPassback, opening };
  if (interlock === undefined) return left;
  const [state] = interlockStep(left.interlocks.get(interlock) ?? ALL_SHUT, { kind: 'called-off', door });
  return { ...left, interlocks: new Map(left.interlocks).set(interlock, state) };
}

/** What the contact, or the passage feedback, showed of a grant at this access point. */
export function onOutcome(
  situation: Situation,
  { accessPoint, antiPassback: rule, direction }: Setting,
  outcome: { readonly taken: true; readonly at: Monotonic } | { readonly taken: false },
): SituationStep {
  const people = direction === undefined ? 'all' : 'first';
  const rest = new Set(situation.opening);
  const opensFirst = rest.delete(accessPoint);
  const left: Situation = { ...situation, opening: rest };
  if (!outcome.taken) {
    const antiPassback = antiPassbackStep(left.antiPassback, { kind: 'not-taken', accessPoint, people });
    return [{ ...left, antiPassback }, []];
  }
  const gone: Situation =
    rule === undefined
      ? { ...left, antiPassback: antiPassbackStep(left.antiPassback, { kind: 'not-taken', accessPoint, people }) }
      : {
          ...left,
          antiPassback: antiPassbackStep(left.antiPassback, {
            kind: 'taken',
            accessPoint,
            people,
            crossing: rule.crossing,
            at: outcome.at,
          }),
        };
  return onFirstPerson(gone, accessPoint, { kind: 'taken', opensFirst });
}

/** The schedule of the rule changed, somebody went in, or an operator wants the place opened anew. */
export function onFirstPerson(
  situation: Situation,
  accessPoint: AccessPointId,
  input: FirstPersonInput,
): SituationStep {
  const before = situation.firstPerson.get(accessPoint);
  if (before === undefined && input.kind !== 'schedule') return [situation, []];
  const state = firstPersonStep(before ?? { kind: 'not-in-force' }, input);
  const came = state.kind === 'came' && before?.kind !== 'came';
  return [
    { ...situation, firstPerson: new Map(situation.firstPerson).set(accessPoint, state) },
    came ? [{ kind: 'first-person-came', accessPoint }] : [],
  ];
}

/** The state of a door after each of its steps. */
export function onDoor(
  situation: Situation,
  { door, interlock }: Pick<Setting, 'door' | 'interlock'>,
  state: DoorState,
): SituationStep {
  if (interlock === undefined) return [situation, []];
  const before = situation.interlocks.get(interlock) ?? ALL_SHUT;
  const [next, effects] = interlockStep(before, { kind: 'door', door, state });
  return [
    { ...situation, interlocks: new Map(situation.interlocks).set(interlock, next) },
    effects.map(({ event, door: broken }) => ({ kind: event, door: broken })),
  ];
}

function onDenied(
  situation: Situation,
  { accessPoint, twoPersonWithinMs }: Setting,
  { reason, holder }: Extract<AccessDecision, { kind: 'denied' }>,
  at: Monotonic,
): Situation {
  if (reason !== 'second-person-needed' || holder === undefined || twoPersonWithinMs === undefined) return situation;
  const state = awaitingSecond(holder, at, twoPersonWithinMs);
  return { ...situation, twoPerson: new Map(situation.twoPerson).set(accessPoint, state) };
}

/** Whom a grant lets through. */
export const peopleOf = ({ holder, companion }: Exclude<AccessDecision, { kind: 'denied' }>): readonly Pseudonym[] =>
  companion === undefined ? [holder] : [companion, holder];
