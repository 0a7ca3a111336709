import { assertNever } from '../kernel/assert.ts';
import { after, elapsed, type Millis, type Monotonic } from '../kernel/units.ts';
import type { AlarmKind } from './alarm.ts';

/** Duress is never heard: whoever forces the person stands beside the reader. */
export type AudibleAlarm = Exclude<AlarmKind, 'duress'>;

/** Which alarms one siren, or the readers of one place, sound; each until somebody knows, and never beyond its time. */
export type Sounding = ReadonlyMap<string, Monotonic>;

export const SILENT: Sounding = new Map();

export type SoundInput =
  /** `alarm`: its kind and its place in one name. */
  | { readonly kind: 'sound'; readonly alarm: string; readonly forMs: Millis; readonly at: Monotonic }
  | { readonly kind: 'silence'; readonly alarm: string; readonly at: Monotonic }
  | { readonly kind: 'time'; readonly at: Monotonic };

export type SoundEffect =
  /** For at most so long; told again, the newer time counts. */
  { readonly kind: 'start'; readonly forMs: Millis } | { readonly kind: 'stop' };

export type SoundStep = readonly [sounding: Sounding, effects: readonly SoundEffect[]];

export function soundStep(sounding: Sounding, input: SoundInput): SoundStep {
  const before = soundsUntil(sounding, input.at);
  const next = withInput(stillSounding(sounding, input.at), input);
  const until = soundsUntil(next, input.at);
  if (until === before) return [next, []];
  return [next, [until === undefined ? { kind: 'stop' } : { kind: 'start', forMs: elapsed(input.at, until) }]];
}

/** When the last of them ends by itself; undefined where nothing sounds. */
export function soundsUntil(sounding: Sounding, at: Monotonic): Monotonic | undefined {
  let last: Monotonic | undefined;
  for (const until of sounding.values()) if (until > at && (last === undefined || until > last)) last = until;
  return last;
}

const stillSounding = (sounding: Sounding, at: Monotonic): Sounding =>
  new Map([...sounding].filter(([, until]) => until > at));

function withInput(sounding: Sounding, input: SoundInput): Sounding {
  const next = new Map(sounding);
  switch (input.kind) {
    case 'sound':
      return next.set(input.alarm, after(input.at, input.forMs));
    case 'silence':
      next.delete(input.alarm);
      return next;
    case 'time':
      return next;
    default:
      return assertNever(input);
  }
}
