import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, AreaId, DoorId, Pseudonym } from '#core/kernel/ids.ts';
import { millis, wallTime } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Terminal } from '#terminal/terminal.ts';
import { asJson, controlCommand, type ControlCommand } from './controlCommand.ts';

const text = <Text extends string>(): z.ZodMiniType<Text> => z.custom<Text>((value) => typeof value === 'string');
const person = z.custom<Pseudonym>(
  (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  '32 lower-case hex digits',
);
const MINUTES_MAX = 7 * 24 * 60;
const SECONDS_MAX = 3_600;

const Nothing = z.strictObject({});
const Door = z.strictObject({ door: text<DoorId>() });
const Mode = z.strictObject({
  door: text<DoorId>(),
  mode: z.enum(['normal', 'unlocked', 'locked-down']),
  minutes: z.exactOptional(z.int().check(z.positive(), z.maximum(MINUTES_MAX))),
});
const Alarm = z.strictObject({
  alarm: z.enum(['forced-open', 'held-open', 'tamper', 'passage-forced', 'duress']),
  place: z.string(),
});
const Whose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('everybody') }),
  z.strictObject({ kind: z.literal('area'), area: text<AreaId>() }),
  z.strictObject({ kind: z.literal('holder'), holder: person }),
]);
const Bypass = z.strictObject({ door: text<DoorId>(), seconds: z.int().check(z.positive(), z.maximum(SECONDS_MAX)) });
const AccessPoint = z.strictObject({ accessPoint: text<AccessPointId>() });

/** What operators order of doors, alarms and rules. Leaving needs none of it, and none of it stands in its way. */
export const accessCommands = (
  { modes, alarms, rules }: Pick<Terminal, 'modes' | 'alarms' | 'rules'>,
  clock: Pick<Clock, 'wall'>,
): readonly ControlCommand[] => [
  controlCommand('door-modes', { recorded: false, given: Nothing, run: () => asJson(modes.shown) }),
  controlCommand('door-mode', {
    recorded: true,
    given: Mode,
    run: ({ door, mode, minutes }) => {
      const until = minutes === undefined ? ('revoked' as const) : wallTime(clock.wall() + minutes * 60_000);
      modes.order(door, { mode, until });
      return asJson(modes.shown);
    },
  }),
  controlCommand('door-mode-revoke', {
    recorded: true,
    given: Door,
    run: ({ door }) => {
      modes.revoke(door);
      return asJson(modes.shown);
    },
  }),
  controlCommand('alarms', { recorded: false, given: Nothing, run: () => asJson(alarms.shown) }),
  controlCommand('alarm-acknowledge', {
    recorded: true,
    given: Alarm,
    run: ({ alarm, place }) => {
      alarms.acknowledge(alarm, place);
      return asJson(alarms.shown);
    },
  }),
  controlCommand('passback-reset', {
    recorded: true,
    given: z.strictObject({ whose: Whose }),
    run: ({ whose }) => done(() => rules.resetAntiPassback(whose)),
  }),
  controlCommand('passback-excuse', {
    recorded: true,
    given: z.strictObject({ person }),
    run: ({ person: holder }) => done(() => rules.excuse(holder)),
  }),
  controlCommand('interlock-bypass', {
    recorded: true,
    given: Bypass,
    run: ({ door, seconds }) => {
      const doors = [...rules.book.places]
        .map(({ setting }) => setting)
        .filter(({ interlock }) => interlock !== undefined);
      known(
        'door',
        door,
        doors.map((one) => one.door),
      );
      return done(() => rules.bypassInterlock(door, millis(seconds * 1_000)));
    },
  }),
  controlCommand('first-person-reset', {
    recorded: true,
    given: AccessPoint,
    run: ({ accessPoint }) => {
      const places = [...rules.book.places].filter(({ firstPerson }) => firstPerson !== undefined);
      known(
        'access point',
        accessPoint,
        places.map(({ setting }) => setting.accessPoint),
      );
      return done(() => rules.awaitFirstPersonAgain(accessPoint));
    },
  }),
];

function done(act: () => void): null {
  act();
  return null;
}

function known(thing: string, found: string, names: readonly string[]): void {
  if (names.includes(found)) return;
  const expected = names.length === 0 ? 'none: no such rule is configured' : `one of ${names.join(', ')}`;
  throw new Fault('command', { thing, found, expected });
}
