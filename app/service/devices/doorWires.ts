import type { InputsConfig, WireConfig } from '#core/config/hardwareConfig.ts';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { assert } from '#core/kernel/assert.ts';
import type { DoorId, ReaderId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInputs } from '#core/ports/hardware.ts';
import type { Health } from '#core/ports/health.ts';
import { JoinedInputs } from '#drivers/inputs/joinedInputs.ts';
import type { ModbusInputs } from '#drivers/inputs/modbusInputs.ts';
import { OsdpInputs } from '#drivers/reader/osdp/osdpInputs.ts';
import type { DoorsWires, SerialBoards } from './boards.ts';

type Wired = Extract<InputsConfig, { driver: 'wired' }>;

/** Where the wires of all doors end: in boards, which are read from the start, and in readers, whose line comes later. */
export class DoorWires {
  readonly #boards = new Map<string, ModbusInputs>();
  readonly #readers = new Map<ReaderId, OsdpInputs>();

  private constructor() {}

  /** Resolves when every board was read once, or could not be. */
  static async open(config: TerminalConfig, serial: SerialBoards, clock: Clock): Promise<DoorWires> {
    const wires = new DoorWires();
    const wired = [...config.doors, ...config.turnstiles].flatMap(({ id, inputs }) =>
      inputs.driver === 'wired' ? inputs.wires.map((wire) => ({ door: id, wire })) : [],
    );
    await Promise.all(
      config.boards.map(async (board) => {
        const own = byDoor(wired.filter(({ wire: { on } }) => on.kind === 'board' && on.board === board.id));
        if (board.driver === 'modbus' && own.size > 0) wires.#boards.set(board.id, await serial.inputs(board, own));
      }),
    );
    for (const { id: reader } of config.osdpLines.flatMap(({ readers }) => readers)) {
      const own = byDoor(wired.filter(({ wire: { on } }) => on.kind === 'reader' && on.reader === reader));
      const doors = new Map([...own].map(([door, some]) => [door, new Map(some.map((wire) => [wire.input, wire]))]));
      if (doors.size > 0) wires.#readers.set(reader, new OsdpInputs({ reader, clock, doors }));
    }
    return wires;
  }

  inputs(door: DoorId, { wires }: Wired): DoorInputs {
    const ends = new Set(
      wires.map(({ on }) => (on.kind === 'board' ? this.#boards.get(on.board) : this.#readers.get(on.reader))),
    );
    const parts = [...ends].map((end) => {
      assert(end !== undefined, 'the configuration was checked: every wire ends somewhere');
      return end.inputs(door);
    });
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : new JoinedInputs(door, parts);
  }

  /** Inputs that end in this reader, to be connected to its line. */
  ofReader(reader: ReaderId): OsdpInputs | undefined {
    return this.#readers.get(reader);
  }

  /** A board that is not there is told once; whoever watches the inputs of a door tells when it is back. */
  tell(config: TerminalConfig, health: Health): void {
    for (const { id, inputs } of [...config.doors, ...config.turnstiles]) {
      if (inputs.driver !== 'wired') continue;
      const part = `inputs of ${id}`;
      const { link } = this.inputs(id, inputs);
      const ends = new Set(inputs.wires.map(({ on }) => (on.kind === 'board' ? on.board : on.reader)));
      const faults = [...ends].flatMap((end) => this.#boards.get(end)?.fault?.message ?? []);
      const waits = `nothing is known yet of ${[...ends].join(', ')}`;
      if (link === 'up') health.report({ part, level: 'ok', says: `read at ${[...ends].join(', ')}` });
      else health.report({ part, level: 'failed', says: faults.join('; ') || waits });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#boards.values()].map((board) => board.close()));
  }
}

function byDoor(wired: readonly { readonly door: DoorId; readonly wire: WireConfig }[]): DoorsWires {
  const doors = new Map<DoorId, WireConfig[]>();
  for (const { door, wire } of wired) doors.set(door, [...(doors.get(door) ?? []), wire]);
  return doors;
}
