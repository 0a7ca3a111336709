import { expect, it } from 'vitest';
import { H10301, H10306, UID_FORMATS } from '#core/access/cardFormat.ts';
import { faultOf } from '../../storage/support/faults.ts';
import { parse } from './parse.ts';

/** Two doors, with everything that an installer may hang on them. Each line of it can be changed by a test. */
const HOUSE = `terminal: lobby
handler: { name: Handler, contact: privacy@handler.example }
data: data
key: root.key
kiosk: { access-point: hall }
card-formats:
  - name: site
    bits: 34
    fields: [{ name: facility, from: 1, bits: 16, equals: 77 }, { name: number, from: 17, bits: 16 }]
    parity: [{ at: 0, makes: even, over: [{ from: 1, bits: 16 }] }]
boards:
  - { id: lcus, driver: lcus, path: /dev/ttyUSB0, channels: 2 }
  - { id: relays, driver: modbus, path: /dev/ttyUSB1, channels: 8, inputs: 8 }
  - { id: inputs, driver: modbus, path: /dev/ttyUSB1, address: 2, channels: 0, measured-inputs: 4 }
  - { id: km, driver: kmtronic, path: /dev/ttyUSB2, channels: 4 }
  - { id: numato, driver: numato, path: /dev/ttyACM0, channels: 16 }
osdp:
  - id: lobby
    path: /dev/ttyUSB3
    readers:
      - { id: reader-in, address: 0, formats: [H10301, site] }
      - { id: reader-out, address: 1 }
readers:
  - { id: desk, driver: rdm6300, path: /dev/ttyUSB4 }
  - { id: bridge, driver: wiegand, path: /dev/ttyUSB5, form: bits-lines, formats: [H10301] }
  - { id: typing, driver: keyboard, text: { digits: hex, bits: 32, last-byte-first: true }, formats: [uid] }
doors:
  - id: front
    lock: fail-secure
    board: relays
    channel: 2
    inputs:
      driver: wired
      wires:
        - { input: contact, board: relays, number: 1 }
        - { input: rex, reader: reader-out, number: 1 }
        - { input: fire, board: inputs, number: 1, supervised: { bands: [{ up-to: 100, is: short }, { up-to: 400, is: closed }, { up-to: 800, is: open }], above: cut } }
  - id: back
    lock: fail-safe
    board: lcus
    channel: 1
    inputs:
      driver: wired
      wires:
        - { input: fire, board: inputs, number: 1, supervised: { bands: [{ up-to: 100, is: closed }], above: open } }
        - { input: free-2, board: relays, number: 3, normally: closed, debounce-ms: 0 }
access-points:
  - { id: entrance, name: Entrance, door: front, reader: reader-in }
  - { id: exit, name: Exit, door: front, reader: reader-out }
  - { id: yard, name: Yard, door: back, reader: bridge }
  - { id: hall, name: Hall, door: back, reader: typing }
`;

/** What is said of the house in which `line` became `other`, with the line at which that is. */
async function refusalOf(line: string, other: string): Promise<string> {
  expect(HOUSE.split(line), `"${line}" stands there once`).toHaveLength(2);
  const { message } = await faultOf(() => parse(HOUSE.replace(line, () => other)), 'config');
  return message;
}

const lineOf = (text: string): number => HOUSE.slice(0, HOUSE.indexOf(text)).split('\n').length;

it('boards, lines, readers, wires and card formats are read', () => {
  const { boards, osdpLines, serialReaders, keyboardReaders, doors, accessPoints } = parse(HOUSE);
  expect(boards).toMatchObject([
    { id: 'lcus', driver: 'lcus', channels: 2 },
    { id: 'relays', baudRate: 9_600, address: 1, dialect: 'waveshare', channels: 8, inputs: 8, measuredInputs: 0 },
    { id: 'inputs', address: 2, channels: 0, measuredInputs: 4 },
    { driver: 'kmtronic' },
    { driver: 'numato' },
  ]);
  expect(osdpLines).toMatchObject([{ id: 'lobby', path: '/dev/ttyUSB3', baudRate: 9_600 }]);
  const [first, second] = osdpLines[0]?.readers ?? [];
  expect(first?.formats.map(({ name }) => name)).toEqual(['H10301', 'site']);
  expect(first?.formats[1]?.fields[0]).toEqual({ name: 'facility', from: 1, bits: 16, equals: 77 });
  expect(second?.formats).toEqual([H10301, H10306, ...UID_FORMATS]);
  expect(serialReaders).toMatchObject([
    { id: 'desk', driver: 'rdm6300' },
    { id: 'bridge', form: { kind: 'bits-lines' }, formats: [H10301] },
  ]);
  expect(keyboardReaders).toEqual([
    { id: 'typing', text: { digits: 'hex', bits: 32, lastByteFirst: true }, formats: UID_FORMATS },
  ]);
  expect(doors[0]?.inputs).toMatchObject({
    fitted: ['contact', 'rex', 'fire'],
    wires: [
      { input: 'contact', on: { kind: 'board', board: 'relays' }, normally: 'closed', debounceMs: 50 },
      { input: 'rex', on: { kind: 'reader', reader: 'reader-out' }, normally: 'open', debounceMs: 0 },
      { input: 'fire', normally: 'closed', supervised: { bands: { length: 3 }, above: 'cut' } },
    ],
  });
  expect(accessPoints.map(({ reader }) => reader)).toEqual(
    ['reader-in', 'reader-out', 'bridge', 'typing'].map((name) => ({ driver: 'named', name })),
  );
});

it('a free input has the name that is told', () => {
  const { doors } = parse(HOUSE.replace('input: free-2,', 'input: free-2, name: Yard gate,'));
  expect(doors.map(({ inputs }) => inputs.names)).toEqual([{}, { 'free-2': 'Yard gate' }]);
});

it.each([
  [
    'a name for what a door knows by itself',
    '{ input: contact,',
    '{ input: contact, name: Leaf,',
    'a name for a free input alone',
    '{ input: contact,',
  ],
  [
    'an unknown board at a door',
    'board: relays\n    channel: 2',
    'board: relais\n    channel: 2',
    '"relais"',
    'board: relays\n    channel: 2',
  ],
  ['a door without a lock', 'lock: fail-secure\n', 'unlock-ms: 3000\n', 'fail-secure', '  - id: front'],
  [
    'an unknown reader',
    'reader: reader-in }',
    'reader: reader-on }',
    '"reader-on", expected one of reader-in, reader-out, desk, bridge',
    'reader: reader-in }',
  ],
  [
    'one reader at two access points',
    'reader: bridge }',
    'reader: reader-out }',
    'reader-out, which is the reader of exit',
    'reader: bridge }',
  ],
  [
    'two readers on one address',
    'reader-out, address: 1',
    'reader-out, address: 0',
    '0, at which reader-in answers on the same line',
    'reader-out, address',
  ],
  [
    'two Modbus boards on one address',
    'address: 2, channels: 0',
    'address: 1, channels: 0',
    '1, at which relays answers on the same line',
    'address: 2, ch',
  ],
  [
    'one line for two boards',
    'path: /dev/ttyUSB2',
    'path: /dev/ttyUSB0',
    '/dev/ttyUSB0 for board km, which board lcus uses',
    '/dev/ttyUSB2',
  ],
  [
    'one line for a board and readers',
    'path: /dev/ttyUSB3',
    'path: /dev/ttyUSB1',
    'for OSDP line lobby, which board relays uses',
    '/dev/ttyUSB3',
  ],
  [
    'Modbus boards of two rates on one line',
    'address: 2, channels: 0',
    'address: 2, baud: 19200, channels: 0',
    'only Modbus boards of one baud rate share one',
    'address: 2',
  ],
  ['two readers of one name', 'id: desk', 'id: bridge', '"bridge" twice', 'id: bridge'],
  [
    'an unknown card format',
    'formats: [H10301, site]',
    'formats: [H10301, sight]',
    '"sight", expected one of H10301',
    'formats: [H10301, site]',
  ],
  [
    'card formats of which a card fits two',
    'formats: [H10301, site]',
    'formats: [H10306, site]',
    '"site" beside "H10306"',
    'formats: [H10301, site]',
  ],
  [
    'a card format of a known name',
    '- name: site',
    '- name: H10301',
    '"H10301", which everybody knows',
    '- name: site',
  ],
  ['a card format that is none', 'bits: 34', 'bits: 30', 'field number outside its 30 bits', '- name: site'],
  [
    'a wire at a board without inputs',
    'contact, board: relays',
    'contact, board: km',
    'km, a board that has no inputs, expected one of relays, inputs',
    'input: contact',
  ],
  [
    'a wire at an input that is not there',
    'board: relays, number: 1 }',
    'board: relays, number: 9 }',
    '9, expected 1 to 8',
    'input: contact',
  ],
  [
    'a wire at both ends',
    'contact, board: relays',
    'contact, reader: reader-in, board: relays',
    'both board and reader',
    'input: contact',
  ],
  ['a wire at no end', 'contact, board: relays', 'contact', 'neither board nor reader', 'input: contact'],
  [
    'a wire at a reader that tells no inputs',
    'rex, reader: reader-out',
    'rex, reader: desk',
    '"desk", expected one of reader-in, reader-out',
    'input: rex',
  ],
  ['one input twice at a door', '- { input: rex', '- { input: contact', 'contact twice at front', 'input: rex'],
  [
    'two wires at one input',
    'free-2, board: relays, number: 3',
    'free-2, board: relays, number: 1',
    'input 1 of relays again',
    'input: free-2',
  ],
  ['bands that do not rise', 'up-to: 400', 'up-to: 90', '90, expected more than 100', 'input: fire'],
  ['a wire that is never open', 'is: open', 'is: cut', 'a band for closed and one for open', 'input: fire'],
  ['an input that is none', 'input: free-2', 'input: free-9', '"free-8"', 'input: free-2'],
  [
    'a reader that types where there is no screen',
    'access-point: hall',
    'access-point: yard',
    'typing, a reader that types, at hall, expected it at yard',
    'reader: typing }',
  ],
  [
    'a second reader that types',
    '{ id: desk, driver: rdm6300, path: /dev/ttyUSB4 }',
    '{ id: desk, driver: keyboard, text: { digits: decimal, bits: 32 } }',
    'typing beside desk, expected one reader that types',
    'id: typing',
  ],
  ['half a byte to turn round', 'bits: 32,', 'bits: 34,', '34, expected whole bytes', 'id: typing'],
  [
    'a typed number that no format reads',
    'bits: 32, last-byte-first: true',
    'bits: 24',
    '24, expected as many bits as one of its formats: 32, 56, 80',
    'id: typing',
  ],
  ['a reader that types with a line', 'text: { digits', 'path: /dev/x, text: { digits', 'not known', 'id: typing'],
  ['a reader of a made-up kind', 'driver: rdm6300', 'driver: rdm630', 'rdm6300', 'id: desk'],
  ['a misspelt key of a reader', 'form: bits-lines', 'from: bits-lines', 'did you mean "form"', 'id: bridge'],
])('%s is refused, with line and reason', async (_, ...[line, other, says, at]) => {
  const refusal = await refusalOf(line, other);
  expect(refusal).toContain(says);
  const lines = [...refusal.matchAll(/gate\.yaml line (\d+)/g)].map(([, number]) => Number(number));
  const expected = lineOf(at);
  expect(
    lines.some((number) => Math.abs(number - expected) <= 1),
    `${refusal} is at line ${expected}`,
  ).toBe(true);
});

it('everything that is wrong with the hardware is told at once', async () => {
  const { message } = await faultOf(() =>
    parse(
      HOUSE.replace('reader-out, address: 1', 'reader-out, address: 0').replace('reader: bridge', 'reader: brigde'),
    ),
  );
  expect(message).toContain('"brigde"');
  expect(message).toContain('reader-in answers on the same line');
});
