import type { PageName } from '#contract/page.ts';
import type { LoopbackToken } from '#service/loopback/token.ts';
import { enterPage, type ScreenWindow, type WindowPlace } from './screenFolder.ts';

/** A terminal's screen, and the simulator page beside it. */
const KIOSK: WindowPlace = { left: 0, width: 800, height: 1280 };
const SIMULATOR: WindowPlace = { left: KIOSK.width, width: 900, height: 900 };

export interface GatePages {
  readonly token: LoopbackToken;
  readonly port: number;
  readonly simulated: boolean;
}

/** The kiosk over the whole screen; of a simulated gate in a window as large as one, with the simulator page beside it. */
export function gateWindows({
  token,
  port,
  simulated,
}: GatePages): readonly [kiosk: ScreenWindow, ...others: ScreenWindow[]] {
  const window = (page: PageName, place?: WindowPlace): ScreenWindow => {
    const placed = place === undefined ? {} : { place };
    return {
      name: page,
      ...placed,
      enter: (write) => token.revealTo((text) => write(enterPage({ page, ...placed, port, token: text }))),
    };
  };
  return simulated ? [window('kiosk', KIOSK), window('simulator', SIMULATOR)] : [window('kiosk')];
}
