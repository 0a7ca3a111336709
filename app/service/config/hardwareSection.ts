import { CARD_FORMATS, type CardFormat } from '#core/access/cardFormat.ts';
import type {
  BoardConfig,
  InputNames,
  InputsConfig,
  KeyboardReaderConfig,
  OsdpLineConfig,
  SerialReaderConfig,
  SupervisedWire,
  WireConfig,
} from '#core/config/hardwareConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import { millis } from '#core/kernel/units.ts';
import type { DoorInput } from '#core/ports/hardware.ts';
import type { Wire } from './hardwareSchema.ts';
import type { ConfigFile } from './schema.ts';

type At = (path: string) => string;
type CardFormatText = ConfigFile['card-formats'][number];

export interface HardwareSection {
  readonly boards: readonly BoardConfig[];
  readonly osdpLines: readonly OsdpLineConfig[];
  readonly serialReaders: readonly SerialReaderConfig[];
  readonly keyboardReaders: readonly KeyboardReaderConfig[];
}

/** Boards and readers of a file that `hardwareFlaws` found nothing wrong with, with paths made absolute by `at`. */
export function hardwareOf(file: ConfigFile, at: At): HardwareSection {
  return {
    boards: file.boards.map((board) => toBoard(board, at)),
    osdpLines: file.osdp.map(({ id, path, baud, readers }) => ({
      id,
      path: at(path),
      baudRate: baud,
      readers: readers.map((reader) => ({ ...reader, formats: chosen(reader.formats, file) })),
    })),
    serialReaders: file.readers.flatMap((reader) =>
      reader.driver === 'keyboard' ? [] : [toSerialReader(reader, file, at)],
    ),
    keyboardReaders: file.readers.flatMap((reader) =>
      reader.driver === 'keyboard' ? [toKeyboardReader(reader, file)] : [],
    ),
  };
}

function toBoard(board: ConfigFile['boards'][number], at: At): BoardConfig {
  if (board.driver === 'simulated') return board;
  const path = at(board.path);
  if (board.driver !== 'modbus') return { ...board, path };
  const { id, driver, address, dialect, channels, inputs } = board;
  const measuredInputs = board['measured-inputs'];
  return { id, driver, path, baudRate: board.baud, address, dialect, channels, inputs, measuredInputs };
}

type ReaderText = ConfigFile['readers'][number];
type KeyboardText = Extract<ReaderText, { driver: 'keyboard' }>;

const toKeyboardReader = ({ id, text, formats }: KeyboardText, file: ConfigFile): KeyboardReaderConfig => ({
  id,
  text: { digits: text.digits, bits: text.bits, lastByteFirst: text['last-byte-first'] },
  formats: chosen(formats, file),
});

function toSerialReader(reader: Exclude<ReaderText, KeyboardText>, file: ConfigFile, at: At): SerialReaderConfig {
  const path = at(reader.path);
  if (reader.driver !== 'wiegand') return { ...reader, path };
  const { id, driver, baud, form, bits, prefix, formats } = reader;
  return {
    id,
    driver,
    path,
    baudRate: baud,
    form: { kind: form, ...(bits !== undefined && { bits }), ...(prefix !== undefined && { prefix }) },
    formats: chosen(formats, file),
  };
}

/** The formats of that name: those that everybody knows, and those of the file. */
export function formatsNamed(name: string, file: Pick<ConfigFile, 'card-formats'>): readonly CardFormat[] {
  const own = file['card-formats'].filter((format) => format.name === name).map(toCardFormat);
  return own.length > 0 || !Object.hasOwn(CARD_FORMATS, name) ? own : (CARD_FORMATS[name] ?? []);
}

export const toCardFormat = ({ name, bits, fields, parity }: CardFormatText): CardFormat => ({
  name,
  bits,
  fields: fields.map(({ equals, ...field }) => ({ ...field, ...(equals !== undefined && { equals }) })),
  parity,
});

const chosen = (names: readonly string[], file: ConfigFile): readonly CardFormat[] =>
  names.flatMap((name) => formatsNamed(name, file));

export function toInputs(inputs: ConfigFile['doors'][number]['inputs']): InputsConfig {
  if (inputs.driver === 'none') return inputs;
  if (inputs.driver === 'simulated') {
    const { names, ...simulated } = inputs;
    return names === undefined ? simulated : { ...simulated, names: named(Object.entries(names)) };
  }
  const wires = inputs.wires.map(toWire);
  const names = named(inputs.wires.map(({ input, name }) => [input, name]));
  return { driver: 'wired', fitted: wires.map(({ input }) => input), wires, names };
}

const named = (names: readonly (readonly [string, string | undefined])[]): InputNames =>
  Object.fromEntries(names.filter(([, name]) => name !== undefined));

/** Two readings of a board one after the other. */
const BOARD_DEBOUNCE_MS = millis(50);

/** Closed at rest, so that a wire that is cut is seen: whoever cuts it opens it. */
const CLOSED_AT_REST: ReadonlySet<DoorInput> = new Set(['contact', 'fire', 'emergency', 'tamper'] as const);

function toWire({ input, board, reader, number, normally, supervised, ...wire }: Wire): WireConfig {
  assert((board === undefined) !== (reader === undefined), 'the configuration was checked: a wire ends in one place');
  return {
    input,
    on: board === undefined ? { kind: 'reader', reader: reader! } : { kind: 'board', board },
    number,
    normally: normally ?? (CLOSED_AT_REST.has(input) ? 'closed' : 'open'),
    debounceMs: wire['debounce-ms'] ?? (board === undefined ? millis(0) : BOARD_DEBOUNCE_MS),
    ...(supervised !== undefined && { supervised: toSupervised(supervised) }),
  };
}

const toSupervised = ({ bands, above }: NonNullable<Wire['supervised']>): SupervisedWire => ({
  bands: bands.map(({ is, ...band }) => ({ upTo: band['up-to'], is })),
  above,
});
