import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import { CABLE_WARNING } from '#drivers/reader/osdp/install.ts';
import { askGate } from '#service/control/askGate.ts';
import { result, type Result } from '../report.ts';
import type { InstallArguments, ReadersArguments } from './arguments.ts';
import type { Installer } from './walk.ts';

const Readers = z.array(
  z.strictObject({
    reader: z.string(),
    line: z.string(),
    address: z.number(),
    link: z.enum(['up', 'down']),
    vendor: z.optional(z.string()),
    model: z.optional(z.number()),
    serial: z.optional(z.number()),
    alarms: z.array(z.string()),
  }),
);

/** The OSDP readers of the gate that works on a data folder. @throws Fault `command` where none does. */
export async function readers({ data }: Pick<ReadersArguments, 'data'>): Promise<readonly Result[]> {
  const found = Readers.parse(await ask(data, 'readers', {}));
  return found.map(({ reader, line, address, link, vendor, serial, alarms }) => {
    const device = vendor === undefined ? 'not identified' : `maker ${vendor}, serial number ${serial}`;
    const wrong = alarms.length === 0 ? '' : `; alarms: ${alarms.join(', ')}`;
    const note = `line ${line}, address ${address}, ${device}${wrong}`;
    return result(`reader.${reader}`, { ok: link === 'up' && alarms.length === 0, value: link, limit: 'up', note });
  });
}

/**
 * Has the gate give one reader a key of its own, once somebody has read what can be overheard meanwhile.
 * @throws Fault `command` where nobody has, or no gate works there; `reader` with what went wrong.
 */
export async function install(
  { data, reader, minutes, understood }: InstallArguments,
  installer: Installer,
): Promise<readonly Result[]> {
  installer.tell(CABLE_WARNING);
  if (!understood && !(await installer.yes(`Is the cable of reader ${reader} out of everybody else's reach?`))) {
    const found = 'a cable that somebody may reach';
    throw new Fault('command', { thing: `installation of ${reader}`, found, expected: 'one that nobody else reaches' });
  }
  installer.tell(`Reader ${reader} is given its key; this takes at most ${minutes} minutes.`);
  await ask(data, 'reader-install', { reader, minutes, understood: true });
  return [result(`install.${reader}`, { ok: true, value: 'installed', note: 'it has proved its own key' })];
}

async function ask(data: string, command: string, given: Parameters<typeof askGate>[2]) {
  const answer = await askGate(data, command, given);
  if (answer !== undefined) return answer;
  throw new Fault('command', { thing: data, found: 'no gate that works on it', expected: 'one that runs: npm start' });
}
