import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriveOutcome, Link, LinkState, RelayBoard } from '#core/ports/hardware.ts';
import type { BoardEmulator } from '#drivers/relay/emulatedRelays.ts';
import { REOPEN_MS } from '#drivers/serial/serialLine.ts';
import type { FakeClock } from '../../fakes/fakeClock.ts';
import type { BoardRig } from './relayBoardContract.ts';

/** Resolves with the reason when the link next becomes what is asked for. */
export const linkOf = (part: Link, link: LinkState): Promise<string> =>
  new Promise((resolve) => {
    const listening = part.onLink((now, why) => {
      if (now !== link) return;
      listening[Symbol.dispose]();
      resolve(why);
    });
  });

/** Resolves when nothing is being asked any more. */
export async function settled(busy: () => boolean): Promise<void> {
  // Twice in a row: what was answered may lead to the next question.
  for (let still = 0; still < 2; still++) {
    await new Promise((resolve) => void setImmediate(resolve));
    if (busy()) still = -1;
  }
}

/** Moves time on from deadline to deadline, and lets whatever falls due be answered before time goes on. */
export async function passing(clock: FakeClock, ms: number, busy: () => boolean): Promise<void> {
  const end = clock.monotonic() + ms;
  await settled(busy);
  for (let next = clock.untilNext; next !== undefined; next = clock.untilNext) {
    if (clock.monotonic() + next > end) break;
    clock.advance(next);
    await settled(busy);
  }
  clock.advance(end - clock.monotonic());
  await settled(busy);
}

/** Moves time on in small steps, slowly enough for a line on a busy machine to keep up with, until something holds. */
export async function letGoBy(clock: FakeClock, stepMs: number, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await aMoment();
    clock.advance(stepMs);
  }
}

const aMoment = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

export interface BoardRigOptions<Emulator extends BoardEmulator> {
  readonly clock: FakeClock;
  readonly outcome: DriveOutcome;
  readonly openEmulator: (folder: string) => Promise<Emulator>;
  readonly openBoard: (emulator: Emulator) => Promise<RelayBoard>;
  /** Is the board being asked something? Left out for those that answer nothing. */
  readonly busy?: (emulator: Emulator) => boolean;
}

/** A board and its made-up far end, with a real serial line between them. */
export async function boardRig<Emulator extends BoardEmulator>(
  options: BoardRigOptions<Emulator>,
): Promise<BoardRig & { readonly emulator: Emulator }> {
  const { clock, outcome } = options;
  const folder = await mkdtemp(join(tmpdir(), 'lintel-line-'));
  const emulator = await options.openEmulator(folder);
  const board = await options.openBoard(emulator);
  const busy = (): boolean => options.busy?.(emulator) ?? false;
  const received: string[] = [];
  emulator.onMove(({ channel, level }) => received.push(`${channel}${level === 'energised' ? '+' : '-'}`));
  return {
    board,
    clock,
    emulator,
    received,
    outcome,
    level: (channel) => emulator.level(channel),
    pass: (ms) => passing(clock, ms, busy),
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          listening[Symbol.dispose]();
          resolve();
        };
        // Once whoever else hears of the move has heard of it.
        const listening = emulator.onMove(() => queueMicrotask(look));
        look();
      }),
    cut: async () => {
      const down = linkOf(board, 'down');
      await emulator.cut();
      await down;
    },
    mend: async () => {
      await emulator.mend();
      // The board may still be letting go of its old port, and look for the new one a little later.
      while (board.link === 'down') {
        await aMoment();
        if (!busy()) clock.advance(Math.min(...REOPEN_MS));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await board.close();
      await emulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
