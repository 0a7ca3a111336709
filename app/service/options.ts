import { Fault } from '#core/kernel/fault.ts';

/** How the service was called. */
export interface ServiceOptions {
  readonly simulated: boolean;
  /** Absent for the simulated gate that the program brings along. */
  readonly config: string | undefined;
  /** Where the loopback server's token lies; without one a new token is made beside the data. */
  readonly tokenFile: string | undefined;
  /** Overrides the configured loopback port: a restart takes the port that its screens know. */
  readonly port: number | undefined;
}

const EXPECTED = '[--simulated] [--config FILE] [--token-file FILE] [--port N]';

/** @throws Fault `config` for an argument that is not known, or lacks its value. */
export function parseServiceOptions(args: readonly string[]): ServiceOptions {
  const values = new Map<string, string>();
  let simulated = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (argument === '--simulated') simulated = true;
    else if (['--config', '--token-file', '--port'].includes(argument)) {
      const value = args[++i];
      if (value === undefined || value.startsWith('--')) throw wrong(`${argument} without its value`);
      values.set(argument, value);
    } else throw wrong(argument);
  }
  const config = values.get('--config');
  if (!simulated && config === undefined) throw wrong('neither --simulated nor --config');
  const port = values.get('--port');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw wrong(`--port ${port}`);
  return {
    simulated,
    config,
    tokenFile: values.get('--token-file'),
    port: port === undefined ? undefined : Number(port),
  };
}

const wrong = (found: string): Fault => new Fault('config', { thing: 'command line', found, expected: EXPECTED });
