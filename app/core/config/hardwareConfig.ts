import type { CardFormat } from '../access/cardFormat.ts';
import type { CardTextForm } from '../access/cardText.ts';
import type { ReaderId } from '../kernel/ids.ts';
import type { Millis } from '../kernel/units.ts';
import type { DoorInput, FreeInput } from '../ports/hardware.ts';

/** How makers of Modbus boards differ: see drivers/relay/modbusTalk.ts. */
export type ModbusDialectName = 'waveshare' | 'plain' | 'value-0100';

/** A relay board. Several Modbus boards may hang on one line, each at an address of its own. */
export type BoardConfig =
  | { readonly id: string; readonly driver: 'lcus'; readonly path: string; readonly channels: 1 | 2 | 4 | 8 }
  | ModbusBoardConfig
  | { readonly id: string; readonly driver: 'kmtronic' | 'numato'; readonly path: string; readonly channels: number }
  | { readonly id: string; readonly driver: 'simulated'; readonly channels: number };

export interface ModbusBoardConfig {
  readonly id: string;
  readonly driver: 'modbus';
  readonly path: string;
  readonly baudRate: number;
  readonly address: number;
  readonly dialect: ModbusDialectName;
  /** Relays; none on a board that has inputs alone. */
  readonly channels: number;
  /** Inputs that are on or off, and inputs that are measured, which can be supervised. */
  readonly inputs: number;
  readonly measuredInputs: number;
}

/** Where the light of a camera hangs: on a channel of a board, or on a line of a GPIO chip of this machine. */
export type IlluminatorConfig =
  | { readonly kind: 'relay'; readonly board: string; readonly channel: number }
  | {
      readonly kind: 'gpio';
      /** The chip's device, `/dev/gpiochip0`. */
      readonly chip: string;
      /** From 0, as the chip counts them. */
      readonly line: number;
      /** The level at which it is lit. */
      readonly active: 'high' | 'low';
    };

/** One RS-485 line with OSDP readers on it. */
export interface OsdpLineConfig {
  readonly id: string;
  readonly path: string;
  readonly baudRate: number;
  readonly readers: readonly OsdpReaderConfig[];
}

export interface OsdpReaderConfig {
  readonly id: ReaderId;
  readonly address: number;
  /** In the order in which they are tried; no card fits two of them. */
  readonly formats: readonly CardFormat[];
}

/** A reader that has a serial line for itself. */
export type SerialReaderConfig =
  | { readonly id: ReaderId; readonly driver: 'rdm6300' | 'pn532'; readonly path: string }
  | {
      readonly id: ReaderId;
      readonly driver: 'wiegand';
      readonly path: string;
      readonly baudRate: number;
      readonly form: WiegandForm;
      readonly formats: readonly CardFormat[];
    };

/** A reader that types its cards at the kiosk. */
export interface KeyboardReaderConfig {
  readonly id: ReaderId;
  readonly text: CardTextForm;
  readonly formats: readonly CardFormat[];
}

/** What the bridge between a Wiegand reader and a serial port sends: see drivers/reader/wiegandLines.ts. */
export interface WiegandForm {
  readonly kind: 'ascii-hex-lines' | 'bits-lines';
  readonly bits?: number;
  readonly prefix?: string;
}

/** Who reads cards at an access point: by its name one of the readers on OSDP lines, on lines of their own or at the kiosk. */
export type ReaderChoice =
  | { readonly driver: 'simulated' | 'none' }
  | { readonly driver: 'named'; readonly name: ReaderId };

/** What free inputs are called; a change of one without a name is told to nobody. */
export type InputNames = Readonly<Partial<Record<FreeInput, string>>>;

/** The inputs of a door. */
export type InputsConfig =
  | { readonly driver: 'simulated' | 'none'; readonly fitted: readonly DoorInput[]; readonly names?: InputNames }
  | {
      readonly driver: 'wired';
      readonly fitted: readonly DoorInput[];
      readonly wires: readonly WireConfig[];
      readonly names?: InputNames;
    };

/** One wire: where it ends, and what it is at rest. */
export interface WireConfig {
  readonly input: DoorInput;
  readonly on: WireEnd;
  /** From 1, as boards and readers are labelled. */
  readonly number: number;
  readonly normally: 'open' | 'closed';
  readonly debounceMs: Millis;
  /** Of an input that is measured: up to which value the circuit is what. */
  readonly supervised?: SupervisedWire;
}

export type WireEnd =
  | { readonly kind: 'board'; readonly board: string }
  | { readonly kind: 'reader'; readonly reader: ReaderId };

/** What measured values mean, in the board's own numbers: rising bands, and what is above the last of them. */
export interface SupervisedWire {
  readonly bands: readonly { readonly upTo: number; readonly is: Circuit }[];
  readonly above: Circuit;
}

export type Circuit = 'closed' | 'open' | 'cut' | 'short';
