import { assert } from '#core/kernel/assert.ts';
import { Listeners } from '#core/kernel/listeners.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { LinkState } from '#core/ports/hardware.ts';
import { EmulatedRelays } from '../relay/emulatedRelays.ts';
import type { ModbusDialect } from '../relay/modbusTalk.ts';
import { EmulatedLine } from '../serial/emulatedLine.ts';
import { withCrc } from './crc16.ts';
import { MODBUS_BAUD_RATE, packBits, unpackBits } from './frames.ts';
import { ModbusListener, type ModbusHeard } from './listener.ts';

export interface EmulatedBoardOptions {
  readonly address: number;
  readonly channels: number;
  readonly dialect: ModbusDialect;
  /** Input bits and measured inputs that it has. */
  readonly inputs?: number;
  readonly levels?: number;
  readonly keepsTimers?: boolean;
}

export interface ModbusEmulatorOptions {
  /** Where the line's two ends are made; it must exist and be ours alone. */
  readonly folder: string;
  readonly clock: Clock;
  readonly boards: readonly EmulatedBoardOptions[];
}

const EXCEPTION = 0x80;
const NO_FUNCTION = 1;
const NO_ADDRESS = 2;
const NO_VALUE = 3;

/** A made-up line with Modbus boards at its far end. */
export class ModbusEmulator {
  readonly #boards: ReadonlyMap<number, EmulatedModbusBoard>;
  readonly #asked = new Listeners<[heard: ModbusHeard]>();
  #listener = new ModbusListener();
  #line!: EmulatedLine;

  private constructor({ boards, clock }: ModbusEmulatorOptions) {
    this.#boards = new Map(boards.map((board) => [board.address, new EmulatedModbusBoard(board, clock)]));
  }

  /** @throws Fault `relay` where no line can be made. */
  static async open(options: ModbusEmulatorOptions): Promise<ModbusEmulator> {
    const emulator = new ModbusEmulator(options);
    emulator.#line = await EmulatedLine.open({
      folder: options.folder,
      clock: options.clock,
      baudRate: MODBUS_BAUD_RATE,
      onBytes: (bytes) => emulator.#take(bytes),
      onPlugged: () => (emulator.#listener = new ModbusListener()),
    });
    return emulator;
  }

  get line(): EmulatedLine {
    return this.#line;
  }

  get path(): string {
    return this.#line.path;
  }

  get link(): LinkState {
    return this.#line.link;
  }

  board(address: number): EmulatedModbusBoard {
    const board = this.#boards.get(address);
    assert(board !== undefined, `there is a board at address ${address}`);
    return board;
  }

  /** Called for every question to any address, before it is answered. */
  onAsked(listener: (heard: ModbusHeard) => void): Disposable {
    return this.#asked.add(listener);
  }

  close(): Promise<void> {
    return this.#line.cut();
  }

  #take(bytes: Uint8Array): void {
    for (const heard of this.#listener.feed(bytes)) {
      this.#asked.tell(heard);
      const answer = this.#boards.get(heard.address)?.answer(heard);
      if (answer !== undefined) this.#line.answer(answer);
    }
  }
}

/** One board: relays, input bits, measured inputs. */
export class EmulatedModbusBoard {
  readonly relays: EmulatedRelays;
  readonly inputs: boolean[];
  readonly levels: number[];
  /** Says nothing, as without power. */
  dead = false;
  /** Functions that it answers with an exception, by number. */
  readonly refuses = new Map<number, number>();
  readonly #options: EmulatedBoardOptions;

  constructor(options: EmulatedBoardOptions, clock: Clock) {
    this.#options = options;
    const { channels, keepsTimers } = options;
    this.relays = new EmulatedRelays({ channels, clock, ...(keepsTimers !== undefined && { keepsTimers }) });
    this.inputs = Array.from({ length: options.inputs ?? 0 }, () => false);
    this.levels = Array.from({ length: options.levels ?? 0 }, () => 0);
  }

  answer({ called, data }: ModbusHeard): Uint8Array | undefined {
    if (this.dead) return undefined;
    const refused = this.refuses.get(called);
    const said = refused ?? this.#said(called, data);
    const body = typeof said === 'number' ? [called | EXCEPTION, said] : [called, ...said];
    return withCrc(Uint8Array.of(this.#options.address, ...body));
  }

  /** The data of the answer, or the code of an exception. */
  #said(called: number, data: Uint8Array): Uint8Array | number {
    const [first, second] = [at16(data, 0), at16(data, 2)];
    switch (called) {
      case 0x01:
        return this.#options.dialect.asks === 'coils' ? this.#bits(this.#coils(), first, second) : NO_FUNCTION;
      case 0x02:
        return this.#bits(this.inputs, first, second);
      case 0x03:
        return Uint8Array.of(2, 0, this.#options.address);
      case 0x04:
        return first + second > this.levels.length
          ? NO_ADDRESS
          : Uint8Array.of(second * 2, ...this.levels.slice(first, first + second).flatMap((v) => [v >> 8, v & 0xff]));
      case 0x05:
        return this.#writeCoil(first, second) ?? data;
      case 0x0f:
        return this.#writeCoils(first, unpackBits(data.subarray(5), second)) ?? data.slice(0, 4);
      default:
        return NO_FUNCTION;
    }
  }

  #coils(): boolean[] {
    const { channels, dialect } = this.#options;
    const { firstCoil } = dialect;
    return Array.from({ length: firstCoil + channels }, (_, at) =>
      at < firstCoil ? false : this.relays.level(at - firstCoil + 1) === 'energised',
    );
  }

  /** As makers do it: whole bytes are asked for, and what the board lacks is 0. */
  #bits(bits: readonly boolean[], from: number, count: number): Uint8Array | number {
    if (bits.length === 0) return NO_FUNCTION;
    if (from >= bits.length || count > Math.ceil((bits.length + from) / 8) * 8) return NO_ADDRESS;
    const packed = packBits(Array.from({ length: count }, (_, at) => bits[from + at] ?? false));
    return Uint8Array.of(packed.length, ...packed);
  }

  #writeCoil(coil: number, value: number): number | undefined {
    const { dialect } = this.#options;
    const { flash, allCoil } = dialect;
    if (flash !== undefined) {
      for (const [at, level] of [
        [flash.onAt, 'energised'],
        [flash.offAt, 'de-energised'],
      ] as const) {
        const channel = coil - at + 1;
        if (!this.relays.has(channel)) continue;
        if (value < 1 || value > flash.stepsMax) return NO_VALUE;
        this.relays.pulse(channel, level, millis(value * flash.stepMs));
        return undefined;
      }
    }
    if (coil === allCoil) return this.#writeAll(value);
    const channel = coil - dialect.firstCoil + 1;
    if (!this.relays.has(channel)) return NO_ADDRESS;
    if (value !== 0 && value !== dialect.on) return NO_VALUE;
    this.relays.set(channel, value === 0 ? 'de-energised' : 'energised');
    return undefined;
  }

  #writeAll(value: number): number | undefined {
    for (let channel = 1; channel <= this.relays.channels; channel++) {
      this.relays.set(channel, value === 0 ? 'de-energised' : 'energised');
    }
    return undefined;
  }

  #writeCoils(from: number, bits: readonly boolean[]): number | undefined {
    const first = from - this.#options.dialect.firstCoil + 1;
    if (!this.relays.has(first) || !this.relays.has(first + bits.length - 1)) return NO_ADDRESS;
    for (const [at, bit] of bits.entries()) this.relays.set(first + at, bit ? 'energised' : 'de-energised');
    return undefined;
  }
}

const at16 = (data: Uint8Array, at: number): number => (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);
