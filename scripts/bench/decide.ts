import { NOBODY_SEEN } from '#core/access/antiPassback.ts';
import type { Cardholder } from '#core/access/credential.ts';
import { decide, type AccessRules } from '#core/access/decide.ts';
import { Directory } from '#core/access/directory.ts';
import { demandedAt, type FactorRule } from '#core/access/factorRule.ts';
import { CompiledLevels, type AccessLevel } from '#core/access/levels.ts';
import type { AccessRequest } from '#core/access/request.ts';
import type { AccessLevelId, AccessPointId, AreaId, DoorId, Pseudonym, ScheduleId } from '#core/kernel/ids.ts';
import { PersonMap } from '#core/kernel/personMap.ts';
import { monotonic, wallTime, type WallTime } from '#core/kernel/units.ts';
import { ALL_SHUT } from '#core/door/interlock.ts';
import { CompiledSchedule, type OpeningTimes } from '#core/schedule/openingTimes.ts';
import { minuteOfDay, type SpecialDay, type SpecialDayKind, type Weekday } from '#core/schedule/schedule.ts';
import { ZoneClocks } from '#core/schedule/zoneClock.ts';
import type { Result } from '../report.ts';
import type { Quiet } from './quiet.ts';
import { percentile, rounded } from './statistics.ts';

/** What one decision may cost, with everything that a large place has. */
const DECIDE_US_MAX = 20;

const PEOPLE = 100_000;
const LEVELS = 200;
const SCHEDULES = 500;
const ACCESS_POINTS = 32;
/** Of each level: how many doors it leads through. */
const RULES_OF_LEVEL = 12;
const ZONES = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const START = Date.UTC(2026, 9, 20);
const DAY_MS = 86_400_000;

/** Before anything is timed, as in a gate that runs. */
const WARM_UP = 50_000;

interface Place {
  readonly people: readonly Pseudonym[];
  rulesAt(accessPoint: number, at: WallTime): AccessRules;
}

/** A deciding gate of the largest size that is promised. Nothing in it is random: two runs do the same. */
function placeOf(people: number): Place {
  const clocks = new ZoneClocks();
  const schedules = Array.from({ length: SCHEDULES }, (_, index) => scheduleOf(index, clocks));
  const compiled = new CompiledLevels(Array.from({ length: LEVELS }, (_, index) => levelOf(index, schedules)));
  const directory = new Directory();
  const everybody = Array.from({ length: people }, (_, index) => holderOf(index));
  for (const holder of everybody) directory.add(holder, []);
  const whereabouts = PersonMap.of(
    everybody.map(({ pseudonym }) => [pseudonym, { area: 'street' as AreaId, since: monotonic(0) }] as const),
  );
  const antiPassback = {
    state: { ...NOBODY_SEEN, whereabouts },
    rule: { kind: 'hard', crossing: { from: 'street' as AreaId, to: 'house' as AreaId } } as const,
    now: monotonic(0),
  };
  const factorRules: readonly FactorRule[] = [
    { schedule: schedules[0]!, combinations: ['card', 'face'] },
    { schedule: 'always', combinations: ['card-and-pin', 'card-and-face'] },
  ];
  const holder = (pseudonym: Pseudonym): Cardholder | undefined => directory.holder(pseudonym);
  return {
    people: everybody.map(({ pseudonym }) => pseudonym),
    rulesAt: (index, at) => ({
      accessPoint: accessPointOf(index),
      doorMode: 'normal',
      holder,
      levels: compiled.at(accessPointOf(index)),
      combinations: demandedAt(factorRules, at),
      firstPerson: { kind: 'came' },
      antiPassback,
      interlock: { state: ALL_SHUT, door: 'door' as DoorId, now: monotonic(0) },
    }),
  };
}

const accessPointOf = (index: number): AccessPointId => `access point ${index % ACCESS_POINTS}` as AccessPointId;
const levelName = (index: number): AccessLevelId => `level ${index % LEVELS}` as AccessLevelId;
const HOLIDAY = 'holiday' as SpecialDayKind;
const HOLIDAYS: readonly SpecialDay[] = Array.from({ length: 20 }, (_, index) => ({
  year: 'every-year',
  month: (index % 12) + 1,
  day: index + 1,
  kind: HOLIDAY,
}));

/** Two intervals on some days of the week, and something on special days; no two alike. */
function scheduleOf(index: number, clocks: ZoneClocks): OpeningTimes {
  const opens = (index * 7) % 600;
  const days = ([1, 2, 3, 4, 5, 6, 7] as const).filter((day) => (index + day) % 5 !== 0) as Weekday[];
  return new CompiledSchedule(
    {
      id: `schedule ${index}` as ScheduleId,
      timeZone: ZONES[index % ZONES.length]!,
      weekly: [
        { days, from: minuteOfDay(opens), until: minuteOfDay(opens + 240) },
        { days, from: minuteOfDay(opens + 300), until: minuteOfDay(opens + 600) },
      ],
      special: new Map([[HOLIDAY, [{ from: minuteOfDay(opens + 60), until: minuteOfDay(opens + 120) }]]]),
    },
    HOLIDAYS,
    clocks,
  );
}

const levelOf = (index: number, schedules: readonly OpeningTimes[]): AccessLevel => ({
  id: levelName(index),
  rules: Array.from({ length: RULES_OF_LEVEL }, (_, rule) => ({
    accessPoint: accessPointOf(index + rule * 5),
    schedule: schedules[(index * RULES_OF_LEVEL + rule) % SCHEDULES]!,
  })),
});

/** One to six levels each; every thousandth person has all there are. */
function holderOf(index: number): Cardholder {
  const count = index % 1_000 === 999 ? LEVELS : 1 + (index % 6);
  return {
    pseudonym: index.toString(16).padStart(32, '0') as Pseudonym,
    name: `Person ${index}`,
    relation: 'staff',
    state: 'active',
    validity: { from: wallTime(0), until: wallTime(Number.MAX_SAFE_INTEGER) },
    accessPoints: 'all',
    levels: Array.from({ length: count }, (_, level) => levelName(index + level * 7)),
  };
}

const requestOf = (holder: Pseudonym, accessPoint: number): AccessRequest => ({
  accessPoint: accessPointOf(accessPoint),
  factors: [
    { factor: 'card', kind: 'established', holder },
    { factor: 'pin', kind: 'established', holder },
  ],
  intent: true,
});

interface Measured {
  /** Microseconds of each decision by the wall clock, other processes included. */
  readonly took: readonly number[];
  /** Microseconds of this thread's own work, a decision on average, with the clock that takes the times above. */
  readonly own: number;
  readonly granted: number;
}

/** `count` decisions, each on somebody else at another access point, `stepMs` apart. */
function decisions(place: Place, { count, stepMs }: { count: number; stepMs: number }): Measured {
  const took: number[] = [];
  let granted = 0;
  let before = process.threadCpuUsage();
  for (let index = 0; index < WARM_UP + count; index++) {
    if (index === WARM_UP) before = process.threadCpuUsage();
    const person = place.people[(index * 7_919) % place.people.length]!;
    const at = wallTime(START + index * stepMs);
    const request = requestOf(person, index);
    const start = performance.now();
    const decision = decide(request, place.rulesAt(index, at), at);
    const ended = performance.now();
    if (index < WARM_UP) continue;
    took.push((ended - start) * 1_000);
    if (decision.kind === 'granted') granted++;
  }
  const own = Object.values<number>({ ...process.threadCpuUsage(before) }).reduce((sum, part) => sum + part, 0);
  return { took, own: own / count, granted };
}

/**
 * A decision with all rules of a large place: as people come one after the other, and at moments so far apart that no
 * schedule's last answer still holds.
 */
export function measureDecide({ quiet, people = PEOPLE, count = 200_000 }: DecideParts): Result[] {
  const place = placeOf(people);
  const busy = decisions(place, { count, stepMs: 300 });
  const apart = decisions(place, { count, stepMs: DAY_MS / 97 });
  const size = `${people} cardholders, ${LEVELS} levels, ${SCHEDULES} schedules, ${count} decisions`;
  const about = ({ took, granted }: Measured): string =>
    `${Math.round((granted / count) * 100)} % granted, median ${rounded(percentile(took, 0.5), 1)}`;
  return [
    quiet.atMost('decide.p99_us', {
      value: rounded(percentile(busy.took, 0.99), 1),
      limit: DECIDE_US_MAX,
      unit: 'us',
      note: `${size} 0.3 s apart, ${about(busy)}`,
    }),
    quiet.atMost('decide.cpu_us', {
      value: rounded(busy.own, 1),
      limit: DECIDE_US_MAX,
      unit: 'us',
      note: 'the same decisions, mean of what they took of the processor',
    }),
    quiet.atMost('decide.apart_cpu_us', {
      value: rounded(apart.own, 1),
      limit: DECIDE_US_MAX,
      unit: 'us',
      note: `as many a quarter of an hour apart, ${about(apart)}`,
    }),
  ];
}

interface DecideParts {
  readonly quiet: Quiet;
  readonly people?: number;
  readonly count?: number;
}
