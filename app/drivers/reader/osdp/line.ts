import type { Monotonic } from '#core/kernel/units.ts';
import type { Command } from './commands.ts';
import { COMMANDS_WAITING_MAX, type Reader, type Step } from './reader.ts';
import { Turn } from './turn.ts';

export function lapse(reader: Reader, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  turn.lapse();
  return turn.step;
}

/** A command for a reader that is not there is not kept for later: nobody would expect it then. */
export function giveCommand(
  reader: Reader,
  { command, ticket }: { readonly command: Command; readonly ticket: number },
  at: Monotonic,
): Step {
  const turn = new Turn(reader, at);
  const { waiting, phase, asked, installation } = reader;
  if (phase.kind !== 'secured' || installation !== undefined) {
    turn.tell({ kind: 'given-up', ticket, why: 'the reader is not there' });
  } else if (waiting.length >= COMMANDS_WAITING_MAX) {
    turn.tell({ kind: 'given-up', ticket, why: `${waiting.length} commands wait already` });
  } else turn.set({ waiting: [...waiting, { command, ticket, since: at }], ...(asked === undefined && { dueAt: at }) });
  return turn.step;
}

/**
 * The line went away. The channel stands as it is: a line that is back soon goes on where it was, and what the reader
 * said meanwhile is asked for again.
 */
export function lineLost(reader: Reader, why: string, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  turn.linkDown(why);
  for (const { ticket } of reader.waiting) if (ticket !== undefined) turn.tell({ kind: 'given-up', ticket, why });
  turn.set({ waiting: reader.waiting.filter(({ ticket }) => ticket === undefined) });
  return turn.step;
}

export function lineBack(reader: Reader, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  if (reader.phase.kind === 'identifying') turn.set({ phase: { kind: 'identifying', silences: 0 }, asked: undefined });
  if (reader.phase.kind !== 'resting' && reader.installation?.stage !== 'keeping') turn.set({ dueAt: at });
  return turn.step;
}
