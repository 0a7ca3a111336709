import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chooseAccount, readAccounts, type ScreenAccount } from './account.ts';
import { findDisplay, type Display } from './display.ts';

/** What shows the screens, and one sentence on why it and not the one before. */
export type Host =
  | { readonly kind: 'electron'; readonly binary: string; readonly display: ScreenDisplay; readonly why: string }
  | {
      readonly kind: 'chromium';
      readonly binary: string;
      readonly setpriv: string;
      readonly display: ScreenDisplay;
      readonly account: RunnableAccount;
      readonly why: string;
    }
  | { readonly kind: 'none'; readonly why: string };

export type ScreenDisplay = Exclude<Display, { kind: 'none' }>;
export type RunnableAccount = Exclude<ScreenAccount, { kind: 'none' }>;

/** What the choice looks at. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly uid: number;
  /** The project's folder, where npm put Electron. */
  readonly root: string;
  readonly isExecutable: (file: string) => boolean;
  readonly findDisplay: (env: NodeJS.ProcessEnv) => Display;
  readonly chooseAccount: (uid: number, display: Display) => ScreenAccount;
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export const thisMachine = (root: string): Machine => ({
  env: process.env,
  uid: process.getuid?.() ?? 0,
  root,
  isExecutable,
  findDisplay,
  chooseAccount: (uid, display) => chooseAccount(uid, display, readAccounts()),
});

/** The first host that works here. Nothing is downloaded for it. */
export function chooseHost(machine: Machine): Host {
  const display = machine.findDisplay(machine.env);
  if (display.kind === 'none') return { kind: 'none', why: `No display: ${display.why}.` };
  const electron = lookForElectron(machine);
  if (electron.kind === 'found')
    return { kind: 'electron', binary: electron.binary, display, why: 'Electron is installed here.' };
  const chromium = lookForChromium(machine, display);
  const instead = `Not Electron: ${electron.why}.`;
  if (chromium.kind === 'found')
    return { ...chromium.host, why: `${instead} ${chromium.host.binary} is installed here.` };
  return { kind: 'none', why: `${instead} Not Chromium: ${chromium.why}.` };
}

type ElectronFound =
  | { readonly kind: 'found'; readonly binary: string }
  | { readonly kind: 'missing'; readonly why: string };

function lookForElectron({ env, root, uid, isExecutable: executable }: Machine): ElectronFound {
  const folder = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules', 'electron', 'dist');
  const binary = join(folder, 'electron');
  if (!executable(binary)) return { kind: 'missing', why: `its binary is not at ${binary}` };
  // Its sandbox refuses root, and the terminal inside of it could not reach its hardware as somebody else.
  return uid === 0 ? { kind: 'missing', why: 'its sandbox does not run as root' } : { kind: 'found', binary };
}

type ChromiumHost = Extract<Host, { kind: 'chromium' }>;
type ChromiumFound =
  | { readonly kind: 'found'; readonly host: ChromiumHost }
  | { readonly kind: 'missing'; readonly why: string };

function lookForChromium(machine: Machine, display: ScreenDisplay): ChromiumFound {
  const binary = findChromium(machine);
  if (binary === undefined) return { kind: 'missing', why: `none of ${CHROMIUM_NAMES.join(', ')} is on the PATH` };
  const setpriv = onPath('setpriv', machine);
  if (setpriv === undefined) return { kind: 'missing', why: 'setpriv (Debian: util-linux) is not on the PATH' };
  const account = machine.chooseAccount(machine.uid, display);
  if (account.kind === 'none') return { kind: 'missing', why: account.why };
  return { kind: 'found', host: { kind: 'chromium', binary, setpriv, display, account, why: '' } };
}

/** The browser's program, where one is installed. */
export const findChromium = (machine: Pick<Machine, 'env' | 'isExecutable'>): string | undefined =>
  CHROMIUM_NAMES.map((name) => onPath(name, machine)).find((file) => file !== undefined);

const onPath = (
  name: string,
  { env, isExecutable: executable }: Pick<Machine, 'env' | 'isExecutable'>,
): string | undefined =>
  (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find(executable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How to look at pages that this machine shows to itself alone. */
export function howToLook(look: {
  readonly port: number;
  readonly path?: string;
  /** Where the page asks for a token. */
  readonly tokenFile?: string;
  readonly hostName: string;
}): readonly string[] {
  const { port, path = '/', tokenFile, hostName } = look;
  return [
    `To look at it on this machine: http://127.0.0.1:${port}${path}`,
    `From another one: ssh -L ${port}:127.0.0.1:${port} ${hostName}, and there http://localhost:${port}${path}`,
    ...(tokenFile === undefined ? [] : [`The page asks for the token in ${tokenFile}`]),
  ];
}
