import type { IlluminatorConfig } from '#core/config/hardwareConfig.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { Wrong } from './checkWhole.ts';
import type { Illuminator } from './hardwareSchema.ts';

/** What an illuminator hangs on, or what keeps it from hanging on anything. */
export type IlluminatorChoice =
  | { readonly kind: 'hung'; readonly on: IlluminatorConfig }
  | { readonly kind: 'flawed'; readonly found: string; readonly expected: string };

const FORMS = 'either board and channel, or gpio and line (and active: high or low)';

export function illuminatorOf({ board, channel, gpio, line, active }: Illuminator): IlluminatorChoice {
  const onRelay = board !== undefined || channel !== undefined;
  const onGpio = gpio !== undefined || line !== undefined || active !== undefined;
  if (onRelay && onGpio) return { kind: 'flawed', found: 'a relay and a GPIO line', expected: FORMS };
  if (board !== undefined && channel !== undefined) return { kind: 'hung', on: { kind: 'relay', board, channel } };
  if (gpio !== undefined && line !== undefined)
    return { kind: 'hung', on: { kind: 'gpio', chip: gpio, line, active: active ?? 'high' } };
  const found = onRelay ? 'half a relay' : onGpio ? 'half a GPIO line' : 'neither relay nor GPIO line';
  return { kind: 'flawed', found, expected: FORMS };
}

/** A light on a relay that unlocks something would unlock it for everybody who is looked at. */
export function checkIlluminators(config: TerminalConfig, wrong: Wrong): void {
  const { accessPoints, doors, turnstiles, siren } = config;
  const taken = new Set([
    ...[...doors, ...(siren === undefined ? [] : [siren])].map(({ board, channel }) => `${board} channel ${channel}`),
    ...turnstiles.flatMap(({ board, channels }) => Object.values(channels).map((one) => `${board} channel ${one}`)),
  ]);
  for (const { id, camera } of accessPoints) {
    if (!('illuminator' in camera) || camera.illuminator === undefined) continue;
    const light = camera.illuminator;
    const wrongHere: Wrong = (key, found, expected) =>
      wrong(`access-points.${id}.camera.illuminator.${key}`, found, expected);
    if (light.kind === 'relay') checkChannel(light, config, wrongHere);
    else if (config.simulated) wrongHere('gpio', light.chip, 'a relay, or a start without --simulated');
    const { key, name } = placeOf(light);
    if (taken.has(name)) wrongHere(key, `${name} again`, `a ${key} that no door, no siren and no other light has`);
    taken.add(name);
  }
}

const placeOf = (light: IlluminatorConfig) =>
  light.kind === 'relay'
    ? { key: 'channel', name: `${light.board} channel ${light.channel}` }
    : { key: 'line', name: `${light.chip} line ${light.line}` };

type RelayLight = Extract<IlluminatorConfig, { kind: 'relay' }>;

function checkChannel({ board: name, channel }: RelayLight, { boards }: TerminalConfig, wrong: Wrong): void {
  const board = boards.find(({ id }) => id === name);
  if (board === undefined) wrong('board', `"${name}"`, `one of ${boards.map(({ id }) => id).join(', ')}`);
  else if (channel > board.channels) wrong('channel', `${channel}`, `1 to ${board.channels} of ${name}`);
}
