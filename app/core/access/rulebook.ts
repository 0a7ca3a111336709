import type { AccessConfig, PlaceConfig, ScheduleRef } from '../config/accessConfig.ts';
import type { TerminalConfig } from '../config/terminalConfig.ts';
import type { ModePlan } from '../door/modePlan.ts';
import { assert } from '../kernel/assert.ts';
import type { AccessPointId, DoorId, ScheduleId } from '../kernel/ids.ts';
import type { Millis } from '../kernel/units.ts';
import type { CameraModePlan } from '../presentation/cameraMode.ts';
import { ALWAYS_OPEN, CompiledSchedule, type OpeningTimes } from '../schedule/openingTimes.ts';
import { ZoneClocks } from '../schedule/zoneClock.ts';
import type { FactorRule } from './factorRule.ts';
import { CompiledLevels, type LevelsHere } from './levels.ts';
import type { Setting } from './situation.ts';

/** Everything that a decision at one access point looks up. */
export interface PlaceRules {
  readonly setting: Setting;
  readonly levels: LevelsHere;
  readonly factors: readonly FactorRule[];
  readonly camera: CameraModePlan;
  /** While it is open, the first person is awaited. */
  readonly firstPerson?: OpeningTimes;
}

/** The rules of a gate, ready to be asked. Another one takes its place when the configuration changes. */
export class Rulebook {
  readonly collectMs: Millis;
  readonly alarms: AccessConfig['alarms'];
  readonly #places = new Map<AccessPointId, PlaceRules>();
  readonly #plans = new Map<DoorId, ModePlan>();

  /** Of a configuration without flaws. */
  constructor(config: Pick<TerminalConfig, 'access' | 'accessPoints' | 'doors' | 'turnstiles'>) {
    const { access } = config;
    const times = compiled(access);
    const levels = new CompiledLevels(
      access.levels.map(({ id, rules }) => ({
        id,
        rules: rules.map(({ accessPoint, schedule }) => ({ accessPoint, schedule: ruled(times, schedule) })),
      })),
    );
    this.collectMs = access.collectMs;
    this.alarms = access.alarms;
    for (const place of access.places) {
      const { accessPoint, firstPerson } = place;
      this.#places.set(accessPoint, {
        setting: settingOf(config, place),
        levels: levels.at(accessPoint),
        factors: place.factors.map(({ schedule, anyOf }) => ({
          schedule: ruled(times, schedule),
          combinations: anyOf,
        })),
        camera: {
          rules: place.cameraModes.map(({ schedule, mode }) => ({ schedule: ruled(times, schedule), mode })),
          otherwise: place.cameraMode,
        },
        ...(firstPerson === undefined ? {} : { firstPerson: timesOf(times, firstPerson) }),
      });
    }
    for (const { door, holdOpen, lockDown } of access.barriers) {
      this.#plans.set(door, {
        ...(holdOpen === undefined ? {} : { holdOpen: timesOf(times, holdOpen) }),
        ...(lockDown === undefined ? {} : { lockDown: timesOf(times, lockDown) }),
      });
    }
  }

  at(accessPoint: AccessPointId): PlaceRules {
    const rules = this.#places.get(accessPoint);
    assert(rules !== undefined, 'every access point has its rules');
    return rules;
  }

  get places(): Iterable<PlaceRules> {
    return this.#places.values();
  }

  planOf(door: DoorId): ModePlan {
    return this.#plans.get(door) ?? {};
  }
}

function settingOf(
  { access, accessPoints, doors, turnstiles }: Pick<TerminalConfig, 'access' | 'accessPoints' | 'doors' | 'turnstiles'>,
  { accessPoint, antiPassback, twoPersonWithinMs }: PlaceConfig,
): Setting {
  const place = accessPoints.find(({ id }) => id === accessPoint);
  assert(place !== undefined, 'rules stand at an access point that there is');
  const { door, direction } = place;
  const fitted = [...doors, ...turnstiles].find(({ id }) => id === door)?.inputs.fitted ?? [];
  const interlock = access.barriers.find((one) => one.door === door)?.interlock;
  return {
    accessPoint,
    door,
    showsPassage: fitted.includes(direction === undefined ? 'contact' : `passed-${direction}`),
    ...(direction === undefined ? {} : { direction }),
    ...(antiPassback === undefined ? {} : { antiPassback }),
    ...(interlock === undefined ? {} : { interlock }),
    ...(twoPersonWithinMs === undefined ? {} : { twoPersonWithinMs }),
  };
}

type Times = ReadonlyMap<ScheduleId, OpeningTimes>;

function compiled({ schedules, specialDays }: AccessConfig): Times {
  const clocks = new ZoneClocks();
  return new Map(schedules.map((one) => [one.id, new CompiledSchedule(one, specialDays, clocks)] as const));
}

function timesOf(times: Times, schedule: ScheduleRef): OpeningTimes {
  if (schedule === 'always') return ALWAYS_OPEN;
  const found = times.get(schedule);
  assert(found !== undefined, 'a schedule that is named is there');
  return found;
}

const ruled = (times: Times, schedule: ScheduleRef): OpeningTimes | 'always' =>
  schedule === 'always' ? 'always' : timesOf(times, schedule);
