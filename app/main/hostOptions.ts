import type { PageName } from '../contract/page.ts';

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** How the screens are shown; everything else on the command line is the terminal's. */
export interface HostOptions {
  readonly simulated: boolean;
  readonly screen: ScreenSize;
  readonly terminalArgs: readonly string[];
}

const SCREEN_DEFAULT: ScreenSize = { width: 800, height: 1280 };
const SCREEN_ARGUMENT = /^--screen=(\d{3,4})x(\d{3,4})$/;

/** @throws Error for a `--screen` that is no size. */
export function parseHostOptions(args: readonly string[]): HostOptions {
  let screen = SCREEN_DEFAULT;
  const terminalArgs: string[] = [];
  for (const argument of args) {
    if (!argument.startsWith('--screen')) {
      terminalArgs.push(argument);
      continue;
    }
    const [, width, height] = SCREEN_ARGUMENT.exec(argument) ?? [];
    if (width === undefined || height === undefined) throw new Error(`${argument}: expected, say, --screen=800x1280`);
    screen = { width: Number(width), height: Number(height) };
  }
  return { simulated: args.includes('--simulated'), screen, terminalArgs };
}

/** Nothing that a page could use to reach further than its preload. */
export interface PagePreferences {
  readonly preload: string;
  readonly sandbox: true;
  readonly contextIsolation: true;
  readonly nodeIntegration: false;
  readonly nodeIntegrationInWorker: false;
  readonly nodeIntegrationInSubFrames: false;
  readonly webSecurity: true;
  readonly allowRunningInsecureContent: false;
  readonly experimentalFeatures: false;
  readonly webviewTag: false;
  readonly devTools: false;
  readonly spellcheck: false;
  readonly navigateOnDragDrop: false;
  readonly safeDialogs: true;
  /** In memory: the name does not begin with `persist:`. */
  readonly partition: string;
  readonly autoplayPolicy: 'no-user-gesture-required';
  readonly backgroundThrottling: false;
}

export interface WindowOptions {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly useContentSize: true;
  readonly show: false;
  readonly kiosk: boolean;
  readonly fullscreen: boolean;
  readonly autoHideMenuBar: true;
  readonly backgroundColor: string;
  readonly webPreferences: PagePreferences;
}

export const PARTITION = 'lintel';
const SIMULATOR_SIZE: ScreenSize = { width: 900, height: 900 };

/** A real gate's kiosk fills its screen; a simulated one is a window of that size beside the simulator's. */
export function windowOptions(page: PageName, options: HostOptions, preload: string): WindowOptions {
  const fills = page === 'kiosk' && !options.simulated;
  return {
    title: 'Lintel',
    ...(page === 'kiosk' ? options.screen : SIMULATOR_SIZE),
    useContentSize: true,
    show: false,
    kiosk: fills,
    fullscreen: fills,
    autoHideMenuBar: true,
    backgroundColor: '#000000',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      devTools: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      partition: PARTITION,
      autoplayPolicy: 'no-user-gesture-required',
      backgroundThrottling: false,
    },
  };
}
