import type { Clock } from '#core/ports/clock.ts';
import type { RelayBoard } from '#core/ports/hardware.ts';
import { Exchange } from '../serial/exchange.ts';
import { AnsweringLine } from './answeringLine.ts';
import { DrivenBoard } from './drivenBoard.ts';
import { KMTRONIC_BAUD_RATE, kmtronicTalk } from './kmtronicTalk.ts';
import { NUMATO_BAUD_RATE, numatoTalk } from './numatoTalk.ts';
import type { RelayTalk } from './relayTalk.ts';

export interface OwnLineBoardOptions {
  /** Names the board in faults and in the journal. */
  readonly name: string;
  readonly path: string;
  readonly channels: number;
  readonly clock: Clock;
}

/** A board and the questions that are asked of it. */
export interface OwnLineBoard {
  readonly board: RelayBoard;
  readonly exchange: Exchange;
}

/** Resolves when the board answered, or did not: it is down then, and asked again for as long as it takes. */
export const openKmtronicBoard = (options: OwnLineBoardOptions): Promise<OwnLineBoard> =>
  openBoard(options, KMTRONIC_BAUD_RATE, kmtronicTalk(options.name, options.channels));

/** As `openKmtronicBoard`. */
export const openNumatoBoard = (options: OwnLineBoardOptions): Promise<OwnLineBoard> =>
  openBoard(options, NUMATO_BAUD_RATE, numatoTalk(options.name, options.channels));

async function openBoard(options: OwnLineBoardOptions, baudRate: number, talk: RelayTalk): Promise<OwnLineBoard> {
  const { name, path, channels, clock } = options;
  const exchange = await Exchange.open({ path, baudRate, clock, faults: 'relay' });
  const letGo = (): Promise<void> => exchange.close();
  const line = await AnsweringLine.open({ name, exchange, clock, talk, letGo });
  return { board: new DrivenBoard({ name, channels, clock, line }), exchange };
}
