import { millis } from '#core/kernel/units.ts';
import {
  encodeModbus,
  hearModbus,
  MODBUS_BAUD_RATE,
  type ModbusAnswer,
  type ModbusRequest,
} from '#drivers/modbus/frames.ts';
import { encodeCommand } from '#drivers/reader/osdp/commands.ts';
import { encodeFrame, FrameParser } from '#drivers/reader/osdp/frames.ts';
import { decodeReply } from '#drivers/reader/osdp/replies.ts';
import { encodePn532, hearPn532, PN532_BAUD_RATE, PN532_COMMANDS, PN532_WAKE } from '#drivers/reader/pn532Frames.ts';
import { Rdm6300Parser } from '#drivers/reader/rdm6300.ts';
import { WiegandLines } from '#drivers/reader/wiegandLines.ts';
import {
  encodeKmtronicAsk,
  encodeKmtronicAskAll,
  hearKmtronicAll,
  hearKmtronicOne,
  KMTRONIC_BAUD_RATE,
} from '#drivers/relay/kmtronicTalk.ts';
import { encodeNumato, hearNumato, NUMATO_BAUD_RATE } from '#drivers/relay/numatoTalk.ts';
import type { ScanArguments } from './arguments.ts';

/**
 * Asks on a line at the probe's baud rate. What is said to one make is heard by every other that may be there: nothing
 * that is asked here is a command to any of them, in the order in which it is asked.
 */
export interface Asking {
  ask<Answer>(bytes: Uint8Array, hear: (heard: Uint8Array) => Answer | undefined): Promise<Answer | undefined>;
  /** Sends without waiting for an answer. */
  tell(bytes: Uint8Array): Promise<void>;
  /** Everything that is heard in a while. */
  listen(bytes: Uint8Array, forMs: number): Promise<Uint8Array>;
}

export interface Probe {
  readonly looksFor: string;
  readonly baudRate: number;
  /** What answers, in words; undefined where nothing does. */
  ask(line: Asking): Promise<string | undefined>;
}

/** What most readers are delivered with. */
const OSDP_BAUD_RATE = 9_600;
/** How long something that may answer is given. */
export const PROBE_MS = millis(300);
/** An answer that noise broke is worth a second question. */
export const PROBE_TRIES = 2;

const modbusReads = (line: Asking, address: number, request: ModbusRequest): Promise<ModbusAnswer | undefined> =>
  line.ask(encodeModbus(address, request), (heard) => hearModbus(heard, { address, request, echoes: false })?.answer);

/** A board whose coils and inputs are read. */
function modbusProbe(address: number): Probe {
  return {
    looksFor: `Modbus at address ${address}`,
    baudRate: MODBUS_BAUD_RATE,
    ask: async (line) => {
      const coils = await modbusReads(line, address, { kind: 'read-coils', from: 0, count: 8 });
      const registers =
        coils === undefined ? await modbusReads(line, address, { kind: 'read-holding', from: 0, count: 1 }) : undefined;
      if (coils === undefined && registers === undefined) return undefined;
      const inputs = await modbusReads(line, address, { kind: 'read-inputs', from: 0, count: 8 });
      const says = [
        coils?.kind === 'bits' ? 'coils' : 'no coils that can be read',
        inputs?.kind === 'bits' ? 'inputs' : 'no inputs',
      ];
      return `Modbus board at address ${address}: ${says.join(', ')}`;
    },
  };
}

/** Whatever speaks by itself. */
const listening = (forMs: number): Probe => ({
  looksFor: 'a reader that speaks by itself',
  baudRate: MODBUS_BAUD_RATE,
  ask: async (line) => {
    const heard = await line.listen(new Uint8Array(0), forMs);
    if (new Rdm6300Parser().feed(heard).length > 0) return 'RDM6300 or the like, with a tag in its field';
    const cards = (kind: 'ascii-hex-lines' | 'bits-lines'): boolean =>
      new WiegandLines({ kind }).feed(heard).some((found) => found.kind === 'bits' && found.bits.length >= 26);
    if (cards('ascii-hex-lines')) return 'Wiegand bridge with lines of hex digits';
    return cards('bits-lines') ? 'Wiegand bridge with lines of bits' : undefined;
  },
});

const kmtronic: Probe = {
  looksFor: 'KMTronic',
  baudRate: KMTRONIC_BAUD_RATE,
  ask: async (line) => {
    const all = await line.listen(encodeKmtronicAskAll(), PROBE_MS);
    const channels = [8, 4].find((count) => hearKmtronicAll(all, count) !== undefined);
    if (channels !== undefined) return `KMTronic board with ${channels} channels`;
    // Only where the large boards' question went unanswered: to them this might mean something else.
    if (all.length > 0) return undefined;
    const first = await line.ask(encodeKmtronicAsk(1), (heard) => hearKmtronicOne(heard, 1));
    if (first === undefined) return undefined;
    const second = await line.ask(encodeKmtronicAsk(2), (heard) => hearKmtronicOne(heard, 2));
    return `KMTronic board with ${second === undefined ? 1 : 2} channels`;
  },
};

const numato: Probe = {
  looksFor: 'Numato',
  baudRate: NUMATO_BAUD_RATE,
  ask: async (line) => {
    // Ends whatever was said before, which was no command.
    await line.listen(encodeNumato(''), PROBE_MS);
    const version = await line.ask(encodeNumato('ver'), (heard) => hearNumato(heard, 'ver'));
    return version === undefined ? undefined : `Numato board, firmware ${version.replaceAll(/[^\w.]/g, '?')}`;
  },
};

const pn532: Probe = {
  looksFor: 'PN532',
  baudRate: PN532_BAUD_RATE,
  ask: async (line) => {
    await line.tell(PN532_WAKE);
    const code = PN532_COMMANDS.firmware;
    const answer = await line.ask(encodePn532(code, []), (heard) => hearPn532(heard, code));
    if (answer?.kind !== 'answered') return undefined;
    const [, version, revision] = answer.data;
    return `PN532, firmware ${version}.${revision}`;
  },
};

/** A reader that says who it is. One that is in service loses its channel for a moment by that. */
function osdpProbe(address: number): Probe {
  return {
    looksFor: `OSDP at address ${address}`,
    baudRate: OSDP_BAUD_RATE,
    ask: async (line) => {
      const head = { address, reply: false, sequence: 0, check: 'crc' } as const;
      const answer = await line.ask(encodeFrame(head, encodeCommand({ kind: 'identify' })), (heard) => {
        const frame = new FrameParser().feed(heard).find((one) => one.reply && one.address === address);
        return frame && decodeReply(frame.payload);
      });
      if (answer === undefined) return undefined;
      if (answer.kind !== 'identity') return `OSDP reader at address ${address}, which tells nothing in the clear`;
      const { vendor, model, version, firmware } = answer.identity;
      return `OSDP reader at address ${address}: maker ${vendor}, model ${model}.${version}, firmware ${firmware}`;
    },
  };
}

/**
 * Every question, in the order in which it is asked. An address of 255 begins a Modbus question with what a KMTronic
 * board takes for a command, so it is asked only behind the question that finds such a board.
 */
export function probesFor({ modbus, osdp, listenMs }: ScanArguments): readonly Probe[] {
  const harmless = modbus.filter((address) => address !== 0xff);
  const last = modbus.filter((address) => address === 0xff);
  return [
    listening(listenMs),
    ...harmless.map(modbusProbe),
    kmtronic,
    ...osdp.map(osdpProbe),
    numato,
    pn532,
    ...last.map(modbusProbe),
  ];
}
