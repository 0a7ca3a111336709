import { assert } from '#core/kernel/assert.ts';
import type { Fault } from '#core/kernel/fault.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInput, DoorInputs } from '#core/ports/hardware.ts';
import { expectAnswer, type ModbusBus } from '../modbus/bus.ts';
import type { ModbusRequest } from '../modbus/frames.ts';
import { Attendance } from '../serial/attendance.ts';
import type { WireState } from './settle.ts';
import { WatchedInputs } from './watchedInputs.ts';

/** How often inputs are read: an exit button that is pressed for a tenth of a second is seen. */
export const INPUTS_EVERY_MS = millis(50);

/**
 * What a measured wire means: up to which value each state goes, in rising order; behind the last one it is `above`. With
 * two resistors at the far end (one in line, one across the contact) short, closed, open and cut lie apart.
 */
export interface Bands {
  readonly bands: readonly { readonly upTo: number; readonly is: Circuit }[];
  readonly above: Circuit;
}

export type Circuit = 'closed' | 'open' | 'cut' | 'short';

/** Where an input is on its board, from 1, and what it is at rest. */
export interface InputWiring {
  readonly at:
    | { readonly kind: 'bit'; readonly input: number }
    | ({ readonly kind: 'level'; readonly input: number } & Bands);
  /** A contact that is closed at rest (a door contact, a fire loop) is active when it opens. */
  readonly normally: 'open' | 'closed';
  readonly debounceMs: Millis;
}

export type DoorWiring = ReadonlyMap<DoorInput, InputWiring>;

export interface ModbusInputsOptions {
  /** Names the board in faults. */
  readonly name: string;
  readonly bus: ModbusBus;
  readonly address: number;
  readonly clock: Clock;
  readonly everyMs?: Millis;
  readonly doors: ReadonlyMap<DoorId, DoorWiring>;
}

interface WiredDoor {
  readonly wiring: DoorWiring;
  readonly inputs: WatchedInputs;
}

/** The inputs of a board, read for all its doors together. */
export class ModbusInputs {
  readonly #options: ModbusInputsOptions;
  readonly #doors: ReadonlyMap<DoorId, WiredDoor>;
  readonly #letGo: () => Promise<void>;
  #attendance!: Attendance;

  private constructor(options: ModbusInputsOptions) {
    this.#options = options;
    this.#letGo = options.bus.hold();
    this.#doors = new Map(
      [...options.doors].map(([door, wiring]) => {
        const debounceMs = new Map([...wiring].map(([input, { debounceMs: forMs }]) => [input, forMs]));
        return [door, { wiring, inputs: new WatchedInputs(door, debounceMs) }];
      }),
    );
  }

  /** Resolves when every input was read once, so that a fire is known before any door is driven; or could not be. */
  static async open(options: ModbusInputsOptions): Promise<ModbusInputs> {
    const board = new ModbusInputs(options);
    const { name, bus, clock, everyMs } = options;
    board.#attendance = await Attendance.open({
      name,
      exchange: bus.exchange,
      clock,
      faults: 'inputs',
      probe: () => board.#read(),
      everyMs: everyMs ?? INPUTS_EVERY_MS,
    });
    const tell = (link: 'up' | 'down', why: string): void => {
      for (const { inputs } of board.#doors.values()) {
        if (link === 'up') inputs.answers(why);
        else inputs.lose(why);
      }
    };
    if (board.#attendance.link === 'up') tell('up', `${name} answers on ${bus.exchange.path}`);
    board.#attendance.onLink(tell);
    return board;
  }

  inputs(door: DoorId): DoorInputs {
    const found = this.#doors.get(door);
    assert(found !== undefined, `${this.#options.name} has inputs of door ${door}`);
    return found.inputs;
  }

  /** Why nothing is known, where nothing is. */
  get fault(): Fault | undefined {
    return this.#attendance.link === 'up' ? undefined : this.#attendance.fault;
  }

  async close(): Promise<void> {
    this.#attendance.close();
    await this.#letGo();
  }

  /** One reading of everything that is wired. @throws Fault */
  async #read(): Promise<void> {
    const wired = [...this.#doors.values()].flatMap(({ wiring }) => [...wiring.values()]);
    const last = (kind: 'bit' | 'level'): number =>
      Math.max(0, ...wired.map(({ at }) => (at.kind === kind ? at.input : 0)));
    const [bitsWanted, levelsWanted] = [last('bit'), last('level')];
    const bits = bitsWanted === 0 ? [] : await this.#readBits(bitsWanted);
    const levels = levelsWanted === 0 ? [] : await this.#readLevels(levelsWanted);
    const at = this.#options.clock.monotonic();
    for (const { wiring, inputs } of this.#doors.values()) {
      inputs.take(new Map([...wiring].map(([input, wire]) => [input, foundOn(wire, bits, levels)])), at);
    }
  }

  async #readBits(wanted: number): Promise<readonly boolean[]> {
    // Whole bytes: boards of some makers answer nothing else.
    const count = Math.ceil(wanted / 8) * 8;
    return expectAnswer(await this.#ask({ kind: 'read-inputs', from: 0, count }), 'bits', this.#about()).bits;
  }

  async #readLevels(count: number): Promise<readonly number[]> {
    const answer = await this.#ask({ kind: 'read-levels', from: 0, count });
    return expectAnswer(answer, 'registers', this.#about()).registers;
  }

  #ask(request: ModbusRequest) {
    const { bus, address } = this.#options;
    return bus.exchange.ask(bus.question(address, request, this.#about()));
  }

  #about() {
    const { name, address } = this.#options;
    return { code: 'inputs' as const, thing: `${name} (address ${address})` };
  }
}

function foundOn({ at, normally }: InputWiring, bits: readonly boolean[], levels: readonly number[]): WireState {
  const circuit =
    at.kind === 'bit' ? (bits[at.input - 1] === true ? 'closed' : 'open') : circuitOf(levels[at.input - 1]!, at);
  if (circuit === 'cut' || circuit === 'short') return circuit;
  return circuit === normally ? 'normal' : 'active';
}

export const circuitOf = (value: number, { bands, above }: Bands): Circuit =>
  bands.find(({ upTo }) => value <= upTo)?.is ?? above;
