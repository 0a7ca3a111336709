import { setTimeout } from 'node:timers/promises';
import { Fault } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { openLcusBoard } from '#drivers/relay/lcusBoard.ts';
import { LCUS_BAUD_RATE } from '#drivers/relay/lcusFrames.ts';
import { SerialLine } from '#drivers/serial/serialLine.ts';
import type { SerialAnswer } from './tasks.ts';

const CHANNEL = 1;
/** Each byte that there is, more than once round. */
const SAID = Uint8Array.from({ length: 600 }, (_, index) => index % 256);
const ECHO_MS_MAX = 20_000;

/**
 * Energises a relay of an LCUS board and lets it go again; then says something to a far end that says it again.
 * @throws Fault `relay`
 */
export async function useSerialLines(paths: { readonly board: string; readonly echo: string }): Promise<SerialAnswer> {
  const clock = new SystemClock();
  const board = await openLcusBoard({ name: 'LCUS board', path: paths.board, channels: 2, clock });
  try {
    const strike = board.strike(CHANNEL);
    for (const level of ['energised', 'de-energised'] as const) await strike.drive(level, 'until-driven');
  } finally {
    await board.close();
  }
  return { echoed: await echoOf(paths.echo, clock), said: [...SAID] };
}

async function echoOf(path: string, clock: Clock): Promise<number[]> {
  const heard: number[] = [];
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  const onBytes = (bytes: Uint8Array): void => {
    heard.push(...bytes);
    if (heard.length >= SAID.length) resolve();
  };
  const line = await SerialLine.open({ path, baudRate: LCUS_BAUD_RATE, clock, faults: 'relay', onBytes });
  try {
    await line.write(SAID);
    const late = setTimeout(ECHO_MS_MAX, 'late' as const, { ref: false });
    if ((await Promise.race([whole, late])) === 'late') {
      throw new Fault('relay', { thing: path, found: `${heard.length} bytes`, expected: `${SAID.length}` });
    }
    return heard;
  } finally {
    await line.close();
  }
}
