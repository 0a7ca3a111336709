import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import type { Fault } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ScreenEndpoints } from './loopback/endpoint.ts';
import { startLoopback, type Loopback } from './loopback/startLoopback.ts';
import { readTokenFile, renewTokenFile } from './loopback/token.ts';
import type { ServiceOptions } from './options.ts';

export interface LoopbackHostParts {
  readonly endpoints: ScreenEndpoints;
  readonly clock: Clock;
  readonly report: (fault: Fault) => void;
  /** How many screens show the kiosk page, at every change. */
  readonly onScreens: (kiosk: number) => void;
  readonly config: TerminalConfig;
  readonly options: ServiceOptions;
  /** Where the built pages lie. */
  readonly pages: string;
}

/** Screens in browsers of this machine, over loopback and by a token. */
export async function loopbackHost(parts: LoopbackHostParts): Promise<Loopback> {
  const { endpoints, clock, report, onScreens, config, options, pages } = parts;
  const ownFile = `${config.keys.root.path}.screen-token`;
  if (options.tokenFile === undefined) mkdirSync(dirname(ownFile), { recursive: true });
  using token = options.tokenFile === undefined ? renewTokenFile(ownFile) : readTokenFile(options.tokenFile);
  const simulator = endpoints.simulator === undefined ? {} : { simulator: join(pages, 'simulator') };
  return await startLoopback({
    port: options.port ?? config.kiosk.port,
    pages: { kiosk: join(pages, 'kiosk'), ...simulator },
    token,
    endpoints,
    clock,
    report,
    onScreens,
  });
}
