import { assert } from '#core/kernel/assert.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { RelayBoard } from '#core/ports/hardware.ts';
import type { ModbusBus } from '../modbus/bus.ts';
import { MODBUS_ADDRESS_MAX } from '../modbus/frames.ts';
import { AnsweringLine } from './answeringLine.ts';
import { DrivenBoard } from './drivenBoard.ts';
import { modbusTalk, type ModbusDialect } from './modbusTalk.ts';

/** Some makers' boards have 32. */
export const MODBUS_CHANNELS_MAX = 32;

export interface ModbusBoardOptions {
  /** Names the board in faults and in the journal. */
  readonly name: string;
  /** The line; boards and inputs at other addresses may be on it too. */
  readonly bus: ModbusBus;
  readonly address: number;
  readonly channels: number;
  readonly dialect: ModbusDialect;
  readonly clock: Clock;
}

/** Resolves when the board answered, or did not: it is down then, and asked again for as long as it takes. */
export async function openModbusBoard(options: ModbusBoardOptions): Promise<RelayBoard> {
  const { name, bus, address, channels, clock } = options;
  assert(address >= 1 && address <= MODBUS_ADDRESS_MAX, `a board has an address from 1 to ${MODBUS_ADDRESS_MAX}`);
  assert(channels >= 1 && channels <= MODBUS_CHANNELS_MAX, `a board has 1 to ${MODBUS_CHANNELS_MAX} channels`);
  const letGo = bus.hold();
  const talk = modbusTalk(options);
  const line = await AnsweringLine.open({ name, exchange: bus.exchange, clock, talk, letGo });
  return new DrivenBoard({ name, channels, clock, line });
}
