import type { BoardConfig, ModbusBoardConfig, WireConfig } from '#core/config/hardwareConfig.ts';
import type { DoorId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInput, RelayBoard } from '#core/ports/hardware.ts';
import { ModbusInputs, type InputWiring } from '#drivers/inputs/modbusInputs.ts';
import { ModbusBus } from '#drivers/modbus/bus.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { openModbusBoard } from '#drivers/relay/modbusBoard.ts';
import { MODBUS_DIALECTS } from '#drivers/relay/modbusTalk.ts';
import { openKmtronicBoard, openNumatoBoard } from '#drivers/relay/ownLineBoard.ts';

/** Wires by the door that they belong to. */
export type DoorsWires = ReadonlyMap<DoorId, readonly WireConfig[]>;

/** Boards on serial lines. Modbus boards may share one, with each other and with the inputs of doors. */
export class SerialBoards {
  readonly #clock: Clock;
  readonly #buses = new Map<string, ModbusBus>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined for a board that has inputs alone. A board that cannot be reached is down, and tried again. */
  async board(config: Exclude<BoardConfig, { driver: 'simulated' }>): Promise<RelayBoard | undefined> {
    const parts = { name: config.id, path: config.path, clock: this.#clock };
    switch (config.driver) {
      case 'lcus':
        return openLcusBoard({ ...parts, channels: config.channels });
      case 'kmtronic':
        return (await openKmtronicBoard({ ...parts, channels: config.channels })).board;
      case 'numato':
        return (await openNumatoBoard({ ...parts, channels: config.channels })).board;
      case 'modbus':
        return config.channels === 0 ? undefined : this.#modbusBoard(config);
    }
  }

  /** Resolves when every wire was read once, so that a fire is known before any door is driven; or could not be. */
  async inputs(config: ModbusBoardConfig, doors: DoorsWires): Promise<ModbusInputs> {
    return ModbusInputs.open({
      name: `inputs of ${config.id}`,
      bus: await this.#bus(config),
      address: config.address,
      clock: this.#clock,
      doors: new Map([...doors].map(([door, wires]) => [door, new Map(wires.map(wiringOf))])),
    });
  }

  async #modbusBoard(config: ModbusBoardConfig): Promise<RelayBoard> {
    const { id, address, channels, dialect } = config;
    const bus = await this.#bus(config);
    return openModbusBoard({ name: id, bus, address, channels, dialect: MODBUS_DIALECTS[dialect], clock: this.#clock });
  }

  /** Whoever is opened on it holds it, and the last one to let go closes it. */
  async #bus({ path, baudRate }: ModbusBoardConfig): Promise<ModbusBus> {
    const known = this.#buses.get(path);
    if (known !== undefined) return known;
    const bus = await ModbusBus.open({ path, baudRate, clock: this.#clock });
    this.#buses.set(path, bus);
    return bus;
  }
}

function wiringOf({ input, number, normally, debounceMs, supervised }: WireConfig): [DoorInput, InputWiring] {
  const at =
    supervised === undefined
      ? ({ kind: 'bit', input: number } as const)
      : ({ kind: 'level', input: number, ...supervised } as const);
  return [input, { at, normally, debounceMs }];
}
