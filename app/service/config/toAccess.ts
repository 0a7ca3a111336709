import type { AntiPassbackRule } from '#core/access/antiPassback.ts';
import type {
  AccessConfig,
  BarrierConfig,
  PlaceConfig,
  ScheduleRef,
  SoundsFor,
  TurnstileConfig,
} from '#core/config/accessConfig.ts';
import type { AccessLevelId, AccessPointId, AreaId, ScheduleId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import {
  minuteOfDay,
  type DayInterval,
  type MinuteOfDay,
  type Schedule,
  type SpecialDay,
  type SpecialDayKind,
  type Weekday,
} from '#core/schedule/schedule.ts';
import { WEEKDAYS } from './accessSchema.ts';
import type { ConfigFile } from './schema.ts';

const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** The sections of access control as the core knows them; whether they fit together, `accessFlaws` says. */
export function toAccess(file: ConfigFile): AccessConfig {
  return {
    specialDays: file['special-days'].map(toSpecialDay),
    schedules: file.schedules.map((schedule) => toSchedule(schedule, file['time-zone'])),
    levels: file.levels.map(({ id, rules }) => ({
      id: id as AccessLevelId,
      rules: rules.map((rule) => ({
        accessPoint: rule['access-point'] as AccessPointId,
        schedule: rule.schedule as ScheduleRef,
      })),
    })),
    areas: file.areas.map((area) => area as AreaId),
    collectMs: file.factors['within-ms'],
    places: file['access-points'].map(toPlace),
    barriers: [
      ...file.doors.map((door) => toBarrier(door, door.interlock)),
      ...file.turnstiles.map((one) => toBarrier(one)),
    ],
    alarms: toAlarms(file.alarms),
  };
}

function toAlarms({ raised, siren, readers, kiosk, ...file }: ConfigFile['alarms']): AccessConfig['alarms'] {
  const soundsFor = (one: typeof readers): SoundsFor =>
    one === undefined ? { alarms: [], forMs: millis(0) } : { alarms: one.sounds, forMs: one['for-ms'] };
  const warningMs = file['warning-ms'];
  return { raised, sounds: { siren: soundsFor(siren), readers: soundsFor(readers), kiosk, warningMs } };
}

function toPlace(file: ConfigFile['access-points'][number]): PlaceConfig {
  const antiPassback = file['anti-passback'];
  const twoPerson = file['two-person-within-ms'];
  const firstPerson = file['first-person'];
  return {
    accessPoint: file.id,
    factors: file.factors.map((rule) => ({ schedule: rule.schedule as ScheduleRef, anyOf: rule['any-of'] })),
    cameraModes: file['camera-modes'].map(({ schedule, mode }) => ({ schedule: schedule as ScheduleRef, mode })),
    cameraMode: file.mode,
    ...(antiPassback === undefined ? {} : { antiPassback: toAntiPassback(antiPassback) }),
    ...(twoPerson === undefined ? {} : { twoPersonWithinMs: twoPerson }),
    ...(firstPerson === undefined ? {} : { firstPerson: firstPerson as ScheduleRef }),
  };
}

function toAntiPassback(file: NonNullable<ConfigFile['access-points'][number]['anti-passback']>): AntiPassbackRule {
  const crossing = { from: file.from as AreaId, to: file.to as AreaId };
  return file.rule === 'timed'
    ? { kind: 'timed', crossing, againAfterMs: file['again-after-ms'] }
    : { kind: file.rule, crossing };
}

function toBarrier(
  file: ConfigFile['doors'][number] | ConfigFile['turnstiles'][number],
  interlock?: string,
): BarrierConfig {
  const holdOpen = file['hold-open'];
  const lockDown = file['lock-down'];
  return {
    door: file.id,
    ...(interlock === undefined ? {} : { interlock }),
    ...(holdOpen === undefined ? {} : { holdOpen: holdOpen as ScheduleRef }),
    ...(lockDown === undefined ? {} : { lockDown: lockDown as ScheduleRef }),
  };
}

export function toTurnstile<Inputs>(file: ConfigFile['turnstiles'][number], inputs: Inputs): TurnstileConfig<Inputs> {
  const arms = file['arms-channel'];
  return {
    id: file.id,
    lock: file.lock,
    board: file.board,
    channels: { entry: file['entry-channel'], exit: file['exit-channel'], ...(arms === undefined ? {} : { arms }) },
    exit: file.exit,
    timings: { passMs: file['pass-ms'], settleMs: file['settle-ms'] },
    inputs,
  };
}

function toSpecialDay({ date, kind }: ConfigFile['special-days'][number]): SpecialDay {
  const [day, month, year] = date.split('-').map(Number).toReversed();
  return { year: year ?? 'every-year', month: month ?? 0, day: day ?? 0, kind: kind as SpecialDayKind };
}

function toSchedule(file: ConfigFile['schedules'][number], timeZone: string | undefined): Schedule {
  return {
    id: file.id as ScheduleId,
    timeZone: file['time-zone'] ?? timeZone ?? '',
    weekly: file.weekly.map(({ days, ...interval }) => ({
      days: days === 'daily' ? EVERY_DAY : days.map((day) => (WEEKDAYS.indexOf(day) + 1) as Weekday),
      ...toInterval(interval),
    })),
    special: new Map(
      Object.entries(file.special).map(
        ([kind, intervals]) => [kind as SpecialDayKind, intervals.map(toInterval)] as const,
      ),
    ),
  };
}

const toInterval = ({ from, until }: { from: string; until: string }): DayInterval => ({
  from: minutesOf(from),
  until: minutesOf(until),
});

function minutesOf(time: string): MinuteOfDay {
  const [hours, minutes] = time.split(':').map(Number);
  return minuteOfDay((hours ?? 0) * 60 + (minutes ?? 0));
}
