import type { FirstPerson } from '../access/firstPerson.ts';
import { assertNever } from '../kernel/assert.ts';
import { wallTime, type WallTime } from '../kernel/units.ts';
import type { OpeningTimes } from '../schedule/openingTimes.ts';
import type { DoorMode } from './door.ts';

/** By which schedules a door is held open or locked down by itself. A lock-down goes before a hold-open. */
export interface ModePlan {
  readonly holdOpen?: OpeningTimes;
  readonly lockDown?: OpeningTimes;
}

/** What an operator has ordered; it goes before every schedule, until its time is over or it is revoked. */
export interface ModeOrder {
  readonly mode: DoorMode;
  readonly until: WallTime | 'revoked';
}

/** The mode in force, and whose word it stands on. */
export interface ModeKeeper {
  readonly order?: ModeOrder;
  /** Holds the hold-open back while the first person is awaited. */
  readonly firstPerson: FirstPerson['kind'];
  readonly mode: DoorMode;
  readonly by: ModeSource;
}

export type ModeSource = 'operator' | 'schedule' | 'nobody';

export type ModeInput =
  | { readonly kind: 'ordered'; readonly order: ModeOrder; readonly at: WallTime }
  | { readonly kind: 'revoked'; readonly at: WallTime }
  | { readonly kind: 'first-person'; readonly state: FirstPerson['kind']; readonly at: WallTime }
  /** A schedule changes, an order ends, or the wall clock was set. */
  | { readonly kind: 'time'; readonly at: WallTime };

export type ModeEffect =
  /** For the door, and for the store that outlives a restart where an operator ordered it. */
  { readonly kind: 'set-mode'; readonly mode: DoorMode; readonly by: ModeSource };

export type ModeStep = readonly [keeper: ModeKeeper, effects: readonly ModeEffect[]];

/** At start, with the order that was stored. The door is told in any case. */
export function modeAtStart(
  plan: ModePlan,
  { order, firstPerson, at }: { order?: ModeOrder; firstPerson: FirstPerson['kind']; at: WallTime },
): ModeStep {
  const keeper = inForce({ firstPerson, ...(order === undefined ? {} : { order }) }, plan, at);
  return [keeper, [{ kind: 'set-mode', mode: keeper.mode, by: keeper.by }]];
}

export function modeStep(keeper: ModeKeeper, input: ModeInput, plan: ModePlan): ModeStep {
  const { order: _order, ...unordered } = keeper;
  switch (input.kind) {
    case 'ordered':
      return kept(keeper, inForce({ ...keeper, order: input.order }, plan, input.at));
    case 'revoked':
      return kept(keeper, inForce(unordered, plan, input.at));
    case 'first-person':
      return kept(keeper, inForce({ ...keeper, firstPerson: input.state }, plan, input.at));
    case 'time':
      return kept(keeper, inForce(keeper, plan, input.at));
    default:
      return assertNever(input);
  }
}

/** When the keeper wants to be stepped with `time`, if ever; at once as well whenever the wall clock was set. */
export function modeDeadline(
  { order }: ModeKeeper,
  { holdOpen, lockDown }: ModePlan,
  at: WallTime,
): WallTime | undefined {
  const moments = [holdOpen?.nextChange(at), lockDown?.nextChange(at)].filter((moment) => moment !== undefined);
  if (order !== undefined && order.until !== 'revoked') moments.push(order.until);
  return moments.length === 0 ? undefined : wallTime(Math.min(...moments));
}

const kept = (before: ModeKeeper, after: ModeKeeper): ModeStep => [
  after,
  after.mode === before.mode && after.by === before.by ? [] : [{ kind: 'set-mode', mode: after.mode, by: after.by }],
];

function inForce(wanted: Omit<ModeKeeper, 'mode' | 'by'>, plan: ModePlan, at: WallTime): ModeKeeper {
  const { order, firstPerson } = wanted;
  if (order !== undefined && (order.until === 'revoked' || at < order.until)) {
    return { order, firstPerson, mode: order.mode, by: 'operator' };
  }
  // An order that is over does not come back where the clock is put back.
  const none = { firstPerson };
  if (plan.lockDown?.isOpen(at) === true) return { ...none, mode: 'locked-down', by: 'schedule' };
  if (plan.holdOpen?.isOpen(at) === true && firstPerson !== 'awaited')
    return { ...none, mode: 'unlocked', by: 'schedule' };
  return { ...none, mode: 'normal', by: 'nobody' };
}
