import { Fault } from '#core/kernel/fault.ts';

export const USAGE = `one of
  journal search --data DIR [--key FILE] [--from TIME] [--until TIME] [--kind KIND] [--access-point NAME] [--door NAME]
                 [--person PSEUDONYM] [--subjects yes] [--limit N]
  journal verify --data DIR [--key FILE] [--anchor EXPORT]
  journal export --data DIR [--key FILE] --to FILE [--form jsonl|csv] [--first N] [--last N]
  journal verify-export FILE [--public-key HEX]
where no gate runs on the folder --key is needed; --json gives a report that programs read`;

export interface JournalArguments {
  readonly command: string;
  readonly files: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

const NAMES: Record<string, readonly string[]> = {
  search: [
    '--data',
    '--key',
    '--from',
    '--until',
    '--kind',
    '--access-point',
    '--door',
    '--person',
    '--subjects',
    '--limit',
  ],
  verify: ['--data', '--key', '--anchor'],
  export: ['--data', '--key', '--to', '--form', '--first', '--last'],
  'verify-export': ['--public-key'],
};

/** @throws Fault `command` for anything that is not known, or lacks its value. */
export function parseJournalArguments(given: readonly string[]): JournalArguments {
  const [command = '', ...rest] = given;
  const names = NAMES[command];
  if (names === undefined) throw unusable(command || 'nothing');
  const values = new Map<string, string>();
  const files: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index]!;
    if (names.includes(argument)) {
      const value = rest[++index];
      if (value === undefined || value.startsWith('--')) throw unusable(`${argument} without its value`);
      values.set(argument, value);
    } else if (argument.startsWith('-') || command !== 'verify-export') throw unusable(argument);
    else files.push(argument);
  }
  return { command, files, values };
}

export function needed({ values }: JournalArguments, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw unusable(`no ${name}`);
  return value;
}

/** Milliseconds since 1970 from a date and time as ISO 8601 has them. */
export function timeOf({ values }: JournalArguments, name: string): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw unusable(`${name} ${value}, which is no date and time`);
  return at;
}

export function numberOf({ values }: JournalArguments, name: string): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(value)) throw unusable(`${name} ${value}, which is no number from 1 on`);
  return Number(value);
}

export const unusable = (found: string): Fault => new Fault('command', { thing: 'arguments', found, expected: USAGE });
