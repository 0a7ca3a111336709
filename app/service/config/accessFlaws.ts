import { FACTORS_OF, factorRuleFlaws } from '#core/access/factorRule.ts';
import type { ScheduleRef } from '#core/config/accessConfig.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { cameraModeFlaws } from '#core/presentation/cameraMode.ts';
import { ALWAYS_OPEN, type OpeningTimes } from '#core/schedule/openingTimes.ts';
import { scheduleFlaws, specialDayFlaws, type Flaw } from '#core/schedule/scheduleFlaws.ts';
import { passFlaws } from './passFlaws.ts';
import type { Path } from './places.ts';

/** What is wrong in the file, and what would be right. */
export interface FileFlaw {
  readonly at: Path;
  readonly expected: string;
}

/** Why the sections of access control do not fit together, each with its place in the file. */
export function accessFlaws(config: TerminalConfig): readonly FileFlaw[] {
  return [
    ...scheduleSection(config),
    ...levelSection(config),
    ...config.accessPoints.flatMap((_, index) => placeFlaws(config, index)),
    ...config.accessPoints.flatMap((_, index) => keypadFlaws(config, index)),
    ...passFlaws(config),
    ...barrierSection(config),
    ...turnstileSection(config),
    ...sirenSection(config),
  ];
}

const flaw = (at: Path, expected: string): FileFlaw => ({ at, expected });
const oneOf = (names: Iterable<string>): string => `one of ${[...names].join(', ') || 'none: there is none'}`;
const within = (at: Path, flaws: readonly Flaw[]): readonly FileFlaw[] =>
  flaws.map((one) => flaw([...at, ...one.at], `not ${one.says}`));

function scheduleSection({ access: { schedules, specialDays } }: TerminalConfig): readonly FileFlaw[] {
  const kinds = new Set(specialDays.map(({ kind }) => kind));
  return [
    ...within(['special-days'], specialDayFlaws(specialDays)),
    ...twice(schedules, 'schedules'),
    ...schedules.flatMap((schedule, index): readonly FileFlaw[] => {
      const at = ['schedules', index];
      if (schedule.id === 'always') return [flaw([...at, 'id'], 'another name: "always" is the time without an end')];
      if (schedule.timeZone === '')
        return [flaw([...at, 'time-zone'], 'a time zone here, or time-zone for all of them, such as Asia/Shanghai')];
      return scheduleFlaws(schedule, kinds).map(({ at: inner, says }) =>
        flaw([...at, ...inner.map((step) => (step === 'timeZone' ? 'time-zone' : step))], `not ${says}`),
      );
    }),
  ];
}

function levelSection({ access, accessPoints }: TerminalConfig): readonly FileFlaw[] {
  const points = new Set<string>(accessPoints.map(({ id }) => id));
  return [
    ...twice(access.levels, 'levels'),
    ...access.levels.flatMap(({ rules }, level) =>
      rules.flatMap(({ accessPoint, schedule }, index): readonly FileFlaw[] => {
        const at = ['levels', level, 'rules', index];
        return [
          ...(points.has(accessPoint) ? [] : [flaw([...at, 'access-point'], oneOf(points))]),
          ...knownSchedule(access, schedule, [...at, 'schedule']),
        ];
      }),
    ),
  ];
}

function placeFlaws({ access, accessPoints, doors, turnstiles }: TerminalConfig, index: number): readonly FileFlaw[] {
  const [place, accessPoint] = [access.places[index], accessPoints[index]];
  if (place === undefined || accessPoint === undefined) return [];
  const at = ['access-points', index];
  const { antiPassback, firstPerson, factors, cameraModes } = place;
  const named = [
    ...factors.map((one) => ['factors', one] as const),
    ...cameraModes.map((one) => ['camera-modes', one] as const),
  ];
  const counted = { factors: 0, 'camera-modes': 0 };
  const unknown = named.flatMap(([key, { schedule }]) =>
    knownSchedule(access, schedule, [...at, key, counted[key]++, 'schedule']),
  );
  const crossing = antiPassback === undefined ? [] : (['from', 'to'] as const);
  return [
    ...unknown,
    ...(unknown.length > 0 ? [] : ruleFlaws(place, at)),
    ...(firstPerson === undefined ? [] : knownSchedule(access, firstPerson, [...at, 'first-person'])),
    ...crossing
      .filter((end) => antiPassback !== undefined && !access.areas.includes(antiPassback.crossing[end]))
      .map((end) => flaw([...at, 'anti-passback', end], oneOf(access.areas))),
    ...(antiPassback !== undefined && antiPassback.crossing.from === antiPassback.crossing.to
      ? [flaw([...at, 'anti-passback', 'to'], 'another area than the one that the way begins in')]
      : []),
    ...directionFlaws({
      at,
      isTurnstile: turnstiles.some(({ id }) => id === accessPoint.door),
      direction: accessPoint.direction,
    }),
    ...(doors.some(({ id }) => id === accessPoint.door) || turnstiles.some(({ id }) => id === accessPoint.door)
      ? []
      : [flaw([...at, 'door'], oneOf([...doors, ...turnstiles].map(({ id }) => id)))]),
  ];
}

/** Where nobody can type a PIN, no rule may leave nothing else. */
function keypadFlaws({ access, accessPoints, kiosk, osdpLines }: TerminalConfig, index: number): readonly FileFlaw[] {
  const [place, accessPoint] = [access.places[index], accessPoints[index]];
  if (place === undefined || accessPoint === undefined) return [];
  const { id, reader } = accessPoint;
  const onOsdp = osdpLines.flatMap(({ readers }) => readers);
  const hasKeys =
    reader.driver === 'simulated' || (reader.driver === 'named' && onOsdp.some((one) => one.id === reader.name));
  if (id === kiosk.accessPoint || hasKeys) return [];
  return place.factors.flatMap(({ anyOf }, rule) =>
    anyOf.length > 0 && anyOf.every((combination) => FACTORS_OF[combination].includes('pin'))
      ? [flaw(['access-points', index, 'factors', rule, 'any-of'], 'a screen or a reader with keys to type a PIN at')]
      : [],
  );
}

function ruleFlaws(
  { factors, cameraModes, cameraMode }: TerminalConfig['access']['places'][number],
  at: Path,
): readonly FileFlaw[] {
  const asked = (schedule: ScheduleRef): OpeningTimes | 'always' => (schedule === 'always' ? 'always' : ALWAYS_OPEN);
  const demanded = factors.map(({ schedule, anyOf }) => ({ schedule: asked(schedule), combinations: anyOf }));
  const modes = cameraModes.map(({ schedule, mode }) => ({ schedule: asked(schedule), mode }));
  return [
    ...within([...at, 'factors'], factorRuleFlaws(demanded)),
    ...within([...at, 'camera-modes'], cameraModeFlaws({ rules: modes, otherwise: cameraMode })),
  ];
}

function directionFlaws({
  at,
  isTurnstile,
  direction,
}: {
  at: Path;
  isTurnstile: boolean;
  direction: string | undefined;
}): readonly FileFlaw[] {
  if (isTurnstile)
    return direction === undefined ? [flaw([...at, 'direction'], 'entry or exit, since a turnstile has two ways')] : [];
  return direction === undefined ? [] : [flaw([...at, 'direction'], 'none: a door has one way alone')];
}

function barrierSection({ access, doors, turnstiles }: TerminalConfig): readonly FileFlaw[] {
  const groups = Map.groupBy(
    access.barriers.filter(({ interlock }) => interlock !== undefined),
    ({ interlock }) => interlock,
  );
  return access.barriers.flatMap(({ door, interlock, holdOpen, lockDown }, place): readonly FileFlaw[] => {
    const at = place < doors.length ? ['doors', place] : ['turnstiles', place - doors.length];
    const fitted = [...doors, ...turnstiles].find(({ id }) => id === door)?.inputs.fitted ?? [];
    return [
      ...(holdOpen === undefined ? [] : knownSchedule(access, holdOpen, [...at, 'hold-open'])),
      ...(lockDown === undefined ? [] : knownSchedule(access, lockDown, [...at, 'lock-down'])),
      ...(holdOpen !== undefined && holdOpen === lockDown
        ? [flaw([...at, 'lock-down'], 'another schedule than the one that holds it open')]
        : []),
      ...(interlock !== undefined && (groups.get(interlock)?.length ?? 0) < 2
        ? [flaw([...at, 'interlock'], 'the name of a group that another door is in as well')]
        : []),
      ...(interlock !== undefined && !fitted.includes('contact')
        ? [flaw([...at, 'inputs'], 'a contact: without one nobody knows when the other doors may open')]
        : []),
    ];
  });
}

/** Each way of a turnstile has a relay of its own. */
function turnstileSection({ boards, doors, turnstiles }: TerminalConfig): readonly FileFlaw[] {
  const taken = new Set(doors.map(({ board, channel }) => `${board} ${channel}`));
  const names = new Set<string>(doors.map(({ id }) => id));
  return turnstiles.flatMap(({ id, board, channels, inputs }, index): readonly FileFlaw[] => {
    const at = ['turnstiles', index];
    const flaws: FileFlaw[] = [];
    if (names.has(id)) flaws.push(flaw([...at, 'id'], 'a name of its own for each door and turnstile'));
    names.add(id);
    const known = boards.find((one) => one.id === board);
    if (known === undefined) return [...flaws, flaw([...at, 'board'], oneOf(boards.map((one) => one.id)))];
    for (const [way, channel] of Object.entries(channels)) {
      const place = [...at, `${way}-channel`];
      if (channel > known.channels) flaws.push(flaw(place, `1 to ${known.channels}, the channels of ${board}`));
      if (taken.has(`${board} ${channel}`)) flaws.push(flaw(place, 'a channel that nothing else has'));
      taken.add(`${board} ${channel}`);
    }
    if (inputs.fitted.includes('contact'))
      flaws.push(flaw([...at, 'inputs'], 'passed-entry and passed-exit in place of a contact'));
    return flaws;
  });
}

/** A strike that sounds, or a siren that unlocks, is neither. */
function sirenSection({ siren, boards, doors, turnstiles }: TerminalConfig): readonly FileFlaw[] {
  if (siren === undefined) return [];
  const at = ['alarms', 'siren'];
  const board = boards.find(({ id }) => id === siren.board);
  if (board === undefined) return [flaw([...at, 'board'], oneOf(boards.map(({ id }) => id)))];
  if (siren.channel > board.channels)
    return [flaw([...at, 'relay'], `1 to ${board.channels}, the channels of ${board.id}`)];
  const taken = [
    ...doors.map((door) => ({ board: door.board, channel: door.channel })),
    ...turnstiles.flatMap((one) => Object.values(one.channels).map((channel) => ({ board: one.board, channel }))),
  ];
  const isTaken = taken.some((one) => one.board === siren.board && one.channel === siren.channel);
  return isTaken ? [flaw([...at, 'relay'], 'a channel that no door and no turnstile has')] : [];
}

function knownSchedule({ schedules }: TerminalConfig['access'], schedule: ScheduleRef, at: Path): readonly FileFlaw[] {
  if (schedule === 'always' || schedules.some(({ id }) => id === schedule)) return [];
  return [flaw(at, oneOf(['always', ...schedules.map(({ id }) => id)]))];
}

function twice(things: readonly { readonly id: string }[], section: string): readonly FileFlaw[] {
  return things.flatMap(({ id }, index) =>
    things.findIndex((other) => other.id === id) < index
      ? [flaw([section, index, 'id'], 'a name of its own for each')]
      : [],
  );
}
