import { assert } from '#core/kernel/assert.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { RelayBoard } from '#core/ports/hardware.ts';
import { Exchange } from '../serial/exchange.ts';
import { AnsweringLine } from './answeringLine.ts';
import { DrivenBoard } from './drivenBoard.ts';
import { KMTRONIC_BAUD_RATE, KMTRONIC_CHANNELS_MAX, kmtronicTalk } from './kmtronicTalk.ts';
import { NUMATO_BAUD_RATE, NUMATO_CHANNELS_MAX, numatoTalk } from './numatoTalk.ts';
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
  openBoard(options, {
    baudRate: KMTRONIC_BAUD_RATE,
    channelsMax: KMTRONIC_CHANNELS_MAX,
    talk: kmtronicTalk(options.name, options.channels),
  });

/** As `openKmtronicBoard`. */
export const openNumatoBoard = (options: OwnLineBoardOptions): Promise<OwnLineBoard> =>
  openBoard(options, {
    baudRate: NUMATO_BAUD_RATE,
    channelsMax: NUMATO_CHANNELS_MAX,
    talk: numatoTalk(options.name, options.channels),
  });

interface Make {
  readonly baudRate: number;
  readonly channelsMax: number;
  readonly talk: RelayTalk;
}

async function openBoard(options: OwnLineBoardOptions, { baudRate, channelsMax, talk }: Make): Promise<OwnLineBoard> {
  const { name, path, channels, clock } = options;
  assert(channels >= 1 && channels <= channelsMax, `a board has 1 to ${channelsMax} channels`);
  const exchange = await Exchange.open({ path, baudRate, clock, faults: 'relay' });
  const letGo = (): Promise<void> => exchange.close();
  const line = await AnsweringLine.open({ name, exchange, clock, talk, letGo });
  return { board: new DrivenBoard({ name, channels, clock, line }), exchange };
}
