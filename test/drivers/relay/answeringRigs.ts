import { millis } from '#core/kernel/units.ts';
import { ModbusBus } from '#drivers/modbus/bus.ts';
import { ModbusEmulator, type EmulatedModbusBoard } from '#drivers/modbus/emulator.ts';
import { AnsweringEmulator } from '#drivers/relay/answeringEmulators.ts';
import type { BoardEmulator } from '#drivers/relay/emulatedRelays.ts';
import { openModbusBoard } from '#drivers/relay/modbusBoard.ts';
import { MODBUS_DIALECTS, type ModbusDialectName } from '#drivers/relay/modbusTalk.ts';
import { openKmtronicBoard, openNumatoBoard } from '#drivers/relay/ownLineBoard.ts';
import type { EmulatedLine } from '#drivers/serial/emulatedLine.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { boardRig } from './boardRig.ts';
import type { BoardRig } from './relayBoardContract.ts';

const ADDRESS = 1;

export type AnsweringRig = BoardRig & { readonly emulator: BoardEmulator & { readonly line: EmulatedLine } };

/** A made-up Modbus line with one board looks like any other board. */
function asBoard(emulator: ModbusEmulator) {
  const modbus = emulator.board(ADDRESS);
  const board: BoardEmulator & Pick<ModbusEmulator, 'line' | 'onAsked'> & { modbus: EmulatedModbusBoard } = {
    modbus,
    onAsked: (listener) => emulator.onAsked(listener),
    line: emulator.line,
    get path() {
      return emulator.path;
    },
    get link() {
      return emulator.link;
    },
    level: (channel) => modbus.relays.level(channel),
    onMove: (listener) => modbus.relays.onMove(listener),
    losePower: () => modbus.relays.losePower(),
    cut: () => emulator.line.cut(),
    mend: () => emulator.line.mend(),
    close: () => emulator.close(),
  };
  return board;
}

interface ModbusRigOptions {
  readonly dialect: ModbusDialectName;
  /** The dialect that the board really speaks, where it is another. */
  readonly speaks?: ModbusDialectName;
  readonly keepsTimers?: boolean;
}

export async function modbusRig({ dialect, speaks = dialect, keepsTimers = false }: ModbusRigOptions) {
  const clock = new FakeClock();
  const channels = 2;
  const buses: ModbusBus[] = [];
  return boardRig({
    clock,
    outcome: 'confirmed',
    openEmulator: async (folder) => {
      const board = { address: ADDRESS, channels, dialect: MODBUS_DIALECTS[speaks], keepsTimers };
      return asBoard(await ModbusEmulator.open({ folder, clock, boards: [board] }));
    },
    openBoard: async ({ path }) => {
      const bus = await ModbusBus.open({ path, clock, gapMs: millis(0) });
      buses.push(bus);
      return openModbusBoard({
        name: 'board',
        bus,
        address: ADDRESS,
        channels,
        dialect: MODBUS_DIALECTS[dialect],
        clock,
      });
    },
    busy: ({ line }) => line.busy || buses.some(({ exchange }) => exchange.busy),
  });
}

export async function ownLineRig(make: 'kmtronic' | 'numato', channels: number): Promise<AnsweringRig> {
  const clock = new FakeClock();
  const exchanges: { readonly busy: boolean }[] = [];
  return boardRig({
    clock,
    outcome: 'confirmed',
    openEmulator: (folder) => {
      const options = { folder, channels, clock };
      return make === 'kmtronic' ? AnsweringEmulator.openKmtronic(options) : AnsweringEmulator.openNumato(options);
    },
    openBoard: async ({ path }) => {
      const options = { name: 'board', path, channels, clock };
      const { board, exchange } = await (make === 'kmtronic' ? openKmtronicBoard(options) : openNumatoBoard(options));
      exchanges.push(exchange);
      return board;
    },
    busy: ({ line }) => line.busy || exchanges.some(({ busy }) => busy),
  });
}
