import type { Direction } from '../door/turnstile.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { AccessPointId, DoorId, Pseudonym } from '../kernel/ids.ts';
import { recalledMoment, type Clocks } from '../kernel/kept.ts';
import { PersonMap } from '../kernel/personMap.ts';
import { millis, type Millis, type WallTime } from '../kernel/units.ts';
import { antiPassbackStep, type AntiPassback, type AntiPassbackRule } from './antiPassback.ts';
import type { DenialReason } from './decide.ts';
import type { Setting } from './situation.ts';

/** How far back whereabouts count where no time is set: whoever was not seen for longer is nowhere. */
export const WHEREABOUTS_MS_MAX = millis(86_400_000);

/** How far back the journal has to be read for these rules; undefined where nobody is refused by what it says. */
export function recallSpan(rules: Iterable<AntiPassbackRule | undefined>): Millis | undefined {
  let span: number | undefined;
  for (const rule of rules) {
    if (rule === undefined || rule.kind === 'soft') continue;
    span = Math.max(span ?? 0, rule.kind === 'timed' ? rule.againAfterMs : WHEREABOUTS_MS_MAX);
  }
  return span === undefined ? undefined : millis(span);
}

/** Stands for whoever is erased: the turn of the arms that was theirs is nobody else's. */
const SOMEBODY = '' as Pseudonym;

/** Reasons for which a grant is called off again. */
const CALLED_OFF: ReadonlySet<DenialReason> = new Set([
  'journal-unavailable',
  'strike-unreachable',
  'locked-down',
] as const);

export interface RecallBy {
  readonly settings: readonly Setting[];
  readonly clocks: Clocks;
}

/**
 * What one entry of the journal says of where people are, as the gate knew it when the entry was written. Entries come in
 * their order. What cannot be told any more is forgotten, so that nobody is refused by it.
 */
export function recallStep(state: AntiPassback, entry: JournalEntry, by: RecallBy): AntiPassback {
  const { event, subject = SOMEBODY } = entry;
  switch (event.kind) {
    case 'access-granted':
    case 'access-accompanied': {
      const setting = by.settings.find(({ accessPoint }) => accessPoint === event.accessPoint);
      if (setting === undefined) return state;
      const going = letThrough(state, setting.accessPoint, {
        holder: subject,
        isFirst: event.kind !== 'access-granted',
      });
      return setting.showsPassage ? going : onOutcome(going, setting, entry.at, by);
    }
    case 'access-denied': {
      const { accessPoint, reason } = event;
      if (!CALLED_OFF.has(reason)) return state;
      const setting = by.settings.find((one) => one.accessPoint === accessPoint);
      return setting?.showsPassage === false
        ? antiPassbackStep(state, { kind: 'reset', whose: { kind: 'holder', holder: subject } })
        : antiPassbackStep(state, { kind: 'called-off', accessPoint, holder: subject });
    }
    case 'access-taken':
      return onBarrier(state, { door: event.door, takenAt: entry.at }, by);
    case 'access-not-taken':
      return onBarrier(state, { door: event.door }, by);
    case 'turnstile': {
      const { direction } = event;
      if (direction === undefined) return state;
      if (event.event === 'access-taken')
        return onBarrier(state, { door: event.door, direction, takenAt: entry.at }, by);
      return event.event === 'access-not-taken' ? onBarrier(state, { door: event.door, direction }, by) : state;
    }
    case 'passback-reset':
      if (event.whose === 'excused') return antiPassbackStep(state, { kind: 'excuse', holder: subject });
      // The journal does not say which area it was, nor whose: then everybody is forgotten.
      return antiPassbackStep(state, {
        kind: 'reset',
        whose:
          event.whose === 'holder' && subject !== SOMEBODY
            ? { kind: 'holder', holder: subject }
            : { kind: 'everybody' },
      });
    default:
      return state;
  }
}

/**
 * What has been seen since a start, on top of what the journal knows of the time before it. Whoever was granted and had
 * not gone when the gate stopped is where that person was.
 */
export function withRecalled(seen: AntiPassback, recalled: AntiPassback): AntiPassback {
  const known = [...recalled.whereabouts.entries()].filter(([holder]) => holder !== SOMEBODY);
  const excused = [...recalled.excused].filter(
    (holder) => holder !== SOMEBODY && seen.whereabouts.get(holder) === undefined,
  );
  return {
    going: seen.going,
    whereabouts: PersonMap.of([...known, ...seen.whereabouts.entries()]),
    excused: new Set([...excused, ...seen.excused]),
  };
}

/** The first one of two has the entry behind the second one's, and goes before that one. */
function letThrough(
  state: AntiPassback,
  accessPoint: AccessPointId,
  { holder, isFirst }: { readonly holder: Pseudonym; readonly isFirst: boolean },
): AntiPassback {
  const second = isFirst ? state.going.get(accessPoint)?.at(-1) : undefined;
  if (second === undefined) return antiPassbackStep(state, { kind: 'let-through', accessPoint, holder });
  const alone = antiPassbackStep(state, { kind: 'called-off', accessPoint, holder: second });
  return [holder, second].reduce(
    (next, one) => antiPassbackStep(next, { kind: 'let-through', accessPoint, holder: one }),
    alone,
  );
}

interface BarrierTold {
  readonly door: DoorId;
  readonly direction?: Direction;
  /** Absent where it was not taken. */
  readonly takenAt?: WallTime;
}

/** A door's leaf opens for all of its access points; a turnstile turns for one of its ways. */
function onBarrier(state: AntiPassback, { door, direction, takenAt }: BarrierTold, by: RecallBy): AntiPassback {
  return by.settings
    .filter((setting) => setting.door === door && setting.direction === direction && setting.showsPassage)
    .reduce((next, setting) => onOutcome(next, setting, takenAt, by), state);
}

function onOutcome(
  state: AntiPassback,
  { accessPoint, direction, antiPassback: rule }: Setting,
  takenAt: WallTime | undefined,
  { clocks }: RecallBy,
): AntiPassback {
  const people = direction === undefined ? 'all' : 'first';
  if (takenAt === undefined || rule === undefined)
    return antiPassbackStep(state, { kind: 'not-taken', accessPoint, people });
  const at = recalledMoment(takenAt, clocks);
  return antiPassbackStep(state, { kind: 'taken', accessPoint, people, crossing: rule.crossing, at });
}
