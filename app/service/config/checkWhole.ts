import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import { inDays } from '#core/privacy/retention.ts';
import { checkIlluminators } from './illuminators.ts';

/** What no single key can say: names that refer to each other, and what may not stand beside what. @throws Fault `config` */
export function checkWhole(config: TerminalConfig, place: (name: string) => string): void {
  const wrong = (thing: string, found: string, expected: string): never => {
    throw new Fault('config', { thing: place(thing), found, expected });
  };
  unique(config.boards, 'boards', wrong);
  unique(config.doors, 'doors', wrong);
  unique(config.accessPoints, 'access-points', wrong);
  checkDoors(config, wrong);
  checkAccessPoints(config, wrong);
  checkIlluminators(config, wrong);
  checkRetention(config, wrong);
  if (!config.simulated) refuseSimulated(config, wrong);
  checkKeys(config, wrong);
}

export type Wrong = (thing: string, found: string, expected: string) => never;

/** A copy of the data is to be no copy of its keys. */
function checkKeys({ keys, backup, dataFolder }: TerminalConfig, wrong: Wrong): void {
  const epoch = keys.epoch.kind === 'file' ? [keys.epoch.path] : [];
  const folders = backup === undefined ? [] : [backup.folder];
  const places = { key: [keys.root.path], epoch, escrow: keys.escrow, 'backup.folder': folders };
  for (const [thing, paths] of Object.entries(places)) {
    const within = paths.find((path) => path === dataFolder || path.startsWith(`${dataFolder}/`));
    const expected =
      'a path outside the data folder, so that a copy of the data is not a copy of its key, nor lost with it';
    if (within !== undefined) wrong(thing, within, expected);
  }
}

function unique(things: readonly { readonly id: string }[], where: string, wrong: Wrong): void {
  const seen = new Set<string>();
  for (const { id } of things) {
    if (seen.has(id)) wrong(`${where}.id`, `"${id}" twice`, 'a name of its own for each');
    seen.add(id);
  }
}

function checkRetention({ retention: { unused, accessEvents } }: TerminalConfig, wrong: Wrong): void {
  if (unused <= accessEvents) return;
  const expected = `at most the ${inDays(accessEvents)} days of access-events: the last use is known from these alone`;
  wrong('retention.unused', `${inDays(unused)}`, expected);
}

function checkDoors(config: TerminalConfig, wrong: Wrong): void {
  const taken = new Set<string>();
  for (const door of config.doors) {
    const board = config.boards.find(({ id }) => id === door.board);
    if (board === undefined) {
      wrong(`doors.${door.id}.board`, `"${door.board}"`, `one of ${config.boards.map(({ id }) => id).join(', ')}`);
    } else if (door.channel > board.channels) {
      wrong(`doors.${door.id}.channel`, `${door.channel}`, `1 to ${board.channels}, the channels of ${board.id}`);
    }
    const channel = `${door.board} channel ${door.channel}`;
    if (taken.has(channel)) wrong(`doors.${door.id}.channel`, `${channel} again`, 'a channel of its own for each door');
    taken.add(channel);
  }
}

function checkAccessPoints(config: TerminalConfig, wrong: Wrong): void {
  const points = config.accessPoints.map(({ id }) => id);
  if (!points.includes(config.kiosk.accessPoint)) {
    wrong('kiosk.access-point', `"${config.kiosk.accessPoint}"`, `one of ${points.join(', ')}`);
  }
  if (config.doors.length + config.turnstiles.length === 0) wrong('doors', 'none', 'a door or a turnstile');
}

/** Made-up faces and cards never open a real door. */
function refuseSimulated(config: TerminalConfig, wrong: Wrong): void {
  const parts = [
    ...config.boards.map(({ id, driver }) => ({ thing: `boards.${id}.driver`, driver })),
    ...config.doors.map(({ id, inputs }) => ({ thing: `doors.${id}.inputs.driver`, driver: inputs.driver })),
    ...config.turnstiles.map(({ id, inputs }) => ({ thing: `turnstiles.${id}.inputs.driver`, driver: inputs.driver })),
    ...config.accessPoints.flatMap(({ id, camera, reader }) => [
      { thing: `access-points.${id}.camera.driver`, driver: camera.driver },
      { thing: `access-points.${id}.reader.driver`, driver: reader.driver },
    ]),
  ];
  for (const { thing, driver } of parts) {
    if (driver === 'simulated' || driver === 'replay' || driver === 'libcamera-files')
      wrong(thing, driver, 'a real driver, or a start with --simulated');
  }
}
