import type { AccessLevelId, AccessPointId } from '../kernel/ids.ts';
import type { WallTime } from '../kernel/units.ts';
import type { OpeningTimes } from '../schedule/openingTimes.ts';

/** Where and when: one access point, while the schedule is open. */
export interface AccessRule {
  readonly accessPoint: AccessPointId;
  readonly schedule: OpeningTimes | 'always';
}

/** What people are given: a set of rules by a name. */
export interface AccessLevel {
  readonly id: AccessLevelId;
  readonly rules: readonly AccessRule[];
}

/** `shut`: they lead here, and not at this moment. `elsewhere`: none of them leads here at any time. */
export type LevelVerdict = 'open' | 'shut' | 'elsewhere';

/** What the levels say at one access point. */
export class LevelsHere {
  readonly #schedules: ReadonlyMap<AccessLevelId, readonly (OpeningTimes | 'always')[]>;

  constructor(schedules: ReadonlyMap<AccessLevelId, readonly (OpeningTimes | 'always')[]>) {
    this.#schedules = schedules;
  }

  verdict(levels: readonly AccessLevelId[], at: WallTime): LevelVerdict {
    let leadsHere = false;
    for (const level of levels) {
      for (const schedule of this.#schedules.get(level) ?? []) {
        if (schedule === 'always' || schedule.isOpen(at)) return 'open';
        leadsHere = true;
      }
    }
    return leadsHere ? 'shut' : 'elsewhere';
  }
}

const NOWHERE = new LevelsHere(new Map());

/** All levels of a gate, turned round: a decision looks only at what leads to its access point. */
export class CompiledLevels {
  readonly #byAccessPoint = new Map<AccessPointId, LevelsHere>();

  constructor(levels: readonly AccessLevel[]) {
    const found = new Map<AccessPointId, Map<AccessLevelId, (OpeningTimes | 'always')[]>>();
    for (const { id, rules } of levels) {
      for (const { accessPoint, schedule } of rules) {
        const here = found.get(accessPoint) ?? new Map<AccessLevelId, (OpeningTimes | 'always')[]>();
        found.set(accessPoint, here.set(id, [...(here.get(id) ?? []), schedule]));
      }
    }
    for (const [accessPoint, schedules] of found) this.#byAccessPoint.set(accessPoint, new LevelsHere(schedules));
  }

  /** Of an access point that no level leads to: nobody comes in there by a level. */
  at(accessPoint: AccessPointId): LevelsHere {
    return this.#byAccessPoint.get(accessPoint) ?? NOWHERE;
  }
}
