import { assertNever } from '../kernel/assert.ts';
import type { Monotonic } from '../kernel/units.ts';
import type { DoorState } from './door.ts';

export type AlarmKind =
  | 'forced-open'
  | 'held-open'
  | 'tamper'
  | 'passage-forced'
  /** Told to whoever can help, and to nobody at the door. */
  | 'duress';

/**
 * One alarm at one place. It is over once its cause is gone and somebody has acknowledged it: the one without the other
 * is not enough, so that nothing that happened at night is gone unseen in the morning.
 */
export type Alarm =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'raised'; readonly since: Monotonic }
  /** Somebody knows; the cause is still there. */
  | { readonly kind: 'acknowledged'; readonly since: Monotonic }
  /** The cause is gone, and nobody knows of it yet. */
  | { readonly kind: 'unseen'; readonly since: Monotonic };

export const QUIET: Alarm = { kind: 'quiet' };

export type AlarmInput =
  | { readonly kind: 'cause'; readonly active: boolean; readonly at: Monotonic }
  /** Something that is over as it happens: somebody passed by force, or typed a duress code. */
  | { readonly kind: 'happened'; readonly at: Monotonic }
  | { readonly kind: 'acknowledged' };

export type AlarmEffect =
  /** What can be heard at the door. */
  | { readonly kind: 'sound' | 'silence' }
  /** What operators are shown: the alarm as it is now. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'record'; readonly event: 'alarm-acknowledged' };

export type AlarmStep = readonly [alarm: Alarm, effects: readonly AlarmEffect[]];

const TELL: AlarmEffect = { kind: 'tell' };
const ACKNOWLEDGED: AlarmEffect = { kind: 'record', event: 'alarm-acknowledged' };

export function alarmStep(alarm: Alarm, input: AlarmInput, of: AlarmKind): AlarmStep {
  switch (input.kind) {
    case 'cause':
      return input.active ? onRaised(alarm, input.at, of) : onGone(alarm, of);
    case 'happened':
      return onHappened(alarm, input.at, of);
    case 'acknowledged':
      return onAcknowledged(alarm, of);
    default:
      return assertNever(input);
  }
}

function onRaised(alarm: Alarm, at: Monotonic, of: AlarmKind): AlarmStep {
  // Nothing new where it is there already, whether somebody knows or not.
  if (alarm.kind === 'raised' || alarm.kind === 'acknowledged') return [alarm, []];
  return [{ kind: 'raised', since: at }, [...heard('sound', of), TELL]];
}

/** A sound ends with its cause: it calls somebody to the door, and there is nothing to be done there any more. */
function onGone(alarm: Alarm, of: AlarmKind): AlarmStep {
  if (alarm.kind === 'acknowledged') return [QUIET, [TELL]];
  if (alarm.kind !== 'raised') return [alarm, []];
  return [{ kind: 'unseen', since: alarm.since }, [...heard('silence', of), TELL]];
}

function onHappened(alarm: Alarm, at: Monotonic, of: AlarmKind): AlarmStep {
  switch (alarm.kind) {
    case 'quiet':
    case 'unseen':
      return [{ kind: 'unseen', since: at }, [...heard('sound', of), TELL]];
    case 'raised':
      return [alarm, [TELL]];
    case 'acknowledged':
      // It was known of what is there, not of what happened since.
      return [{ kind: 'raised', since: at }, [...heard('sound', of), TELL]];
    default:
      return assertNever(alarm);
  }
}

function onAcknowledged(alarm: Alarm, of: AlarmKind): AlarmStep {
  switch (alarm.kind) {
    case 'raised':
      return [{ kind: 'acknowledged', since: alarm.since }, [...heard('silence', of), TELL, ACKNOWLEDGED]];
    case 'unseen':
      return [QUIET, [...heard('silence', of), TELL, ACKNOWLEDGED]];
    case 'quiet':
    case 'acknowledged':
      return [alarm, []];
    default:
      return assertNever(alarm);
  }
}

/** Nothing is ever heard of duress where the one who forces the person stands. */
const heard = (kind: 'sound' | 'silence', of: AlarmKind): readonly AlarmEffect[] => (of === 'duress' ? [] : [{ kind }]);

/** What a door's state is the cause of. */
export const isCauseOf = (state: DoorState, of: AlarmKind): boolean => state.kind === of;
