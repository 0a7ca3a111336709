import type { WindowPlace } from './screenFolder.ts';

/** Off: what fetches, reports, offers or remembers something that a gate's screen has no use for. */
const FEATURES_OFF = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'GlobalMediaControls',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'PasswordManagerOnboarding',
  'Translate',
];

const ALWAYS = [
  '--no-first-run',
  '--no-default-browser-check',
  '--no-service-autorun',
  '--no-pings',
  '--noerrdialogs',
  '--disable-background-networking',
  '--disable-breakpad',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-infobars',
  '--disable-notifications',
  '--disable-pinch',
  '--disable-print-preview',
  '--disable-search-engine-choice-screen',
  '--disable-session-crashed-bubble',
  '--disable-speech-api',
  '--disable-sync',
  '--deny-permission-prompts',
  '--hide-crash-restore-bubble',
  '--metrics-recording-only',
  '--overscroll-history-navigation=0',
  '--password-store=basic',
  '--autoplay-policy=no-user-gesture-required',
  '--disk-cache-size=1',
  // Everything but this machine goes to a proxy that is not there: whatever a page or the browser tries, it reaches the gate alone.
  '--proxy-server=http://127.0.0.1:9',
  `--disable-features=${FEATURES_OFF.join(',')}`,
];

export interface ChromiumLook {
  readonly profile: string;
  /** `headless`: no display at all, for what only has to run. */
  readonly platform: 'wayland' | 'x11' | 'headless';
  /** A file address that leads on to the page. */
  readonly address: string;
  /** The whole screen where it is left out. */
  readonly place?: WindowPlace;
}

/** A terminal's screen. A window that fills another one is given that one's size by whatever manages its windows. */
const SCREEN: WindowPlace = { left: 0, width: 800, height: 1280 };

/** Never with `--no-sandbox`: where no sandbox works, no browser runs. */
export function chromiumArguments({ profile, platform, address, place }: ChromiumLook): readonly string[] {
  const { left, width, height } = place ?? SCREEN;
  const bounds = [`--window-size=${width},${height}`, `--window-position=${left},0`];
  const shown = [...(place === undefined ? ['--kiosk'] : []), `--app=${address}`];
  return [`--user-data-dir=${profile}`, `--ozone-platform=${platform}`, ...ALWAYS, ...bounds, ...shown];
}
