import * as z from 'zod';
import type { ReaderId } from '#core/kernel/ids.ts';
import type { DoorInput, FreeInput } from '#core/ports/hardware.ts';
import { CARD_BITS_MAX } from '#core/access/cardFormat.ts';
import { KMTRONIC_CHANNELS_MAX } from '#drivers/relay/kmtronicTalk.ts';
import { MODBUS_CHANNELS_MAX } from '#drivers/relay/modbusBoard.ts';
import { NUMATO_CHANNELS_MAX } from '#drivers/relay/numatoTalk.ts';
import { ADDRESS_MAX } from '#drivers/reader/osdp/frames.ts';
import { id, span } from './schemaParts.ts';

const path = z.string().min(1);
const BAUD_RATES = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400] as const;
const baud = z.literal(BAUD_RATES).default(9_600);
const readerId = id.transform((value) => value as ReaderId);
const MODBUS_BOARD_ADDRESS_MAX = 247;
const MODBUS_INPUTS_MAX = 64;

export const board = z.discriminatedUnion('driver', [
  z.strictObject({
    id,
    driver: z.literal('lcus'),
    path,
    channels: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]),
  }),
  z.strictObject({
    id,
    driver: z.literal('modbus'),
    path,
    baud,
    address: z.int().min(1).max(MODBUS_BOARD_ADDRESS_MAX).default(1),
    dialect: z.enum(['waveshare', 'plain', 'value-0100']).default('waveshare'),
    channels: z.int().min(0).max(MODBUS_CHANNELS_MAX),
    inputs: z.int().min(0).max(MODBUS_INPUTS_MAX).default(0),
    'measured-inputs': z.int().min(0).max(MODBUS_INPUTS_MAX).default(0),
  }),
  z.strictObject({ id, driver: z.literal('kmtronic'), path, channels: z.int().min(1).max(KMTRONIC_CHANNELS_MAX) }),
  z.strictObject({ id, driver: z.literal('numato'), path, channels: z.int().min(1).max(NUMATO_CHANNELS_MAX) }),
  z.strictObject({ id, driver: z.literal('simulated'), channels: z.int().min(1).max(8).default(1) }),
]);

const CHANNELS_MAX = 32;
/** No chip that is made has more; how many this one has is known when it is opened. */
const GPIO_LINES_MAX = 1_024;

/** Which of its two forms is meant is looked at as a whole: see illuminators.ts. */
export const illuminator = z
  .strictObject({
    board: z.string().min(1).optional(),
    channel: z.int().min(1).max(CHANNELS_MAX).optional(),
    gpio: z
      .string()
      .regex(/^\/dev\/[^\0]{1,200}$/, 'the device of a GPIO chip, such as /dev/gpiochip0')
      .optional(),
    line: z
      .int()
      .min(0)
      .max(GPIO_LINES_MAX - 1)
      .optional(),
    active: z
      .enum(['high', 'low'])
      .optional()
      .describe('the level of the GPIO line at which it is lit; without a word high'),
  })
  .describe('a light on a relay (board, channel) or on a GPIO line of this machine (gpio, line, active)');
export type Illuminator = z.infer<typeof illuminator>;

/**
 * Names of card formats, in the order in which they are tried. No two of these have cards of one length. Of 37 bits there is
 * none: H10302 and H10304 have the same parities, so every card of one is a card of the other with another number. Which of
 * the two a site's cards are has to be said.
 */
const formats = z.array(z.string().min(1).max(40)).min(1).max(16).default(['H10301', 'H10306', 'uid']);

export const osdpLine = z.strictObject({
  id,
  path,
  baud,
  readers: z
    .array(z.strictObject({ id: readerId, address: z.int().min(0).max(ADDRESS_MAX), formats }))
    .min(1)
    .max(16),
});

export const reader = z.discriminatedUnion('driver', [
  z.strictObject({ id: readerId, driver: z.literal('rdm6300'), path }),
  z.strictObject({ id: readerId, driver: z.literal('pn532'), path }),
  z.strictObject({
    id: readerId,
    driver: z.literal('wiegand'),
    path,
    baud,
    form: z.enum(['ascii-hex-lines', 'bits-lines']).default('ascii-hex-lines'),
    // Only for hex digits without a number of bits before them.
    bits: z.int().min(1).max(CARD_BITS_MAX).optional(),
    prefix: z.string().max(16).optional(),
    formats,
  }),
  z.strictObject({
    id: readerId,
    driver: z.literal('keyboard').describe('a reader that is plugged in as a keyboard and types at the kiosk'),
    text: z.strictObject({
      digits: z.enum(['hex', 'decimal']),
      bits: z.int().min(1).max(CARD_BITS_MAX),
      'last-byte-first': z.boolean().default(false),
    }),
    formats,
  }),
]);

const bit = z
  .int()
  .min(0)
  .max(CARD_BITS_MAX - 1);
const bits = z.int().min(1).max(CARD_BITS_MAX);
const range = z.strictObject({ from: bit, bits });

export const cardFormat = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'letters, digits, dots, hyphens, at most 40'),
  bits,
  fields: z
    .array(z.strictObject({ name: z.string().min(1).max(40), from: bit, bits, equals: z.int().min(0).optional() }))
    .min(1)
    .max(8),
  parity: z
    .array(z.strictObject({ at: bit, makes: z.enum(['even', 'odd']), over: z.array(range).min(1).max(8) }))
    .max(8)
    .default([]),
});

/** A name alone is that of a reader on one of the lines. */
export const readerChoice = z
  .preprocess(
    (found) => (typeof found === 'string' ? { driver: 'named', name: found } : found),
    z.discriminatedUnion('driver', [
      z.strictObject({ driver: z.literal('named'), name: readerId }),
      z.strictObject({ driver: z.literal('simulated') }),
      z.strictObject({ driver: z.literal('none') }),
    ]),
  )
  .default({ driver: 'none' });

const FREE_INPUTS = [
  'free-1',
  'free-2',
  'free-3',
  'free-4',
  'free-5',
  'free-6',
  'free-7',
  'free-8',
] as const satisfies readonly FreeInput[];
const inputName = z.string().min(1).max(60);

/** Those from `emergency` on are of a turnstile; what hangs on a free one is told and recorded where it has a name. */
const doorInput = z.enum([
  'contact',
  'rex',
  'tamper',
  'fire',
  'emergency',
  'passed-entry',
  'passed-exit',
  ...FREE_INPUTS,
] as const satisfies readonly DoorInput[]);

const circuit = z.enum(['closed', 'open', 'cut', 'short']);
/** Of a measured wire with resistors at its far end: rising limits, and what lies above the last one. */
const supervised = z.strictObject({
  bands: z
    .array(z.strictObject({ 'up-to': z.int().min(0).max(65_535), is: circuit }))
    .min(1)
    .max(8),
  above: circuit,
});

const wire = z.strictObject({
  input: doorInput,
  name: inputName.optional().describe('of a free input: each change of it is in the journal and on the health page'),
  board: id.optional(),
  reader: readerId.optional(),
  number: z.int().min(1).max(MODBUS_INPUTS_MAX),
  // Without a word a door contact, a fire loop and a cover are closed at rest, and everything else is open.
  normally: z.enum(['open', 'closed']).optional(),
  // Without a word 50 at a board, and 0 at a reader, which debounces by itself.
  'debounce-ms': span(0, 5_000).optional(),
  supervised: supervised.optional(),
});
export type Wire = z.infer<typeof wire>;

const fitted = z.array(doorInput).max(12).default([]);

export const inputs = z
  .discriminatedUnion('driver', [
    z.strictObject({
      driver: z.literal('simulated'),
      fitted,
      names: z.partialRecord(z.enum(FREE_INPUTS), inputName).optional(),
    }),
    z.strictObject({ driver: z.literal('none'), fitted: z.array(doorInput).max(0).default([]) }),
    z.strictObject({ driver: z.literal('wired'), wires: z.array(wire).min(1).max(12) }),
  ])
  .default({ driver: 'none', fitted: [] });
