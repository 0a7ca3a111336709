import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { renewTokenFile } from '#service/loopback/token.ts';
import { parseServiceOptions, type ServiceOptions } from '#service/options.ts';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';
import { supervise } from '#service/supervise/supervise.ts';
import { runElectron } from './start/electron.ts';
import { chooseHost, thisMachine } from './start/host.ts';
import { Screens } from './start/screens.ts';

const ROOT = join(import.meta.dirname, '..');
const say = (line: string): void => console.log(line);

/** `npm start`: runs a gate, a simulated one where no configuration is named, and shows it on what this machine has. */
async function run(given: readonly string[]): Promise<number> {
  const args = given.includes('--config') || given.includes('--simulated') ? given : ['--simulated', ...given];
  const options = parseServiceOptions(args);
  const host = chooseHost(thisMachine(ROOT));
  say(
    options.simulated
      ? 'lintel: a simulated gate; the consent of its people is made up'
      : `lintel: the gate of ${options.config}`,
  );
  if (host.kind !== 'electron') return runService(options, host);
  say(`lintel: shown by Electron. ${host.why}`);
  return runElectron({ binary: host.binary, root: ROOT, args });
}

async function runService(
  options: ServiceOptions,
  host: ConstructorParameters<typeof Screens>[0]['host'],
): Promise<number> {
  const clock = new SystemClock();
  const tokenFile = resolve(options.tokenFile ?? 'data/screen-token');
  mkdirSync(dirname(tokenFile), { recursive: true, mode: 0o700 });
  using token = renewTokenFile(tokenFile);
  const screens = new Screens({ host, token, tokenFile, simulated: options.simulated, clock, say });
  let port = options.port;
  const service = supervise({
    clock,
    signals: process,
    log: (line) => say(`lintel: ${line}`),
    // A gate that is started again takes the port that its screens know.
    command: () => serviceCommand({ root: ROOT, args: argumentsOf({ ...options, tokenFile, port }) }),
    onDown: () => screens.shows(undefined),
    onMessage: (message) => {
      if (message.kind === 'screens') screens.shows(message.kiosk);
      if (message.kind !== 'ready' || message.port === undefined) return;
      port = message.port;
      screens.ready(port);
    },
  });
  const status = await service.ended;
  await screens.stop();
  return status;
}

const argumentsOf = ({ simulated, config, tokenFile, port }: ServiceOptions): readonly string[] => [
  ...(simulated ? ['--simulated'] : []),
  ...(config === undefined ? [] : ['--config', config]),
  ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
  ...(port === undefined ? [] : ['--port', String(port)]),
];

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(
    `lintel: ${error instanceof Fault ? error.message : (error instanceof Error && error.stack) || messageOf(error)}`,
  );
  process.exitCode = 1;
}
