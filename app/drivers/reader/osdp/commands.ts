import { assert } from '#core/kernel/assert.ts';
import { ByteReader, lowFirst } from './bytes.ts';

/** What a panel asks of a reader. */
export const COMMAND = {
  poll: 0x60,
  identify: 0x61,
  capabilities: 0x62,
  'local-status': 0x64,
  'input-status': 0x65,
  'output-status': 0x66,
  'reader-status': 0x67,
  output: 0x68,
  led: 0x69,
  buzzer: 0x6a,
  text: 0x6b,
  'set-line': 0x6e,
  'set-key': 0x75,
  challenge: 0x76,
  cryptogram: 0x77,
} as const;
export type CommandKind = keyof typeof COMMAND;

/** Commands of the code alone. */
const BARE = ['poll', 'local-status', 'input-status', 'output-status', 'reader-status'] as const;
type Bare = (typeof BARE)[number];

export const LED_COLOURS = ['black', 'red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white'] as const;
export type LedColour = (typeof LED_COLOURS)[number];

/** On and off times in tenths of a second, 0..255. */
export interface Blink {
  readonly on: number;
  readonly off: number;
  readonly onColour: LedColour;
  readonly offColour: LedColour;
}

export interface LedCommand {
  readonly kind: 'led';
  readonly reader: number;
  readonly led: number;
  /** For a time, in tenths of a second, 0..65535; `cancel` ends one that runs; undefined leaves it alone. */
  readonly temporary?: (Blink & { readonly tenths: number }) | 'cancel' | undefined;
  /** What it shows when nothing is temporary; undefined leaves it alone. */
  readonly permanent?: Blink | undefined;
}

/** What an output is to do: for good, or for a time that the reader measures itself. */
export const OUTPUT_CODES = [
  'leave',
  'off',
  'on',
  'off-after-timed',
  'on-after-timed',
  'on-for-a-time',
  'off-for-a-time',
] as const;
export type OutputCode = (typeof OUTPUT_CODES)[number];

export interface OutputCommand {
  readonly kind: 'output';
  readonly outputs: readonly { readonly output: number; readonly code: OutputCode; readonly tenths: number }[];
}

export interface BuzzerCommand {
  readonly kind: 'buzzer';
  readonly reader: number;
  readonly tone: 'none' | 'off' | 'default';
  /** Tenths of a second, 0..255. */
  readonly on: number;
  readonly off: number;
  /** 0 goes on until it is told otherwise. */
  readonly times: number;
}

export interface TextCommand {
  readonly kind: 'text';
  readonly reader: number;
  /** Shown for so many seconds, 1..255, or for good. */
  readonly seconds: number | 'for-good';
  readonly wraps: boolean;
  /** From 1. */
  readonly row: number;
  readonly column: number;
  /** Printable ASCII, at most 255 characters; a reader's display shows no other. */
  readonly text: string;
}

export type Command =
  | { readonly kind: Bare }
  | { readonly kind: 'identify' }
  | { readonly kind: 'capabilities' }
  | OutputCommand
  | LedCommand
  | BuzzerCommand
  | TextCommand
  | { readonly kind: 'set-line'; readonly address: number; readonly baudRate: number }
  /** The key, 16 bytes. */
  | { readonly kind: 'set-key'; readonly key: Uint8Array }
  /** RND.A, 8 bytes. */
  | { readonly kind: 'challenge'; readonly random: Uint8Array }
  /** The server cryptogram, 16 bytes. */
  | { readonly kind: 'cryptogram'; readonly cryptogram: Uint8Array };

const TONES = ['none', 'off', 'default'] as const;
const KEY_TYPE_SCBK = 0x01;
const KEY_BYTES = 16;
const RANDOM_BYTES = 8;
const LED_BYTES = 14;
const OUTPUT_BYTES = 4;
export const TEXT_CHARACTERS_MAX = 255;
export const PRINTABLE = /^[ -~]*$/;

/** Code and data. */
export function encodeCommand(command: Command): Uint8Array {
  return Uint8Array.from([COMMAND[command.kind], ...dataOf(command)]);
}

function dataOf(command: Command): Iterable<number> {
  switch (command.kind) {
    case 'poll':
    case 'local-status':
    case 'input-status':
    case 'output-status':
    case 'reader-status':
      return [];
    case 'identify':
    case 'capabilities':
      return [0];
    case 'output':
      return command.outputs.flatMap(({ output, code, tenths }) => [
        output,
        OUTPUT_CODES.indexOf(code),
        ...lowFirst(tenths, 2),
      ]);
    case 'led':
      return ledData(command);
    case 'buzzer':
      return [command.reader, TONES.indexOf(command.tone), command.on, command.off, command.times];
    case 'text':
      return textData(command);
    case 'set-line':
      return [command.address, ...lowFirst(command.baudRate, 4)];
    case 'set-key':
      return [KEY_TYPE_SCBK, KEY_BYTES, ...command.key];
    case 'challenge':
      return command.random;
    case 'cryptogram':
      return command.cryptogram;
  }
}

const TEMPORARY = { leave: 0, cancel: 1, set: 2 } as const;
const NOT_BLINKING: Blink = { on: 0, off: 0, onColour: 'black', offColour: 'black' };

function ledData({ reader, led, temporary, permanent }: LedCommand): number[] {
  const blink = ({ on, off, onColour, offColour }: Blink): number[] => [
    on,
    off,
    LED_COLOURS.indexOf(onColour),
    LED_COLOURS.indexOf(offColour),
  ];
  const forATime = typeof temporary === 'object' ? temporary : { ...NOT_BLINKING, tenths: 0 };
  const mode = temporary === undefined ? 'leave' : temporary === 'cancel' ? 'cancel' : 'set';
  return [
    reader,
    led,
    TEMPORARY[mode],
    ...blink(forATime),
    ...lowFirst(forATime.tenths, 2),
    permanent === undefined ? 0 : 1,
    ...blink(permanent ?? NOT_BLINKING),
  ];
}

function textData({ reader, seconds, wraps, row, column, text }: TextCommand): number[] {
  assert(PRINTABLE.test(text) && text.length <= TEXT_CHARACTERS_MAX, 'a text is printable ASCII and short');
  const mode = (seconds === 'for-good' ? 1 : 3) + (wraps ? 1 : 0);
  const time = seconds === 'for-good' ? 0 : seconds;
  return [reader, mode, time, row, column, text.length, ...Buffer.from(text, 'latin1')];
}

const KIND_OF_CODE: ReadonlyMap<number, CommandKind> = new Map(
  (Object.entries(COMMAND) as [CommandKind, number][]).map(([kind, code]) => [code, kind]),
);

/** The command that a payload is; undefined where its code is none or its data do not fit. */
export function decodeCommand(payload: Uint8Array): Command | undefined {
  const kind = KIND_OF_CODE.get(payload[0] ?? 0);
  if (kind === undefined) return undefined;
  const data = new ByteReader(payload.subarray(1));
  const command = decodeData(kind, data);
  return data.short || data.left > 0 ? undefined : command;
}

function decodeData(kind: CommandKind, data: ByteReader): Command | undefined {
  switch (kind) {
    case 'poll':
    case 'local-status':
    case 'input-status':
    case 'output-status':
    case 'reader-status':
      return { kind };
    case 'identify':
    case 'capabilities':
      data.take(1);
      return { kind };
    case 'output':
      return decodeOutputs(data);
    case 'led':
      return decodeLed(data);
    case 'buzzer':
      return decodeBuzzer(data);
    case 'text':
      return decodeText(data);
    case 'set-line':
      return { kind, address: data.number(1), baudRate: data.number(4) };
    case 'set-key':
      if (data.number(1) !== KEY_TYPE_SCBK || data.number(1) !== KEY_BYTES) return undefined;
      return { kind, key: data.take(KEY_BYTES) };
    case 'challenge':
      return { kind, random: data.take(RANDOM_BYTES) };
    case 'cryptogram':
      return { kind, cryptogram: data.take(KEY_BYTES) };
  }
}

function decodeOutputs(data: ByteReader): OutputCommand | undefined {
  const outputs: OutputCommand['outputs'][number][] = [];
  while (data.left >= OUTPUT_BYTES) {
    const output = data.number(1);
    const code = OUTPUT_CODES[data.number(1)];
    if (code === undefined) return undefined;
    outputs.push({ output, code, tenths: data.number(2) });
  }
  return outputs.length === 0 ? undefined : { kind: 'output', outputs };
}

function decodeLed(data: ByteReader): LedCommand | undefined {
  if (data.left !== LED_BYTES) return undefined;
  const colours = (): LedColour | undefined => LED_COLOURS[data.number(1)];
  const blink = (): Blink | undefined => {
    const [on, off, onColour, offColour] = [data.number(1), data.number(1), colours(), colours()];
    return onColour === undefined || offColour === undefined ? undefined : { on, off, onColour, offColour };
  };
  const [reader, led, mode] = [data.number(1), data.number(1), data.number(1)];
  const [forATime, tenths] = [blink(), data.number(2)];
  const [sets, permanent] = [data.number(1), blink()];
  if (forATime === undefined || permanent === undefined || mode > TEMPORARY.set || sets > 1) return undefined;
  const temporary =
    mode === TEMPORARY.set ? { ...forATime, tenths } : mode === TEMPORARY.cancel ? ('cancel' as const) : undefined;
  return { kind: 'led', reader, led, temporary, permanent: sets === 1 ? permanent : undefined };
}

function decodeBuzzer(data: ByteReader): BuzzerCommand | undefined {
  const [reader, tone] = [data.number(1), TONES[data.number(1)]];
  const [on, off, times] = [data.number(1), data.number(1), data.number(1)];
  return tone === undefined ? undefined : { kind: 'buzzer', reader, tone, on, off, times };
}

function decodeText(data: ByteReader): TextCommand | undefined {
  const [reader, mode, time] = [data.number(1), data.number(1), data.number(1)];
  const [row, column] = [data.number(1), data.number(1)];
  const text = Buffer.from(data.take(data.number(1))).toString('latin1');
  if (mode < 1 || mode > 4 || !PRINTABLE.test(text)) return undefined;
  return { kind: 'text', reader, seconds: mode <= 2 ? 'for-good' : time, wraps: mode % 2 === 0, row, column, text };
}
