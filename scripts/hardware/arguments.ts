import { Fault } from '#core/kernel/fault.ts';
import { ADDRESS_MAX } from '#drivers/reader/osdp/frames.ts';
import { FORMATS, type Format } from '#drivers/camera/shim/structs.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';

export const USAGE = `one of
  hardware scan [--port PATH]... [--modbus ADDRESS,...] [--osdp ADDRESS,...] [--listen SECONDS]
  hardware test --board lcus|modbus|kmtronic|numato --port PATH --channels N [--channel N] [--address N]
                [--dialect ${Object.keys(MODBUS_DIALECTS).join('|')}] [--contact N] [--rex N]
                [--reader rdm6300|pn532|wiegand-hex|wiegand-bits --reader-port PATH]
                [--reader osdp --reader-port PATH [--reader-address N] [--reader-baud RATE]
                 [--reader-name NAME (--config FILE | --data FOLDER --key FILE)
                  [--reader-contact N] [--reader-rex N]]]
  hardware camera [--id CAMERA] [--form device|files] [--size WIDTHxHEIGHT] [--rate N]
                  [--format ${FORMATS.join('|')}] [--seconds N] [--show | --no-show]
  hardware camera --config FILE [--access-point NAME] [--form device|files] [--seconds N]
                  [--show | --no-show]
  hardware readers [--data FOLDER]
  hardware install --reader NAME [--minutes N] [--understood] [--data FOLDER]
where a camera is measured first, and then shown on this terminal's screen, if it has one,
until a key is pressed or --seconds are over; --no-show only measures, for --seconds,
--show without a screen only says how to look at it from elsewhere. With --config the
picture is as the gate sees it; with --form files the gate is a simulated one.
--contact and --rex are inputs of the Modbus board, --reader-contact and
--reader-rex those of the OSDP reader, whose key is the one of that name in the
data folder of a gate that is stopped; without a name it is looked at in the
clear, and its cards are not counted. The last two ask the gate that works on
the data folder, --understood says that you have read what can be overheard while a reader gets its
key, and --json gives a report that programs read`;

export interface ScanArguments {
  readonly kind: 'scan';
  /** Ports to look at besides those that the system lists. */
  readonly ports: readonly string[];
  readonly modbus: readonly number[];
  readonly osdp: readonly number[];
  readonly listenMs: number;
}

export const BOARDS = ['lcus', 'modbus', 'kmtronic', 'numato'] as const;
export const READERS = ['rdm6300', 'pn532', 'wiegand-hex', 'wiegand-bits'] as const;

export interface TestArguments {
  readonly kind: 'test';
  readonly board: (typeof BOARDS)[number];
  readonly port: string;
  readonly channels: number;
  readonly channel: number;
  readonly address: number;
  readonly dialect: keyof typeof MODBUS_DIALECTS;
  readonly contact?: number;
  readonly rex?: number;
  readonly reader?: SerialReaderArguments | OsdpReaderArguments;
}

export interface SerialReaderArguments {
  readonly kind: (typeof READERS)[number];
  readonly port: string;
}

export interface OsdpReaderArguments {
  readonly kind: 'osdp';
  readonly port: string;
  readonly address: number;
  readonly baudRate: number;
  /** Under which its key lies in the data folder of a stopped gate; without one it is looked at in the clear. */
  readonly name?: string;
  readonly places: { readonly config?: string; readonly data?: string; readonly key?: string };
  /** Its own inputs. */
  readonly contact?: number;
  readonly rex?: number;
}

/** Cameras of this machine; `files` is the test pattern, or with an id a folder of pictures. */
export interface CameraArguments {
  readonly kind: 'camera';
  readonly id?: string;
  readonly files: boolean;
  readonly format?: Format;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** The camera of an access point, in place of id, format, size and rate; a simulated gate's where it is of files. */
  readonly gate?: { readonly file: string; readonly accessPoint?: string };
  /** Of the picture, until it is enough where it is left out; of the measurement where no picture is shown. */
  readonly seconds?: number;
  /** Where it is left out, if there is a screen. */
  readonly show?: boolean;
}

/** OSDP readers of a gate that works. */
export interface ReadersArguments {
  readonly kind: 'readers';
  readonly data: string;
}

export interface InstallArguments {
  readonly kind: 'install';
  readonly data: string;
  readonly reader: string;
  readonly minutes: number;
  readonly understood: boolean;
}

/** Of the gate that `npm start` runs. */
const DATA = 'data/simulated';
const MINUTES = '3';
const LISTEN_MS = 400;
const NUMBER_MAX = 255;
/** The first is what most readers are delivered with. */
const OSDP_BAUD_RATES = ['9600', '19200', '38400', '57600', '115200', '230400'] as const;
/** They need what only the channel tells, and the channel a key. */
const OSDP_KEYED = ['--reader-contact', '--reader-rex', '--config', '--data', '--key'] as const;
const OSDP_ALONE = ['--reader-address', '--reader-baud', '--reader-name', ...OSDP_KEYED] as const;
/** A configuration says them for its camera. */
const OF_MODE = ['--id', '--size', '--rate', '--format'] as const;
const NAMES = {
  scan: ['--port', '--modbus', '--osdp', '--listen'],
  test: [
    '--board',
    '--port',
    '--channels',
    '--channel',
    '--address',
    '--dialect',
    '--contact',
    '--rex',
    '--reader',
    '--reader-port',
    ...OSDP_ALONE,
  ],
  camera: ['--form', '--seconds', '--config', '--access-point', ...OF_MODE],
  readers: ['--data'],
  install: ['--data', '--reader', '--minutes'],
} as const;
/** Words without a value. */
const FLAGS = { scan: [], test: [], camera: ['--show', '--no-show'], readers: [], install: ['--understood'] } as const;

/** @throws Fault `command` for anything that is not known, or lacks its value. */
export function readHardwareArguments(
  given: readonly string[],
): ScanArguments | TestArguments | CameraArguments | ReadersArguments | InstallArguments {
  const [command = 'nothing', ...said] = given;
  if (!isCommand(command)) throw unusable(command);
  const flags: readonly string[] = FLAGS[command];
  const rest = said.filter((word) => !flags.includes(word));
  const names: readonly string[] = NAMES[command];
  const values: (readonly [name: string, value: string])[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const [name = '', value] = rest.slice(at, at + 2);
    if (!names.includes(name)) throw unusable(name);
    if (value === undefined || value.startsWith('--')) throw unusable(`${name} without its value`);
    if (name !== '--port' && values.some(([known]) => known === name)) throw unusable(`${name} twice`);
    values.push([name, value]);
  }
  if (command === 'scan') return scanArguments(values);
  const options = new Map(values);
  if (command === 'test') return testArguments(options);
  if (command === 'camera') return { ...cameraArguments(options), ...shown(said) };
  const data = options.get('--data') ?? DATA;
  if (command === 'readers') return { kind: 'readers', data };
  const reader = options.get('--reader');
  if (reader === undefined) throw unusable('no --reader');
  const minutes = numberOf('--minutes', options.get('--minutes') ?? MINUTES);
  return { kind: 'install', data, reader, minutes, understood: said.includes('--understood') };
}

const isCommand = (command: string): command is keyof typeof NAMES => Object.hasOwn(NAMES, command);

function scanArguments(values: readonly (readonly [string, string])[]): ScanArguments {
  const value = (name: string): string | undefined => values.find(([known]) => known === name)?.[1];
  const listen = value('--listen');
  return {
    kind: 'scan',
    ports: values.filter(([name]) => name === '--port').map(([, path]) => path),
    modbus: (value('--modbus') ?? '1').split(',').map((address) => numberOf('--modbus', address)),
    // OSDP counts from 0, which is what readers are delivered with.
    osdp: (value('--osdp') ?? '0').split(',').map((address) => numberOf('--osdp', address, 0)),
    listenMs: listen === undefined ? LISTEN_MS : numberOf('--listen', listen) * 1_000,
  };
}

function testArguments(values: ReadonlyMap<string, string>): TestArguments {
  const needed = (name: string): string => {
    const value = values.get(name);
    if (value === undefined) throw unusable(`no ${name}`);
    return value;
  };
  const number = (name: string): number | undefined => {
    const value = values.get(name);
    return value === undefined ? undefined : numberOf(name, value);
  };
  const channels = numberOf('--channels', needed('--channels'));
  const channel = number('--channel') ?? 1;
  if (channel > channels) throw unusable(`--channel ${channel} of ${channels}`);
  const [contact, rex] = [number('--contact'), number('--rex')];
  const board = oneOf('--board', needed('--board'), BOARDS);
  if (board !== 'modbus' && (contact ?? rex) !== undefined) throw unusable(`--contact or --rex with --board ${board}`);
  return {
    kind: 'test',
    board,
    port: needed('--port'),
    channels,
    channel,
    address: number('--address') ?? 1,
    dialect: oneOf('--dialect', values.get('--dialect') ?? 'waveshare', dialectNames()),
    ...(contact !== undefined && { contact }),
    ...(rex !== undefined && { rex }),
    ...readerArguments(values, (contact ?? rex) !== undefined),
  };
}

/** What belongs to an OSDP reader alone is refused beside any other. */
function readerArguments(values: ReadonlyMap<string, string>, boardHasInputs: boolean): Pick<TestArguments, 'reader'> {
  const kind = values.get('--reader');
  if (kind !== 'osdp') {
    const foreign = OSDP_ALONE.find((name) => values.has(name));
    if (foreign !== undefined) throw unusable(`${foreign} without --reader osdp`);
  }
  if (kind === undefined) return {};
  const port = values.get('--reader-port');
  if (port === undefined) throw unusable('no --reader-port');
  if (kind !== 'osdp') return { reader: { kind: oneOf('--reader', kind, READERS), port } };
  const name = values.get('--reader-name');
  const keyed = OSDP_KEYED.find((option) => values.has(option));
  if (name === undefined && keyed !== undefined) throw unusable(`${keyed} without --reader-name`);
  const [contact, rex] = [values.get('--reader-contact'), values.get('--reader-rex')];
  if (boardHasInputs && (contact ?? rex) !== undefined) throw unusable('inputs of the board and of the reader');
  const address = numberOf('--reader-address', values.get('--reader-address') ?? '0', 0);
  if (address > ADDRESS_MAX) throw unusable(`--reader-address ${address}`);
  const [config, data, key] = ['--config', '--data', '--key'].map((option) => values.get(option));
  const places = {
    ...(config !== undefined && { config }),
    ...(data !== undefined && { data }),
    ...(key !== undefined && { key }),
  };
  return {
    reader: {
      kind,
      port,
      address,
      baudRate: Number(oneOf('--reader-baud', values.get('--reader-baud') ?? '9600', OSDP_BAUD_RATES)),
      places,
      ...(name !== undefined && { name }),
      ...(contact !== undefined && { contact: numberOf('--reader-contact', contact) }),
      ...(rex !== undefined && { rex: numberOf('--reader-rex', rex) }),
    },
  };
}

function cameraArguments(values: ReadonlyMap<string, string>): CameraArguments {
  const size = values.get('--size') ?? '1280x720';
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(size) ?? [];
  if (width === undefined || height === undefined) throw unusable(`--size ${size}`);
  const [id, format, seconds] = ['--id', '--format', '--seconds'].map((name) => values.get(name));
  return {
    kind: 'camera',
    files: oneOf('--form', values.get('--form') ?? 'device', ['device', 'files']) === 'files',
    width: Number(width),
    height: Number(height),
    framesPerSecond: numberOf('--rate', values.get('--rate') ?? '30'),
    ...(seconds !== undefined && { seconds: numberOf('--seconds', seconds) }),
    ...(id !== undefined && { id }),
    ...(format !== undefined && { format: oneOf('--format', format, FORMATS) }),
    ...gateOf(values),
  };
}

function gateOf(values: ReadonlyMap<string, string>): Pick<CameraArguments, 'gate'> {
  const [file, accessPoint] = [values.get('--config'), values.get('--access-point')];
  if (file === undefined) {
    if (accessPoint !== undefined) throw unusable('--access-point without --config');
    return {};
  }
  const ofMode = OF_MODE.find((name) => values.has(name));
  if (ofMode !== undefined) throw unusable(`${ofMode} beside --config, which says it`);
  return { gate: { file, ...(accessPoint !== undefined && { accessPoint }) } };
}

function shown(said: readonly string[]): Pick<CameraArguments, 'show'> {
  const [show, hide] = [said.includes('--show'), said.includes('--no-show')];
  if (show && hide) throw unusable('--show and --no-show');
  return show || hide ? { show } : {};
}

const dialectNames = (): readonly (keyof typeof MODBUS_DIALECTS)[] =>
  Object.keys(MODBUS_DIALECTS) as (keyof typeof MODBUS_DIALECTS)[];

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw unusable(`${option} ${value}`);
  return found;
}

function numberOf(option: string, value: string, least = 1): number {
  const found = /^\d{1,3}$/.test(value) ? Number(value) : -1;
  if (found >= least && found <= NUMBER_MAX) return found;
  throw unusable(`${option} ${value}, which is no number from ${least} to ${NUMBER_MAX}`);
}

const unusable = (found: string): Fault => new Fault('command', { thing: 'arguments', found, expected: USAGE });
