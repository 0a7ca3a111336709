import type { AntiPassbackRule } from '../access/antiPassback.ts';
import type { Combination } from '../access/factorRule.ts';
import type { AlarmKind } from '../door/alarm.ts';
import type { Lock } from '../door/lock.ts';
import type { AudibleAlarm } from '../door/sounding.ts';
import type { Direction, ExitMode, TurnstileTimings } from '../door/turnstile.ts';
import type { AccessLevelId, AccessPointId, AreaId, DoorId, ScheduleId } from '../kernel/ids.ts';
import type { Millis } from '../kernel/units.ts';
import type { CameraMode } from '../presentation/cameraMode.ts';
import type { Schedule, SpecialDay } from '../schedule/schedule.ts';

/** A schedule by its name, or at all times. */
export type ScheduleRef = ScheduleId | 'always';

/** Who comes in where, when and with what. All of it may change while the gate works. */
export interface AccessConfig {
  readonly specialDays: readonly SpecialDay[];
  readonly schedules: readonly Schedule[];
  readonly levels: readonly LevelConfig[];
  readonly areas: readonly AreaId[];
  /** How long somebody may take from one factor to the next. */
  readonly collectMs: Millis;
  /** One for each access point. */
  readonly places: readonly PlaceConfig[];
  /** One for each door and turnstile. */
  readonly barriers: readonly BarrierConfig[];
  readonly alarms: AlarmConfig;
}

export interface LevelConfig {
  readonly id: AccessLevelId;
  readonly rules: readonly { readonly accessPoint: AccessPointId; readonly schedule: ScheduleRef }[];
}

/** What holds at one access point. */
export interface PlaceConfig {
  readonly accessPoint: AccessPointId;
  readonly factors: readonly { readonly schedule: ScheduleRef; readonly anyOf: readonly Combination[] }[];
  readonly cameraModes: readonly { readonly schedule: ScheduleRef; readonly mode: CameraMode }[];
  /** Where none of these is open. */
  readonly cameraMode: CameraMode;
  readonly antiPassback?: AntiPassbackRule;
  readonly twoPersonWithinMs?: Millis;
  /** While it is open, only whoever may open the place comes in, until one of them has. */
  readonly firstPerson?: ScheduleRef;
}

/** What holds of one door or turnstile. */
export interface BarrierConfig {
  readonly door: DoorId;
  /** Doors that name the same one hold each other. */
  readonly interlock?: string;
  readonly holdOpen?: ScheduleRef;
  readonly lockDown?: ScheduleRef;
}

export interface AlarmConfig {
  readonly raised: readonly AlarmKind[];
  readonly sounds: AlarmSounds;
}

/** What of it is heard, and where. */
export interface AlarmSounds {
  /** Of the gate's siren, where one is fitted. */
  readonly siren: SoundsFor;
  /** Of the readers at the place of the alarm, those that have a buzzer. */
  readonly readers: SoundsFor;
  /** At the screen's door: nothing, a quiet warning before it is held open, or that and a sound while it is. */
  readonly kiosk: 'none' | 'warning' | 'alarm';
  readonly warningMs: Millis;
}

export interface SoundsFor {
  readonly alarms: readonly AudibleAlarm[];
  /** At most, from the alarm on. */
  readonly forMs: Millis;
}

/** A relay that sounds while it is energised. */
export interface SirenConfig {
  readonly board: string;
  readonly channel: number;
}

/** Two ways through one mechanism. */
export interface TurnstileConfig<Inputs> {
  readonly id: DoorId;
  /** Of each of its ways: does it open with or without power? */
  readonly lock: Lock;
  readonly board: string;
  readonly channels: Readonly<Record<Direction, number>> & {
    /** Drops the arms while it is energised; absent where unlocking both ways does. */
    readonly arms?: number;
  };
  /** `free`: whoever leaves needs no reader. */
  readonly exit: ExitMode;
  readonly timings: TurnstileTimings;
  readonly inputs: Inputs;
}
