import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { RelayLevel } from '#core/ports/hardware.ts';
import { expectAnswer, type ModbusBus } from '../modbus/bus.ts';
import { exceptionSays, type ModbusAnswer, type ModbusRequest } from '../modbus/frames.ts';
import type { Asker, RelayTalk } from './relayTalk.ts';

/** How makers differ. Addresses are those on the wire. */
export interface ModbusDialect {
  /** The coil of channel 1. */
  readonly firstCoil: number;
  /** The value of function 05 that energises; 0000 de-energises everywhere. */
  readonly on: number;
  /** What is asked to see whether the board is there: its coils, or a register where it cannot tell them. */
  readonly asks: 'coils' | 'register';
  /** A pulse that the board times: function 05 to these addresses plus the channel, its value in steps. */
  readonly flash?: {
    readonly onAt: number;
    readonly offAt: number;
    readonly stepMs: number;
    readonly stepsMax: number;
  };
  /** What is written to this coil is written to every relay. */
  readonly allCoil?: number;
}

export const MODBUS_DIALECTS = {
  /** Waveshare and kin, protocol from version 2 on. */
  waveshare: {
    firstCoil: 0,
    on: 0xff00,
    asks: 'coils',
    flash: { onAt: 0x0200, offAt: 0x0400, stepMs: 100, stepsMax: 0x7fff },
    allCoil: 0x00ff,
  },
  /** Boards that keep to the standard alone: written and read coils. */
  plain: { firstCoil: 0, on: 0xff00, asks: 'coils' },
  /** Old single-function boards: value 0100, channels from coil 1, no coil can be read. */
  'value-0100': { firstCoil: 1, on: 0x0100, asks: 'register' },
} as const satisfies Record<string, ModbusDialect>;

export type ModbusDialectName = keyof typeof MODBUS_DIALECTS;

export interface ModbusTalkParts {
  readonly name: string;
  readonly bus: ModbusBus;
  readonly address: number;
  readonly channels: number;
  readonly dialect: ModbusDialect;
}

export function modbusTalk({ name, bus, address, channels, dialect }: ModbusTalkParts): RelayTalk {
  const ask = (by: Asker, request: ModbusRequest): Promise<ModbusAnswer> =>
    by.ask(bus.question(address, request, { code: 'relay', thing: `${name} (address ${address})` }));
  const about = (channel: number) => ({ code: 'relay' as const, thing: `${name} channel ${channel}` });
  const coil = (channel: number): number => dialect.firstCoil + channel - 1;
  const { flash } = dialect;
  return {
    levels: async (by) => {
      if (dialect.asks === 'register') {
        // Any answer will do, an exception as well: somebody is there.
        await ask(by, { kind: 'read-holding', from: 0, count: 1 });
        return undefined;
      }
      const answer = await ask(by, { kind: 'read-coils', from: dialect.firstCoil, count: eights(channels) });
      return answer.kind === 'bits' ? answer.bits.slice(0, channels).map(levelOf) : undefined;
    },
    drive: async (by, channel, level) => {
      const value = level === 'energised' ? dialect.on : 0;
      expectAnswer(await ask(by, { kind: 'write-coil', coil: coil(channel), value }), 'done', about(channel));
    },
    ...(flash !== undefined && {
      pulses: {
        stepMs: millis(flash.stepMs),
        maxMs: millis(flash.stepMs * flash.stepsMax),
        send: async (by, { channel, level, steps }) => {
          const at = (level === 'energised' ? flash.onAt : flash.offAt) + channel - 1;
          const answer = await ask(by, { kind: 'write-coil', coil: at, value: steps });
          if (answer.kind === 'done') return 'confirmed';
          if (answer.kind === 'exception' && answer.code <= 3) return 'refused';
          throw new Fault('relay', {
            thing: `${name} channel ${channel}`,
            found: answer.kind === 'exception' ? exceptionSays(answer.code) : answer.kind,
            expected: 'a pulse',
          });
        },
      },
    }),
  };
}

/** Boards of some makers answer whole bytes of coils and inputs alone. */
export const eights = (count: number): number => Math.ceil(count / 8) * 8;

const levelOf = (on: boolean): RelayLevel => (on ? 'energised' : 'de-energised');
