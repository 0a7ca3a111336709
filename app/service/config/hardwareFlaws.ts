import { CARD_FORMATS, cardFormatFlaw } from '#core/access/cardFormat.ts';
import { formatsOverlap } from '#core/access/cardFormatOverlap.ts';
import { cameraFlaws } from './cameraFlaws.ts';
import { formatsNamed, toCardFormat } from './hardwareSection.ts';
import { keyboardFlaws } from './keyboardFlaws.ts';
import type { Wire } from './hardwareSchema.ts';
import type { ConfigFile } from './schema.ts';

/** Something that no single key can say; the path leads to it in the file. */
export interface Flaw {
  readonly path: readonly (string | number)[];
  readonly found: string;
  readonly expected: string;
}

/** What is wrong with boards, lines, readers, card formats, wires and cameras as a whole. */
export const hardwareFlaws = (file: ConfigFile): readonly Flaw[] => [
  ...formatFlaws(file),
  ...lineFlaws(file),
  ...addressFlaws(file),
  ...readerFlaws(file),
  ...keyboardFlaws(file),
  ...wireFlaws(file),
  ...nameFlaws(file),
  ...cameraFlaws(file),
];

function formatFlaws(file: ConfigFile): Flaw[] {
  const flaws: Flaw[] = [];
  for (const [index, format] of file['card-formats'].entries()) {
    const path = ['card-formats', index, 'name'];
    const flaw = cardFormatFlaw(toCardFormat(format));
    if (flaw !== undefined) flaws.push({ path, found: flaw, expected: 'a format that a card can have' });
    const before = file['card-formats'].findIndex(({ name }) => name === format.name);
    if (before < index || Object.hasOwn(CARD_FORMATS, format.name)) {
      const known = before < index ? 'again' : 'which everybody knows';
      flaws.push({ path, found: `"${format.name}", ${known}`, expected: 'a name of its own for each' });
    }
  }
  for (const { path, formats } of formatChoices(file)) flaws.push(...choiceFlaws(path, formats, file));
  return flaws;
}

const formatChoices = (file: ConfigFile): { path: Flaw['path']; formats: readonly string[] }[] => [
  ...file.osdp.flatMap(({ readers }, line) =>
    readers.map(({ formats }, reader) => ({ path: ['osdp', line, 'readers', reader, 'formats'], formats })),
  ),
  ...file.readers.flatMap((reader, index) =>
    'formats' in reader ? [{ path: ['readers', index, 'formats'], formats: reader.formats }] : [],
  ),
];

/** Every name is known, and no card fits two of the formats: their order would say whose number it has. */
function choiceFlaws(path: Flaw['path'], names: readonly string[], file: ConfigFile): Flaw[] {
  const flaws: Flaw[] = [];
  for (const [index, name] of names.entries()) {
    const formats = formatsNamed(name, file);
    if (formats.length === 0) {
      const known = [...Object.keys(CARD_FORMATS), ...file['card-formats'].map((format) => format.name)];
      flaws.push({ path: [...path, index], found: `"${name}"`, expected: `one of ${known.join(', ')}` });
    }
    for (const other of names.slice(0, index)) {
      if (!formatsNamed(other, file).some((one) => formats.some((two) => formatsOverlap(one, two)))) continue;
      const found = other === name ? `"${name}" again` : `"${name}" beside "${other}"`;
      flaws.push({ path: [...path, index], found, expected: 'formats of which no card fits two' });
    }
  }
  return flaws;
}

interface LineUse {
  readonly path: Flaw['path'];
  readonly line: string;
  readonly by: string;
  /** Of a line that several devices may share, how they speak on it. */
  readonly shared?: string;
}

function lineFlaws(file: ConfigFile): Flaw[] {
  const uses: LineUse[] = [
    ...file.boards.flatMap((board, index): LineUse[] => {
      if (board.driver === 'simulated') return [];
      const use = { path: ['boards', index, 'path'], line: board.path, by: `board ${board.id}` };
      return [board.driver === 'modbus' ? { ...use, shared: `Modbus at ${board.baud} baud` } : use];
    }),
    ...file.osdp.map(({ id, path: line }, index) => ({ path: ['osdp', index, 'path'], line, by: `OSDP line ${id}` })),
    ...file.readers.flatMap((reader, index) =>
      reader.driver === 'keyboard'
        ? []
        : [{ path: ['readers', index, 'path'], line: reader.path, by: `reader ${reader.id}` }],
    ),
  ];
  return uses.flatMap(({ path, line, by, shared }, index) => {
    const other = uses.slice(0, index).find((use) => use.line === line);
    if (other === undefined || (shared !== undefined && other.shared === shared)) return [];
    const expected = 'a line for itself; only Modbus boards of one baud rate share one';
    return [{ path, found: `${line} for ${by}, which ${other.by} uses`, expected }];
  });
}

/** Two devices that answer at one address spoil each other's answers. */
function addressFlaws(file: ConfigFile): Flaw[] {
  const modbus = file.boards.flatMap((board, index) =>
    board.driver === 'modbus'
      ? [{ path: ['boards', index, 'address'], place: board.path, address: board.address, id: board.id }]
      : [],
  );
  const osdp = file.osdp.flatMap(({ path: place, readers }, line) =>
    readers.map(({ address, id }, reader) => {
      const path = ['osdp', line, 'readers', reader, 'address'];
      return { path, place, address, id };
    }),
  );
  return [modbus, osdp].flatMap((devices) =>
    devices.flatMap(({ path, place, address }, index) => {
      const other = devices.slice(0, index).find((device) => device.place === place && device.address === address);
      if (other === undefined) return [];
      const found = `${address}, at which ${other.id} answers on the same line`;
      return [{ path, found, expected: 'an address of its own for each' }];
    }),
  );
}

const readerNames = (file: ConfigFile): { path: Flaw['path']; id: string; onOsdp: boolean; used: boolean }[] => [
  ...file.osdp.flatMap(({ readers }, line) =>
    readers.map(({ id }, reader) => ({ path: ['osdp', line, 'readers', reader, 'id'], id, onOsdp: true, used: false })),
  ),
  ...file.readers.map(({ id }, index) => ({ path: ['readers', index, 'id'], id, onOsdp: false, used: false })),
];

function readerFlaws(file: ConfigFile): Flaw[] {
  const names = readerNames(file);
  const flaws = [
    ...twice(names, 'a name of its own for each reader'),
    ...twice(
      file.osdp.map(({ id }, index) => ({ path: ['osdp', index, 'id'], id })),
      'a name of its own for each line',
    ),
  ];
  const takenBy = new Map<string, string>();
  for (const [index, { id, reader }] of file['access-points'].entries()) {
    if (reader.driver !== 'named') continue;
    const path = ['access-points', index, 'reader'];
    const other = takenBy.get(reader.name);
    if (!names.some((one) => one.id === reader.name)) {
      flaws.push({
        path,
        found: `"${reader.name}"`,
        expected: oneOf(
          names.map((one) => one.id),
          'a reader',
        ),
      });
    } else if (other !== undefined) {
      const found = `${reader.name}, which is the reader of ${other}`;
      flaws.push({ path, found, expected: 'a reader of its own for each access point' });
    }
    takenBy.set(reader.name, id);
  }
  return flaws;
}

const twice = (named: readonly { readonly path: Flaw['path']; readonly id: string }[], expected: string): Flaw[] =>
  named.flatMap(({ path, id }, index) =>
    named.findIndex((one) => one.id === id) < index ? [{ path, found: `"${id}" twice`, expected }] : [],
  );

const oneOf = (names: readonly string[], what: string): string =>
  names.length === 0 ? `${what}, of which none is configured` : `one of ${names.join(', ')}`;

/** One fire loop may unlock every door of a house. */
const SERVES_SEVERAL: ReadonlySet<string> = new Set(['fire', 'emergency']);

function wireFlaws(file: ConfigFile): Flaw[] {
  const flaws: Flaw[] = [];
  const taken = new Map<string, string>();
  const doors = [
    ...file.doors.map((door, index) => ({ ...door, path: ['doors', index] })),
    ...file.turnstiles.map((turnstile, index) => ({ ...turnstile, path: ['turnstiles', index] })),
  ];
  for (const door of doors) {
    if (door.inputs.driver !== 'wired') continue;
    const seen = new Set<string>();
    for (const [index, wire] of door.inputs.wires.entries()) {
      const path = [...door.path, 'inputs', 'wires', index];
      flaws.push(...wireEndFlaws(path, wire, file), ...bandFlaws(path, wire));
      if (seen.has(wire.input)) {
        const found = `${wire.input} twice at ${door.id}`;
        flaws.push({ path: [...path, 'input'], found, expected: 'one wire for each input' });
      }
      seen.add(wire.input);
      const end = `input ${wire.number}${wire.supervised === undefined ? '' : ' (measured)'} of ${wire.board ?? wire.reader}`;
      const other = taken.get(end);
      if (other !== undefined && !(SERVES_SEVERAL.has(other) && SERVES_SEVERAL.has(wire.input))) {
        const expected = 'an input for each wire; only a fire loop may serve several doors';
        flaws.push({ path: [...path, 'number'], found: `${end} again`, expected });
      }
      taken.set(end, wire.input);
    }
  }
  return flaws;
}

/** In the journal an input is its name alone; what a door knows by itself is told as what it is. */
function nameFlaws(file: ConfigFile): Flaw[] {
  const barriers = [
    ...file.doors.map(({ inputs }, index) => ({ inputs, path: ['doors', index, 'inputs'] })),
    ...file.turnstiles.map(({ inputs }, index) => ({ inputs, path: ['turnstiles', index, 'inputs'] })),
  ];
  const seen = new Set<string>();
  return barriers.flatMap(({ inputs, path }) =>
    namesIn(inputs).flatMap(({ at, input, name, fitted }): Flaw[] => {
      const again = seen.has(name);
      seen.add(name);
      const found = `"${name}" for ${input}`;
      if (!input.startsWith('free-'))
        return [{ path: [...path, ...at], found, expected: 'a name for a free input alone' }];
      if (!fitted) return [{ path: [...path, ...at], found, expected: 'a name for an input that is fitted' }];
      return again
        ? [{ path: [...path, ...at], found: `${found}, again`, expected: 'a name of its own for each' }]
        : [];
    }),
  );
}

function namesIn(
  inputs: ConfigFile['doors'][number]['inputs'],
): { at: Flaw['path']; input: string; name: string; fitted: boolean }[] {
  if (inputs.driver === 'none') return [];
  if (inputs.driver === 'simulated')
    return Object.entries(inputs.names ?? {}).map(([input, name]) => ({
      at: ['names', input],
      input,
      name,
      fitted: inputs.fitted.some((one) => one === input),
    }));
  return inputs.wires.flatMap(({ input, name }, index) =>
    name === undefined ? [] : [{ at: ['wires', index, 'name'], input, name, fitted: true }],
  );
}

function wireEndFlaws(path: Flaw['path'], wire: Wire, file: ConfigFile): Flaw[] {
  const { board, reader, number, supervised } = wire;
  if ((board === undefined) === (reader === undefined)) {
    const found = board === undefined ? 'neither board nor reader' : 'both board and reader';
    return [{ path: [...path, 'input'], found, expected: 'one of the two, where the wire ends' }];
  }
  if (board !== undefined) return boardWireFlaws(path, { board, number, measured: supervised !== undefined }, file);
  const readers = readerNames(file).filter(({ onOsdp }) => onOsdp);
  if (!readers.some(({ id }) => id === reader)) {
    const expected = oneOf(
      readers.map(({ id }) => id),
      'an OSDP reader with inputs',
    );
    return [{ path: [...path, 'reader'], found: `"${reader}"`, expected }];
  }
  if (supervised === undefined) return [];
  return [{ path: [...path, 'supervised'], found: 'an input of a reader', expected: 'a measured input of a board' }];
}

function boardWireFlaws(
  path: Flaw['path'],
  { board: name, number, measured }: { readonly board: string; readonly number: number; readonly measured: boolean },
  file: ConfigFile,
): Flaw[] {
  const board = file.boards.find(({ id }) => id === name);
  if (board?.driver !== 'modbus') {
    const withInputs = file.boards.filter(({ driver }) => driver === 'modbus').map(({ id }) => id);
    const found = board === undefined ? `"${name}"` : `${name}, a board that has no inputs`;
    return [{ path: [...path, 'board'], found, expected: oneOf(withInputs, 'a Modbus board with inputs') }];
  }
  const count = measured ? board['measured-inputs'] : board.inputs;
  if (number <= count) return [];
  const what = measured ? 'measured-inputs' : 'inputs';
  const expected = count === 0 ? `${what} set at board ${name}` : `1 to ${count}, the ${what} of ${name}`;
  return [{ path: [...path, 'number'], found: `${number}`, expected }];
}

function bandFlaws(path: Flaw['path'], { supervised }: Wire): Flaw[] {
  if (supervised === undefined) return [];
  const flaws: Flaw[] = [];
  const limits = supervised.bands.map((band) => band['up-to']);
  const falling = limits.findIndex((limit, index) => index > 0 && limit <= limits[index - 1]!);
  if (falling > 0) {
    const at = [...path, 'supervised', 'bands', falling, 'up-to'];
    flaws.push({ path: at, found: `${limits[falling]}`, expected: `more than ${limits[falling - 1]}` });
  }
  const kinds = new Set([...supervised.bands.map(({ is }) => is), supervised.above]);
  if (!kinds.has('closed') || !kinds.has('open')) {
    const expected = 'a band for closed and one for open';
    flaws.push({ path: [...path, 'supervised'], found: [...kinds].join(', '), expected });
  }
  return flaws;
}
