import { parseArgs } from 'node:util';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { PLACE_OPTIONS, PLACE_USAGE, placesOf, type Places } from '../dataFolder.ts';

export const USAGE = `one of
  journal search WHERE [--from TIME] [--until TIME] [--kind KIND] [--access-point NAME] [--door NAME]
                 [--person PSEUDONYM] [--subjects] [--limit N]
  journal verify WHERE [--anchor EXPORT]
  journal export WHERE --to FILE [--form jsonl|csv] [--first N] [--last N]
  journal verify-export FILE [--public-key HEX]
${PLACE_USAGE}
A gate that works is asked, and --data is enough then; otherwise the data folder is opened here. --json for programs.`;

const OPTIONS = {
  ...PLACE_OPTIONS,
  from: { type: 'string' },
  until: { type: 'string' },
  kind: { type: 'string' },
  'access-point': { type: 'string' },
  door: { type: 'string' },
  person: { type: 'string' },
  subjects: { type: 'boolean' },
  limit: { type: 'string' },
  anchor: { type: 'string' },
  to: { type: 'string' },
  form: { type: 'string' },
  first: { type: 'string' },
  last: { type: 'string' },
  'public-key': { type: 'string' },
} as const;
type Option = keyof typeof OPTIONS;

const WHERE: readonly Option[] = ['config', 'data', 'key', 'tpm', 'tcti'];
const OF_COMMAND: Readonly<Record<string, readonly Option[]>> = {
  search: [...WHERE, 'from', 'until', 'kind', 'access-point', 'door', 'person', 'subjects', 'limit'],
  verify: [...WHERE, 'anchor'],
  export: [...WHERE, 'to', 'form', 'first', 'last'],
  'verify-export': ['public-key'],
};

type Values = ReturnType<typeof parsed>['values'];

export interface JournalArguments {
  readonly command: string;
  readonly files: readonly string[];
  readonly values: Values;
  /** @throws Fault `command` where there is none */
  readonly data: () => string;
  /** @throws Fault `command` where it was not given whole */
  readonly places: () => Places;
}

/** @throws Fault `command` for anything that is not known, or lacks its value. */
export function parseJournalArguments(args: readonly string[]): JournalArguments {
  const { values, positionals } = parsed(args);
  const [command = '', ...files] = positionals;
  const known = OF_COMMAND[command];
  if (known === undefined) throw unusable(command || 'nothing');
  const strange = Object.keys(values).find((name) => !known.some((one) => one === name));
  if (strange !== undefined) throw unusable(`--${strange}`);
  if (files.length > 0 && command !== 'verify-export') throw unusable(files.join(' '));
  const places = (): Places => placesOf(values);
  return { command, files, values, places, data: () => values.data ?? places().data };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw unusable(messageOf(error));
  }
}

/** Milliseconds since 1970 from a date and time as ISO 8601 has them. */
export function timeOf({ values }: JournalArguments, name: 'from' | 'until'): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw unusable(`--${name} ${value}, which is no date and time`);
  return at;
}

export function numberOf({ values }: JournalArguments, name: 'limit' | 'first' | 'last'): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(value)) throw unusable(`--${name} ${value}, which is no number from 1 on`);
  return Number(value);
}

export const unusable = (found: string): Fault => new Fault('command', { thing: 'arguments', found, expected: USAGE });
