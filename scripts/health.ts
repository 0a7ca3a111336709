import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { askGate } from '#service/control/askGate.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

/** The health page of the gate that works on a data folder: health [--data FOLDER] [--json] */

/** Of the gate that `npm start` runs. */
const DATA = 'data/simulated';

const Lines = z.array(
  z.strictObject({ part: z.string(), level: z.enum(['ok', 'warning', 'failed']), says: z.string() }),
);

async function health({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const [option, folder = DATA, ...others] = rest;
  if ((option !== undefined && option !== '--data') || others.length > 0 || folder === '')
    throw new Fault('command', {
      thing: 'arguments',
      found: rest.join(' '),
      expected: 'health [--data FOLDER] [--json]',
    });
  const lines = await askGate(folder, 'health', {});
  if (lines === undefined)
    throw new Fault('command', {
      thing: folder,
      found: 'no gate that works on it',
      expected: 'one that runs: npm start',
    });
  return {
    results: Lines.parse(lines).map(({ part, level, says }) =>
      result(part, { ok: level !== 'failed', value: level, note: says }),
    ),
  };
}

await runCommand('health', health);
