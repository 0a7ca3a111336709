import type { AccessConfig, BarrierConfig, PlaceConfig, TurnstileConfig } from '#core/config/accessConfig.ts';
import type { AccessPointConfig, DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { AccessPointId, DoorId, ScheduleId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import { minuteOfDay, type Schedule, type Weekday } from '#core/schedule/schedule.ts';
import { ENTRANCE, FRONT } from './gateConfig.ts';
import type { GateFixture } from './gateFixture.ts';
import { card, somebody } from './people.ts';

export const INNER = 'inner' as AccessPointId;
export const BACK = 'back' as DoorId;
export const LANE = 'lane' as DoorId;
export const LANE_IN = 'lane-in' as AccessPointId;
export const LANE_OUT = 'lane-out' as AccessPointId;

const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Open every day from one hour to another, in UTC. The clock of a test starts at nine. */
export const hours = (id: string, from: number, until: number): Schedule => ({
  id: id as ScheduleId,
  timeZone: 'UTC',
  weekly: [{ days: EVERY_DAY, from: minuteOfDay(from * 60), until: minuteOfDay(until * 60) }],
  special: new Map(),
});
export const named = (id: string): ScheduleId => id as ScheduleId;

export const HOUR = 3_600_000;
export const ANNA = somebody('anna', 'a1', { personalNumber: '2001' });

/** The rules of the one access point and of its door. */
export interface Ruled {
  readonly place?: Partial<PlaceConfig>;
  readonly barrier?: Partial<BarrierConfig>;
  readonly access?: Partial<AccessConfig>;
}

export const ruled =
  ({ place, barrier, access }: Ruled) =>
  (config: TerminalConfig): TerminalConfig => ({
    ...config,
    access: {
      ...config.access,
      places: config.access.places.map((one) => ({ ...one, ...place })),
      barriers: config.access.barriers.map((one) => ({ ...one, ...barrier })),
      ...access,
    },
  });

const place = (accessPoint: AccessPointId): PlaceConfig => ({
  accessPoint,
  factors: [],
  cameraModes: [],
  cameraMode: 'no-face',
});

/** A second door with an access point of its own, without a camera. */
export function withBackDoor(config: TerminalConfig): TerminalConfig {
  const [front] = config.doors as readonly [DoorConfig];
  const [entrance] = config.accessPoints as readonly [AccessPointConfig];
  return {
    ...config,
    doors: [front, { ...front, id: BACK, channel: 2 }],
    accessPoints: [
      entrance,
      { ...entrance, id: INNER, name: 'Inner', door: BACK, mode: 'no-face', camera: { driver: 'none' } },
    ],
    access: {
      ...config.access,
      places: [...config.access.places, place(INNER)],
      barriers: [...config.access.barriers, { door: BACK }],
    },
  };
}

/** A turnstile beside the door, with a reader on each of its ways. */
export function withTurnstile(config: TerminalConfig): TerminalConfig {
  const [entrance] = config.accessPoints as readonly [AccessPointConfig];
  const lane: TurnstileConfig<DoorConfig['inputs']> = {
    id: LANE,
    lock: 'fail-secure',
    board: 'board',
    channels: { entry: 3, exit: 4, arms: 5 },
    exit: 'controlled',
    timings: { passMs: millis(5_000), settleMs: millis(1_000) },
    inputs: { driver: 'simulated', fitted: ['passed-entry', 'passed-exit', 'emergency', 'fire', 'rex'] },
  };
  const way = (id: AccessPointId, direction: 'entry' | 'exit'): AccessPointConfig => ({
    ...entrance,
    id,
    name: id,
    door: LANE,
    direction,
    mode: 'no-face',
    camera: { driver: 'none' },
  });
  return {
    ...config,
    turnstiles: [lane],
    accessPoints: [...config.accessPoints, way(LANE_IN, 'entry'), way(LANE_OUT, 'exit')],
    access: {
      ...config.access,
      places: [...config.access.places, place(LANE_IN), place(LANE_OUT)],
      barriers: [...config.access.barriers, { door: LANE }],
    },
  };
}

/** Changes the rules of one access point and leaves the others. */
export const placed =
  (accessPoint: AccessPointId, change: Partial<PlaceConfig>) =>
  (config: TerminalConfig): TerminalConfig => ({
    ...config,
    access: {
      ...config.access,
      places: config.access.places.map((one) => (one.accessPoint === accessPoint ? { ...one, ...change } : one)),
    },
  });

export async function show(gate: GateFixture, number: string): Promise<GateFixture['screen']> {
  gate.reader.show(card(number));
  await gate.settle();
  return gate.screen;
}

/** Through the door and away: it is shut and locked again. */
export async function passThrough(gate: GateFixture): Promise<void> {
  gate.inputs.set('contact', true);
  gate.inputs.set('contact', false);
  await gate.pass(6_000);
}

export { ENTRANCE, FRONT };
