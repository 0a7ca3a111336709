import { ByteReader, lowFirst } from './bytes.ts';

/** What a reader answers. */
export const REPLY = {
  ack: 0x40,
  nak: 0x41,
  identity: 0x45,
  capabilities: 0x46,
  local: 0x48,
  inputs: 0x49,
  outputs: 0x4a,
  readers: 0x4b,
  raw: 0x50,
  formatted: 0x51,
  keypad: 0x53,
  line: 0x54,
  cryptogram: 0x76,
  'initial-mac': 0x78,
  busy: 0x79,
} as const;
export type ReplyKind = keyof typeof REPLY;

/** Why a reader refuses a command, by its number on the wire. */
export const REFUSALS = [
  'no-error',
  'check',
  'length',
  'unknown-command',
  'sequence',
  'no-such-security',
  'security-required',
  'biometric-type',
  'biometric-format',
  'record',
] as const;
/** `other` is a number that the standard does not have. */
export type Refusal = (typeof REFUSALS)[number] | 'other';

export interface Identity {
  /** Three bytes, as 6 hex digits: the maker's registered number. */
  readonly vendor: string;
  readonly model: number;
  readonly version: number;
  readonly serial: number;
  /** `10.11.12` */
  readonly firmware: string;
}

/** By function code; see `CAPABILITY`. What a reader lists beyond the standard is kept as it is. */
export interface Capability {
  readonly code: number;
  readonly level: number;
  readonly count: number;
}

export const CAPABILITY = {
  inputs: 1,
  outputs: 2,
  lights: 4,
  buzzer: 5,
  check: 8,
  security: 9,
  pinEntry: 15,
} as const;

/** A card as its bits, the first in the top of the first byte; the bits behind the last are 0. */
export interface CardBits {
  readonly bytes: Uint8Array;
  readonly count: number;
}

export type ReaderCondition = 'normal' | 'not-connected' | 'tampered' | 'other';
const CONDITIONS = ['normal', 'not-connected', 'tampered'] as const;

export type Reply =
  | { readonly kind: 'ack' | 'busy' }
  | { readonly kind: 'nak'; readonly refusal: Refusal; readonly code: number }
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'capabilities'; readonly capabilities: readonly Capability[] }
  | { readonly kind: 'local'; readonly tampered: boolean; readonly powerFailed: boolean }
  | { readonly kind: 'inputs' | 'outputs'; readonly active: readonly boolean[] }
  | { readonly kind: 'readers'; readonly conditions: readonly ReaderCondition[] }
  /** `wiegand` says that parity is among the bits. */
  | { readonly kind: 'raw'; readonly reader: number; readonly wiegand: boolean; readonly bits: CardBits }
  | { readonly kind: 'formatted'; readonly reader: number; readonly backwards: boolean; readonly text: string }
  /** Keys as pressed: digits, `*`, `#`, and `A` to `D`. */
  | { readonly kind: 'keypad'; readonly reader: number; readonly keys: string }
  | { readonly kind: 'line'; readonly address: number; readonly baudRate: number }
  | {
      readonly kind: 'cryptogram';
      /** Client UID, 8 bytes; RND.B, 8 bytes; client cryptogram, 16 bytes. */
      readonly uid: Uint8Array;
      readonly random: Uint8Array;
      readonly cryptogram: Uint8Array;
    }
  | { readonly kind: 'initial-mac'; readonly mac: Uint8Array };

/** More bits than any card sends; what claims to have more is not read. */
export const CARD_BITS_MAX = 1_024;

const KIND_OF_CODE: ReadonlyMap<number, ReplyKind> = new Map(
  (Object.entries(REPLY) as [ReplyKind, number][]).map(([kind, code]) => [code, kind]),
);

export const replyKindOf = (payload: Uint8Array): ReplyKind | undefined => KIND_OF_CODE.get(payload[0] ?? 0);

/** The reply that a payload is; undefined where its code is none or its data do not fit. */
export function decodeReply(payload: Uint8Array): Reply | undefined {
  const kind = replyKindOf(payload);
  if (kind === undefined) return undefined;
  const data = new ByteReader(payload.subarray(1));
  const reply = decodeData(kind, data);
  return data.short || data.left > 0 ? undefined : reply;
}

function decodeData(kind: ReplyKind, data: ByteReader): Reply | undefined {
  switch (kind) {
    case 'ack':
    case 'busy':
      return { kind };
    case 'nak':
      return decodeRefusal(data);
    case 'identity':
      return { kind, identity: decodeIdentity(data) };
    case 'capabilities':
      return decodeCapabilities(data);
    case 'local':
      return { kind, tampered: data.number(1) !== 0, powerFailed: data.number(1) !== 0 };
    case 'inputs':
    case 'outputs':
      return { kind, active: Array.from(data.rest(), (state) => state !== 0) };
    case 'readers':
      return { kind, conditions: Array.from(data.rest(), (state) => CONDITIONS[state] ?? 'other') };
    case 'raw':
      return decodeRaw(data);
    case 'formatted':
      return decodeFormatted(data);
    case 'keypad':
      return decodeKeypad(data);
    case 'line':
      return { kind, address: data.number(1), baudRate: data.number(4) };
    case 'cryptogram':
      return { kind, uid: data.take(8), random: data.take(8), cryptogram: data.take(16) };
    case 'initial-mac':
      return { kind, mac: data.take(16) };
  }
}

function decodeRefusal(data: ByteReader): Reply {
  const code = data.number(1);
  // Some readers add to the code what they mean; nothing here depends on it.
  data.rest();
  return { kind: 'nak', refusal: REFUSALS[code] ?? 'other', code };
}

function decodeIdentity(data: ByteReader): Identity {
  const vendor = Buffer.from(data.take(3)).toString('hex');
  const [model, version, serial] = [data.number(1), data.number(1), data.number(4)];
  return { vendor, model, version, serial, firmware: data.take(3).join('.') };
}

function decodeCapabilities(data: ByteReader): Reply {
  const capabilities: Capability[] = [];
  while (data.left > 0 && !data.short) {
    capabilities.push({ code: data.number(1), level: data.number(1), count: data.number(1) });
  }
  return { kind: 'capabilities', capabilities };
}

function decodeRaw(data: ByteReader): Reply | undefined {
  const [reader, format, count] = [data.number(1), data.number(1), data.number(2)];
  if (count > CARD_BITS_MAX || format > 1) return undefined;
  const bytes = data.take(Math.ceil(count / 8));
  const spare = bytes.length * 8 - count;
  if (bytes.length > 0) bytes[bytes.length - 1]! &= 0xff << spare;
  return { kind: 'raw', reader, wiegand: format === 1, bits: { bytes, count } };
}

function decodeFormatted(data: ByteReader): Reply | undefined {
  const [reader, direction] = [data.number(1), data.number(1)];
  const text = Buffer.from(data.take(data.number(1))).toString('latin1');
  if (direction > 1 || !/^[ -~]*$/.test(text)) return undefined;
  return { kind: 'formatted', reader, backwards: direction === 1, text };
}

/** The standard sends `*` as DEL and `#` as carriage return; some readers send the characters themselves. */
const KEY_OF_BYTE: ReadonlyMap<number, string> = new Map([
  [0x7f, '*'],
  [0x0d, '#'],
  ...Array.from('0123456789*#ABCD', (key): [number, string] => [key.charCodeAt(0), key]),
]);

function decodeKeypad(data: ByteReader): Reply {
  const reader = data.number(1);
  const pressed = data.take(data.number(1));
  return { kind: 'keypad', reader, keys: Array.from(pressed, (byte) => KEY_OF_BYTE.get(byte) ?? '').join('') };
}

/** Code and data, as a reader sends them. */
export function encodeReply(reply: Reply): Uint8Array {
  return Uint8Array.from([REPLY[reply.kind], ...dataOf(reply)]);
}

function dataOf(reply: Reply): Iterable<number> {
  switch (reply.kind) {
    case 'ack':
    case 'busy':
      return [];
    case 'nak':
      return [reply.code];
    case 'identity': {
      const { vendor, model, version, serial, firmware } = reply.identity;
      return [
        ...Buffer.from(vendor, 'hex'),
        model,
        version,
        ...lowFirst(serial, 4),
        ...firmware.split('.').map(Number),
      ];
    }
    case 'capabilities':
      return reply.capabilities.flatMap(({ code, level, count }) => [code, level, count]);
    case 'local':
      return [Number(reply.tampered), Number(reply.powerFailed)];
    case 'inputs':
    case 'outputs':
      return reply.active.map(Number);
    case 'readers':
      return reply.conditions.map((condition) => (condition === 'other' ? 0xff : CONDITIONS.indexOf(condition)));
    case 'raw':
      return [reply.reader, Number(reply.wiegand), ...lowFirst(reply.bits.count, 2), ...reply.bits.bytes];
    case 'formatted':
      return [reply.reader, Number(reply.backwards), reply.text.length, ...Buffer.from(reply.text, 'latin1')];
    case 'keypad':
      return [reply.reader, reply.keys.length, ...Array.from(reply.keys, byteOfKey)];
    case 'line':
      return [reply.address, ...lowFirst(reply.baudRate, 4)];
    case 'cryptogram':
      return [...reply.uid, ...reply.random, ...reply.cryptogram];
    case 'initial-mac':
      return reply.mac;
  }
}

const byteOfKey = (key: string): number => (key === '*' ? 0x7f : key === '#' ? 0x0d : key.charCodeAt(0));
