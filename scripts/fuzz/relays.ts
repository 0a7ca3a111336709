import { withCrc } from '#drivers/modbus/crc16.ts';
import { encodeModbus, hearModbus, packBits, type ModbusAnswer, type ModbusRequest } from '#drivers/modbus/frames.ts';
import { MODBUS_FRAME_BYTES_MAX, ModbusListener } from '#drivers/modbus/listener.ts';
import {
  encodeKmtronic,
  encodeKmtronicAsk,
  encodeKmtronicAskAll,
  hearKmtronicAll,
  hearKmtronicOne,
} from '#drivers/relay/kmtronicTalk.ts';
import { encodeLcusFrame, LCUS_CHANNELS_MAX, LcusParser } from '#drivers/relay/lcusFrames.ts';
import { hearNumato, numatoLevels } from '#drivers/relay/numatoTalk.ts';
import { demand, fuzzTraffic, holds, joined, pieces } from './traffic.ts';

const LEVELS = ['energised', 'de-energised'] as const;
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Commands to LCUS boards: what is found was said. */
export function fuzzLcus(cases: number, seed: number): number {
  const traffic = LEVELS.flatMap((level) => [1, 2, 4, 8].map((channel) => encodeLcusFrame({ channel, level })));
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const parser = new LcusParser();
      for (const piece of pieces(bytes, chance)) {
        for (const frame of parser.feed(piece)) {
          demand(frame.channel >= 1 && frame.channel <= LCUS_CHANNELS_MAX, 'a channel that a board has');
          demand(holds(bytes, encodeLcusFrame(frame)), 'a frame that was there');
        }
      }
    },
  });
}

const ADDRESS = 1;
const REQUESTS: readonly ModbusRequest[] = [
  { kind: 'read-coils', from: 0, count: 8 },
  { kind: 'read-inputs', from: 0, count: 16 },
  { kind: 'read-levels', from: 0, count: 4 },
  { kind: 'write-coil', coil: 0, value: 0xff00 },
  { kind: 'write-coil', coil: 0x0200, value: 7 },
  { kind: 'write-coils', from: 0, bits: [true, false, true] },
];

/** The bytes that say an answer, by another road than the parser's. */
function bytesOf(request: ModbusRequest, answer: ModbusAnswer): Uint8Array {
  const question = encodeModbus(ADDRESS, request);
  const called = question[1]!;
  switch (answer.kind) {
    case 'bits': {
      const packed = packBits(answer.bits);
      return withCrc(Uint8Array.of(ADDRESS, called, packed.length, ...packed));
    }
    case 'registers': {
      const data = answer.registers.flatMap((value) => [value >> 8, value & 0xff]);
      return withCrc(Uint8Array.of(ADDRESS, called, data.length, ...data));
    }
    case 'exception':
      return withCrc(Uint8Array.of(ADDRESS, called | 0x80, answer.code));
    case 'done':
      return request.kind === 'write-coil' ? question : withCrc(question.subarray(0, 6));
  }
}

const MODBUS_TRAFFIC = REQUESTS.flatMap((request) => [
  encodeModbus(ADDRESS, request),
  bytesOf(request, { kind: 'exception', code: 2 }),
  ...(request.kind.startsWith('write') ? [bytesOf(request, { kind: 'done' })] : []),
  ...(request.kind === 'read-coils' || request.kind === 'read-inputs'
    ? [bytesOf(request, { kind: 'bits', bits: Array.from({ length: request.count }, (_, i) => i % 3 === 0) })]
    : []),
  ...(request.kind === 'read-levels' ? [bytesOf(request, { kind: 'registers', registers: [0, 300, 600, 1_023] })] : []),
]);

/** Answers of Modbus boards: no drive is confirmed, no input moved by what no board said; and what a board hears. */
export function fuzzModbus(cases: number, seed: number): number {
  return fuzzTraffic(cases, seed, {
    traffic: MODBUS_TRAFFIC,
    put: (bytes, chance) => {
      const request = chance.of(REQUESTS);
      const echoes = request.kind.startsWith('write') && chance.below(2) === 0;
      const found = hearModbus(bytes, { address: ADDRESS, request, echoes });
      if (found !== undefined) {
        const said = bytesOf(request, found.answer);
        demand(holds(bytes, said), 'an answer that was there');
        const asked = encodeModbus(ADDRESS, request);
        if (echoes)
          demand(holds(bytes.subarray(Buffer.from(bytes).indexOf(asked) + asked.length), said), 'not the echo');
      }
      const listener = new ModbusListener();
      for (const piece of pieces(bytes, chance)) {
        for (const { address, called, data } of listener.feed(piece)) {
          demand(data.length < MODBUS_FRAME_BYTES_MAX, 'a frame that ends');
          demand(holds(bytes, withCrc(Uint8Array.of(address, called, ...data))), 'a question that was there');
        }
      }
    },
  });
}

/** Answers of KMTronic boards. */
export function fuzzKmtronic(cases: number, seed: number): number {
  const traffic = [
    encodeKmtronic(1, 'energised'),
    encodeKmtronicAsk(1),
    encodeKmtronicAskAll(),
    Uint8Array.of(0, 1, 0, 1),
    Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 1),
  ];
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const channel = 1 + chance.below(2);
      const one = hearKmtronicOne(bytes, channel);
      demand(one === undefined || holds(bytes, encodeKmtronic(channel, one)), 'a level that was told');
      const channels = chance.of([4, 8]);
      const all = hearKmtronicAll(bytes, channels);
      if (all === undefined) return;
      const told = Uint8Array.from(all, (level) => (level === 'energised' ? 1 : 0));
      demand(all.length === channels && Buffer.from(bytes).equals(told), 'levels that were told, and nothing else');
    },
  });
}

/** Answers of Numato boards. */
export function fuzzNumato(cases: number, seed: number): number {
  const said = [
    ['relay on 0', ''],
    ['relay read 0', 'on'],
    ['relay read 0', 'off'],
    ['relay readall', '00ff'],
    ['ver', 'A0000008'],
  ] as const;
  const traffic = said.map(([command, line]) => ascii(`${command}\n\r${line === '' ? '' : `${line}\n\r`}>`));
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const [command] = chance.of(said);
      const heard = hearNumato(bytes, command);
      if (heard === undefined) return;
      demand(holds(bytes, ascii(command)), 'an answer to what was asked');
      demand(holds(bytes, joined(ascii(heard))) && !/[\r\n>]/.test(heard), 'a line that was there');
      const levels = numatoLevels(heard, 8);
      demand(levels === undefined || levels.length === 8, 'a level for each channel');
    },
  });
}
