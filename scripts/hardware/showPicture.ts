import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '#core/ports/clock.ts';
import type { Language } from '#core/privacy/consent.ts';
import { keepChromium } from '../start/chromium.ts';
import { keepElectronWindow } from '../start/electronWindow.ts';
import { howToLook, type Host } from '../start/host.ts';
import type { ScreenWindow } from '../start/screenFolder.ts';
import type { LivePicture } from './livePicture.ts';

export interface ShowParts {
  readonly host: Host;
  /** Of the page; as the environment has it where it is left out. */
  readonly language?: Language;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** Shows the page on the terminal's screen where there is one, and says how else to look at it. */
export function showPicture(
  { address, port, path }: Pick<LivePicture, 'address' | 'port' | 'path'>,
  { host, language, clock, env, say }: ShowParts,
): { readonly stop: () => Promise<unknown> } {
  for (const line of howToLook({ port, path, hostName: hostname() })) say(line);
  const lead = leadTo(`${address}?fill&language=${language ?? languageOf(env)}`);
  const window: ScreenWindow = { name: 'picture', enter: (write) => write(lead) };
  switch (host.kind) {
    case 'none':
      say(`No screen is shown. ${host.why}`);
      return { stop: () => Promise.resolve() };
    case 'electron':
      say(`Shown on this terminal's screen by Electron. ${host.why}`);
      return keepElectronWindow({ host, window, clock, env, log: say });
    case 'chromium':
      say(`Shown on this terminal's screen by Chromium. ${host.why}`);
      return keepChromium({ host, windows: [window], clock, env, log: say });
  }
}

function languageOf(env: NodeJS.ProcessEnv): Language {
  const locale = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => env[name] ?? '').find((value) => value !== '');
  return locale?.startsWith('zh') === true ? 'zh-Hans' : 'en';
}

/** A page that leads on to another one, and can do nothing else. */
export function leadTo(address: string): string {
  const script = `location.replace(${JSON.stringify(address)});`;
  const hash = createHash('sha256').update(script).digest('base64');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lintel</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'">
</head><body><script>${script}</script></body></html>
`;
}
