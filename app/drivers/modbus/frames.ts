import { crcHolds, withCrc } from './crc16.ts';

/** Modbus RTU: `address function data crc`, 9600 baud 8N1 on most boards; numbers have their high byte first. */
export const MODBUS_BAUD_RATE = 9_600;
/** The standard ends at 247; boards are delivered with 254 and 255 as well. */
export const MODBUS_ADDRESS_MAX = 255;

/** What a board is asked. `coil` and `from` count from 0, as on the wire. */
export type ModbusRequest =
  | {
      readonly kind: 'read-coils' | 'read-inputs' | 'read-holding' | 'read-levels';
      readonly from: number;
      readonly count: number;
    }
  | { readonly kind: 'write-coil'; readonly coil: number; readonly value: number }
  | { readonly kind: 'write-coils'; readonly from: number; readonly bits: readonly boolean[] };

export type ModbusAnswer =
  | { readonly kind: 'bits'; readonly bits: readonly boolean[] }
  | { readonly kind: 'registers'; readonly registers: readonly number[] }
  | { readonly kind: 'done' }
  /** The board understood, and refuses. */
  | { readonly kind: 'exception'; readonly code: number };

const FUNCTIONS = {
  'read-coils': 0x01,
  'read-inputs': 0x02,
  'read-holding': 0x03,
  'read-levels': 0x04,
  'write-coil': 0x05,
  'write-coils': 0x0f,
} as const;

const EXCEPTION = 0x80;
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'function not known',
  2: 'no such address',
  3: 'no such value',
  4: 'failed at it',
  6: 'busy',
};

export const exceptionSays = (code: number): string => `exception ${code} (${EXCEPTIONS[code] ?? 'not explained'})`;

const pair = (value: number): [high: number, low: number] => [(value >>> 8) & 0xff, value & 0xff];

/** The bytes of a question to the board at `address`. */
export function encodeModbus(address: number, request: ModbusRequest): Uint8Array {
  return withCrc(Uint8Array.of(address, FUNCTIONS[request.kind], ...dataOf(request)));
}

function dataOf(request: ModbusRequest): number[] {
  switch (request.kind) {
    case 'write-coil':
      return [...pair(request.coil), ...pair(request.value)];
    case 'write-coils': {
      const packed = packBits(request.bits);
      return [...pair(request.from), ...pair(request.bits.length), packed.length, ...packed];
    }
    case 'read-coils':
    case 'read-inputs':
    case 'read-holding':
    case 'read-levels':
      return [...pair(request.from), ...pair(request.count)];
  }
}

/** Bits eight to a byte, the first one lowest. */
export function packBits(bits: readonly boolean[]): number[] {
  const packed = Array.from({ length: Math.ceil(bits.length / 8) }, () => 0);
  for (const [at, bit] of bits.entries()) if (bit) packed[at >>> 3]! |= 1 << (at & 7);
  return packed;
}

export const unpackBits = (packed: Uint8Array, count: number): boolean[] =>
  Array.from({ length: count }, (_, at) => ((packed[at >>> 3] ?? 0) >>> (at & 7)) % 2 === 1);

export interface Heard {
  readonly answer: ModbusAnswer;
  /** Did the line give the question back before its answer? Some adapters hear themselves. */
  readonly echoed: boolean;
}

/**
 * Finds the answer to `request` in what was heard since it was asked, past noise, other boards and the line's own echo.
 * The answer to a written coil is the question itself; on a line that `echoes` the first copy is therefore not counted.
 * Whether a line does is seen by a reading question, which no answer to it can equal.
 */
export function hearModbus(
  heard: Uint8Array,
  asked: { readonly address: number; readonly request: ModbusRequest; readonly echoes: boolean },
): Heard | undefined {
  const question = encodeModbus(asked.address, asked.request);
  const echoAt = asked.echoes || asked.request.kind.startsWith('read') ? indexOf(heard, question) : -1;
  if (asked.echoes && echoAt < 0) return undefined;
  const from = echoAt < 0 ? 0 : echoAt + question.length;
  for (let at = from; at < heard.length; at++) {
    const answer = answerAt(heard.subarray(at), asked.address, asked.request);
    if (answer !== undefined) return { answer, echoed: echoAt >= 0 };
  }
  return undefined;
}

function answerAt(bytes: Uint8Array, address: number, request: ModbusRequest): ModbusAnswer | undefined {
  const called = FUNCTIONS[request.kind];
  if (bytes[0] !== address) return undefined;
  if (bytes[1] === (called | EXCEPTION)) {
    const whole = bytes.subarray(0, 5);
    return whole.length === 5 && crcHolds(whole) ? { kind: 'exception', code: whole[2]! } : undefined;
  }
  if (bytes[1] !== called) return undefined;
  switch (request.kind) {
    case 'read-coils':
    case 'read-inputs': {
      const data = countedData(bytes, Math.ceil(request.count / 8));
      return data && { kind: 'bits', bits: unpackBits(data, request.count) };
    }
    case 'read-holding':
    case 'read-levels': {
      const data = countedData(bytes, request.count * 2);
      if (data === undefined) return undefined;
      const registers = Array.from({ length: request.count }, (_, i) => data[i * 2]! * 256 + data[i * 2 + 1]!);
      return { kind: 'registers', registers };
    }
    case 'write-coil':
    case 'write-coils': {
      const whole = bytes.subarray(0, 8);
      const same = dataOf(request)
        .slice(0, 4)
        .every((byte, i) => whole[i + 2] === byte);
      return same && whole.length === 8 && crcHolds(whole) ? { kind: 'done' } : undefined;
    }
  }
}

/** The data of an answer that says how many bytes it has, where it has that many and they are whole. */
function countedData(bytes: Uint8Array, count: number): Uint8Array | undefined {
  const whole = bytes.subarray(0, 5 + count);
  if (bytes[2] !== count || whole.length < 5 + count || !crcHolds(whole)) return undefined;
  return whole.subarray(3, -2);
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
