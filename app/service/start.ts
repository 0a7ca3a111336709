import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { forbidCoreDumps } from '#platform/coreDumps.ts';
import { giveBackFreedMemory } from '#platform/freedMemory.ts';
import { HangAlarm } from '#platform/hangAlarm.ts';
import { openNotifySocket } from '#platform/notifySocket.ts';
import { Configuration } from './configuration.ts';
import { controlCommands } from './control/commands.ts';
import { configurationCommands } from './control/configurationCommands.ts';
import { ControlSocket } from './control/controlSocket.ts';
import { exitStatusOf } from './exitStatus.ts';
import { keepLastGood, readOrLastGood } from './lastGood.ts';
import { LastingLoopback } from './lastingLoopback.ts';
import { parentOverPort, parentPortOf, serveParentPort } from './loopback/parentPort.ts';
import { sessionsAt } from './loopback/session.ts';
import { loopbackHost } from './loopbackHost.ts';
import { openGate } from './openGate.ts';
import { parseServiceOptions } from './options.ts';
import { configFile, programFolders, readConfiguration, readModels } from './readConfig.ts';
import { parentOverIpc, startHeartbeat } from './supervise/heartbeat.ts';

/** Where the program was unpacked. */
const ROOT = process.env['LINTEL_ROOT'] ?? join(import.meta.dirname, '../..');

const log = (line: string): void => console.error(`gate: ${line}`);

/** Runs until it is told to stop. The same service under every host: only who shows the screens differs. */
async function run(): Promise<void> {
  const dumps = forbidCoreDumps();
  const options = parseServiceOptions(process.argv.slice(2));
  const folders = programFolders(ROOT);
  const models = readModels(folders.models);
  const source = { file: options.config, simulated: options.simulated, folder: process.cwd() };
  const file = configFile(source);
  const read = (path: string | undefined) => readConfiguration({ ...source, file: path }, models);
  const started =
    source.file === undefined ? { read: read(undefined), refused: undefined } : readOrLastGood(file, read);
  const { config } = started.read;
  const clock = new SystemClock();
  const open = await openGate({ config, models, folders, clock, random: new SystemRandom() });
  const { health } = open.gate;
  health.report({ part: 'core dumps', level: dumps.forbidden ? 'ok' : 'warning', says: dumps.says });
  for (const line of health.lines) log(`${line.level}: ${line.part}: ${line.says}`);
  health.onReport((line) => log(`${line.level}: ${line.part}: ${line.says}`));

  const stopped = Promise.withResolvers<number>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stopped.resolve(0));
  const mainOfElectron = parentPortOf(process);
  using heart = startHeartbeat({
    clock,
    systemd: openNotifySocket(process.env, process.pid),
    parent: mainOfElectron === undefined ? parentOverIpc(process) : parentOverPort(mainOfElectron),
    alarm: new HangAlarm(),
    onParentGone: () => stopped.resolve(0),
  });
  const report = (fault: Fault): void => log(`refused: ${fault.message}`);
  const { endpoints } = open;
  const onScreens = (kiosk: number): void => heart.screens(kiosk);
  let host: LastingLoopback | undefined;
  if (mainOfElectron === undefined) {
    const parts = { clock, endpoints, report, onScreens, config, options, pages: folders.pages };
    host = new LastingLoopback({ clock, health, open: () => loopbackHost(parts), onLate: (port) => heart.ready(port) });
  } else {
    serveParentPort(mainOfElectron, { open: sessionsAt(endpoints, clock), report, onStop: () => stopped.resolve(0) });
  }
  using configuration = new Configuration({
    file,
    inForce: config,
    refused: started.refused,
    read: () => read(source.file),
    keep: () => (source.file === undefined ? undefined : keepLastGood(file, health)),
    adopt: (changed) => open.gate.adopt(changed),
    clock,
    recorder: open.gate.recorder,
    health,
  });
  configuration.watch();
  const control = await ControlSocket.open({
    folder: config.dataFolder,
    commands: [...controlCommands(open.gate), ...configurationCommands(configuration)],
    record: (action) => open.gate.recorder.record({ kind: 'operator-action', action }),
    health,
  });
  heart.ready(await host?.start());
  // Now and not at the end, which a crash does not see: the restart after it must not compile everything again.
  flushCompileCache();
  giveBackFreedMemory();
  const status = await stopped.promise;
  heart.stopping();
  await control.close();
  await host?.close();
  await open.close();
  process.exitCode = status;
}

try {
  await run();
} catch (error) {
  log(error instanceof Fault ? error.message : (error instanceof Error && error.stack) || messageOf(error));
  process.exitCode = exitStatusOf(error);
}
// Whatever still holds the process open, a pulse or a worker, has been ended: nothing is waited for.
process.exit();
