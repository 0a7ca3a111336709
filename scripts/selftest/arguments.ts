import { Fault } from '#core/kernel/fault.ts';

export interface CommissioningOptions {
  readonly kind: 'commissioning';
  readonly config: string;
  /** Move every strike once. */
  readonly move: boolean;
}

export type SelftestOptions =
  | {
      readonly kind: 'simulated';
      /** Everything that the gate wrote is left there. */
      readonly keep: string | undefined;
    }
  | CommissioningOptions;

const EXPECTED = 'selftest --simulated [--keep FOLDER] [--json], or selftest --config FILE [--move] [--json]';

/** @throws Fault `command` for anything else than EXPECTED */
export function readSelftestArguments(given: readonly string[]): SelftestOptions {
  const found = new Map<string, string>();
  for (let i = 0; i < given.length; i++) {
    const argument = given[i] ?? '';
    const valued = argument === '--keep' || argument === '--config';
    if (!valued && argument !== '--simulated' && argument !== '--move') throw wrong(argument);
    const value = valued ? given[++i] : '';
    if (value === undefined || value.startsWith('--')) throw wrong(`${argument} without its value`);
    found.set(argument, value);
  }
  const config = found.get('--config');
  if (found.has('--simulated')) {
    if (config !== undefined || found.has('--move')) throw wrong('--simulated beside what is for a real gate');
    return { kind: 'simulated', keep: found.get('--keep') };
  }
  if (config === undefined || found.has('--keep')) throw wrong(given.join(' ') || 'nothing');
  return { kind: 'commissioning', config, move: found.has('--move') };
}

const wrong = (found: string): Fault => new Fault('command', { thing: 'arguments', found, expected: EXPECTED });
