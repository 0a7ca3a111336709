import { Fault, type FaultCode } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Exchange, type Question } from '../serial/exchange.ts';
import {
  encodeModbus,
  exceptionSays,
  hearModbus,
  MODBUS_BAUD_RATE,
  type ModbusAnswer,
  type ModbusRequest,
} from './frames.ts';

/** Boards answer within 10 to 60 ms; what takes longer than this is asked again. */
export const MODBUS_ANSWER_MS = millis(200);
/** A frame that noise broke is worth a second one. */
export const MODBUS_TRIES = 2;
/** Three and a half characters at 9600 baud, after which boards take what they heard for a frame. */
export const MODBUS_GAP_MS = millis(4);

export interface ModbusBusOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly baudRate?: number;
  /** Silence between frames; by default what 9600 baud need. */
  readonly gapMs?: Millis;
  readonly faults?: FaultCode;
}

/** Who asks, as a fault names it. */
export interface ModbusAsker {
  readonly thing: string;
  readonly code: FaultCode;
}

/** One line with boards on it, each at an address of its own; the line is let go when the last of them is closed. */
export class ModbusBus {
  readonly exchange: Exchange;
  /** Does the line hear itself? Known from the first reading question that was answered. */
  #echoes = false;
  #holders = 0;

  private constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /** Resolves when the port was opened, or could not be. */
  static async open({ path, clock, baudRate, gapMs, faults }: ModbusBusOptions): Promise<ModbusBus> {
    const exchange = await Exchange.open({
      path,
      clock,
      baudRate: baudRate ?? MODBUS_BAUD_RATE,
      gapMs: gapMs ?? MODBUS_GAP_MS,
      faults: faults ?? 'relay',
    });
    return new ModbusBus(exchange);
  }

  get echoes(): boolean {
    return this.#echoes;
  }

  /** What is asked of the board at `address`, with the exception or what it said as its answer. */
  question(address: number, request: ModbusRequest, about: ModbusAsker): Question<ModbusAnswer> {
    return {
      ...about,
      asks: asksFor(request),
      bytes: encodeModbus(address, request),
      hear: (heard) => {
        const reads = request.kind.startsWith('read');
        const found = hearModbus(heard, { address, request, echoes: !reads && this.#echoes });
        if (found !== undefined && reads) this.#echoes = found.echoed;
        return found?.answer;
      },
      withinMs: MODBUS_ANSWER_MS,
      tries: MODBUS_TRIES,
    };
  }

  /** To be called once by each board on the line; what comes back is to be called when it no longer needs it. */
  hold(): () => Promise<void> {
    this.#holders++;
    let held = true;
    return async () => {
      if (!held) return;
      held = false;
      this.#holders--;
      if (this.#holders === 0) await this.exchange.close();
    };
  }
}

/** @throws Fault where the board answered something else, say an exception. */
export function expectAnswer<Kind extends ModbusAnswer['kind']>(
  answer: ModbusAnswer,
  kind: Kind,
  { code, thing }: ModbusAsker,
): Extract<ModbusAnswer, { kind: Kind }> {
  if (answer.kind === kind) return answer as Extract<ModbusAnswer, { kind: Kind }>;
  const found = answer.kind === 'exception' ? exceptionSays(answer.code) : answer.kind;
  throw new Fault(code, { thing, found, expected: `an answer with ${kind}` });
}

function asksFor(request: ModbusRequest): string {
  switch (request.kind) {
    case 'write-coil':
      return `write coil ${request.coil}`;
    case 'write-coils':
      return `write ${request.bits.length} coils`;
    case 'read-coils':
    case 'read-inputs':
    case 'read-holding':
    case 'read-levels':
      return `${request.kind.replace('-', ' ')} from ${request.from}`;
  }
}
