import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';
import { askGate } from '#service/control/askGate.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

/**
 * What operators order of the doors of a gate that works. Usage: npm run doors -- COMMAND [--data FOLDER] [--json].
 * Leaving needs none of it, and none of it stands in its way.
 */

/** Of the gate that `npm start` runs. */
const DATA = 'data/simulated';

const USAGE = `doors modes
  doors mode DOOR normal|unlocked|locked-down [MINUTES]
  doors revoke DOOR
  doors alarms
  doors acknowledge ALARM PLACE
  doors forget everybody | forget area AREA | forget person PERSON
  doors excuse PERSON
  doors bypass-interlock DOOR SECONDS
  doors first-person ACCESS-POINT
  doors apply-configuration
each with [--data FOLDER] [--json]`;

interface Asked {
  readonly command: string;
  readonly given: Json;
}

function readDoorsArguments(given: readonly string[]): { folder: string; asked: Asked } {
  const at = given.indexOf('--data');
  const folder = at < 0 ? DATA : (given[at + 1] ?? '');
  const words = at < 0 ? given : given.toSpliced(at, 2);
  const asked = askedBy(words);
  if (folder === '' || asked === undefined)
    throw new Fault('command', { thing: 'arguments', found: given.join(' ') || 'nothing', expected: USAGE });
  return { folder, asked };
}

function askedBy([command, ...words]: readonly string[]): Asked | undefined {
  const [one = '', two = '', three = ''] = words;
  const takes = (least: number, most = least): boolean => words.length >= least && words.length <= most;
  switch (command) {
    case 'modes':
      return takes(0) ? { command: 'door-modes', given: {} } : undefined;
    case 'mode': {
      const minutes = three === '' ? {} : { minutes: Number(three) };
      return takes(2, 3) ? { command: 'door-mode', given: { door: one, mode: two, ...minutes } } : undefined;
    }
    case 'revoke':
      return takes(1) ? { command: 'door-mode-revoke', given: { door: one } } : undefined;
    case 'alarms':
      return takes(0) ? { command: 'alarms', given: {} } : undefined;
    case 'acknowledge':
      return takes(2) ? { command: 'alarm-acknowledge', given: { alarm: one, place: two } } : undefined;
    case 'forget':
      return forgotten(words);
    case 'excuse':
      return takes(1) ? { command: 'passback-excuse', given: { person: one } } : undefined;
    case 'bypass-interlock':
      return takes(2) ? { command: 'interlock-bypass', given: { door: one, seconds: Number(two) } } : undefined;
    case 'first-person':
      return takes(1) ? { command: 'first-person-reset', given: { accessPoint: one } } : undefined;
    case 'apply-configuration':
      return takes(0) ? { command: 'configuration-apply', given: {} } : undefined;
    default:
      return undefined;
  }
}

function forgotten([kind, name, ...others]: readonly string[]): Asked | undefined {
  if (others.length > 0) return undefined;
  const command = 'passback-reset';
  if (kind === 'everybody' && name === undefined) return { command, given: { whose: { kind } } };
  if (kind === 'area' && name !== undefined) return { command, given: { whose: { kind, area: name } } };
  if (kind === 'person' && name !== undefined) return { command, given: { whose: { kind: 'holder', holder: name } } };
  return undefined;
}

const Mode = z.object({ door: z.string(), mode: z.string(), by: z.string(), until: z.optional(z.number()) });
const Alarm = z.object({ alarm: z.string(), place: z.string(), state: z.string() });
const Applied = z.object({ changed: z.boolean(), needsRestart: z.array(z.string()) });

async function doors({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const { folder, asked } = readDoorsArguments(rest);
  const answer = await askGate(folder, asked.command, asked.given);
  if (answer === undefined)
    throw new Fault('command', {
      thing: folder,
      found: 'no gate that works on it',
      expected: 'one that runs: npm start',
    });
  return { results: shown(asked.command, answer) };
}

function shown(command: string, answer: Json): readonly Result[] {
  if (command.startsWith('door-mode')) {
    return z
      .array(Mode)
      .parse(answer)
      .map(({ door, mode, by, until }) => {
        const end = until === undefined ? '' : `, until ${new Date(until).toISOString()}`;
        return result(door, { value: mode, note: `by ${by}${end}` });
      });
  }
  if (command.startsWith('alarm')) {
    const alarms = z.array(Alarm).parse(answer);
    if (alarms.length === 0) return [result('alarms', { value: 'none' })];
    return alarms.map(({ alarm, place, state }) =>
      result(`${alarm} at ${place}`, { ok: state === 'acknowledged', value: state }),
    );
  }
  if (command === 'configuration-apply') {
    const { changed, needsRestart } = Applied.parse(answer);
    const note = needsRestart.length === 0 ? 'all of it' : `needs a restart: ${needsRestart.join(', ')}`;
    return [result('configuration', { value: changed ? 'changed' : 'as before', note })];
  }
  return [result(command, { value: 'done' })];
}

await runCommand('doors', doors);
