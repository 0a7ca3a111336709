import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  Menu,
  MessageChannelMain,
  protocol,
  session,
  utilityProcess,
  type MessagePortMain,
} from 'electron';
import type { PageName } from '../contract/page.ts';
import { SCHEME } from './guards.ts';
import { parseHostOptions, PARTITION, windowOptions } from './hostOptions.ts';
import { lockDownSession } from './lockDown.ts';
import { keepPage } from './pageWindow.ts';
import type { HostClock } from './restartDelay.ts';
import { servePage, type PageFolders } from './servePage.ts';
import { TerminalProcess } from './terminalProcess.ts';

/** Two folders up from this file, which vite.electron.config.ts puts into build/electron. */
const ROOT = join(import.meta.dirname, '..', '..');
const PRELOAD = join(import.meta.dirname, 'preload.cjs');
const TERMINAL = join(import.meta.dirname, 'service', 'app', 'service', 'start.js');
const PAGES = join(ROOT, 'build', 'web');

const log = (line: string): void => console.error(line);
const clock: HostClock = {
  now: () => performance.now(),
  later: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

function pageFolders(simulated: boolean): PageFolders {
  const kiosk = join(PAGES, 'kiosk');
  if (!existsSync(join(kiosk, 'index.html')))
    throw new Error(`${kiosk}: found no index.html, expected the built kiosk page`);
  return simulated ? { kiosk, simulator: join(PAGES, 'simulator') } : { kiosk };
}

async function run(): Promise<void> {
  const options = parseHostOptions(process.argv.slice(app.isPackaged ? 1 : 2));
  const folders = pageFolders(options.simulated);
  await app.whenReady();
  Menu.setApplicationMenu(null);
  const screens = session.fromPartition(PARTITION);
  lockDownSession(screens);
  screens.protocol.handle(SCHEME, (request) => servePage(request, folders));

  const terminal = new TerminalProcess<MessagePortMain>({
    fork: () =>
      utilityProcess.fork(TERMINAL, [...options.terminalArgs], {
        serviceName: 'Lintel terminal',
        stdio: 'inherit',
        env: { ...process.env, LINTEL_ROOT: ROOT },
      }),
    channel: () => new MessageChannelMain(),
    clock,
    log,
    onEnded: (code) => app.exit(code),
  });
  let stopping = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    void terminal.stop().then(() => app.exit(0));
  });
  const pages: readonly PageName[] = options.simulated ? ['kiosk', 'simulator'] : ['kiosk'];
  for (const page of pages) {
    const window = new BrowserWindow(windowOptions(page, options, PRELOAD));
    keepPage<MessagePortMain>(window, { page, clock, log, onConnect: (connected) => terminal.connect(connected) });
  }
}

app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
if (app.requestSingleInstanceLock()) {
  run().catch((thrown: unknown) => {
    log(thrown instanceof Error ? thrown.message : String(thrown));
    app.exit(1);
  });
} else {
  log('This gate is running already.');
  app.exit(1);
}
