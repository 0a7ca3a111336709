import type { PageName } from '#contract/page.ts';
import { SCREEN_SEEN } from '#contract/screenPort.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { OpenSession, Refusal } from './session.ts';

/** What the service uses of Electron's MessagePortMain. */
export interface ScreenPort {
  on(event: 'message', act: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', act: () => void): unknown;
  postMessage(message: string | Uint8Array): void;
  start(): void;
  close(): void;
}

export interface ServedPort {
  readonly page: PageName;
  readonly open: OpenSession;
  readonly report: (fault: Fault) => void;
}

/**
 * Serves one screen at the other end of a message port until that end closes, or says something that it may not say.
 * A port does not tell when it is empty, so the screen answers every message (contract/screenPort.ts).
 */
export function serveMessagePort(port: ScreenPort, { page, open, report }: ServedPort): void {
  let onSeen: (() => void) | undefined;
  const session = open(page, (message, sent) => {
    onSeen = sent;
    // The message is copied in the call.
    port.postMessage(message);
  });
  if (session === undefined) {
    report(new Fault('screen', { thing: `port of the ${page} page`, found: 'no such page here', expected: 'kiosk' }));
    port.close();
    return;
  }
  port.on('message', ({ data }) => {
    if (data === SCREEN_SEEN) {
      const seen = onSeen;
      onSeen = undefined;
      seen?.();
      return;
    }
    const refusal = typeof data === 'string' ? session.receive(data) : notText(data);
    if (refusal === undefined) return;
    session[Symbol.dispose]();
    port.close();
    const { found, expected } = refusal;
    report(new Fault('command', { thing: `command of the ${page} page`, found, expected }));
  });
  port.on('close', () => session[Symbol.dispose]());
  port.start();
}

const notText = (data: unknown): Refusal => ({ why: 'not-allowed', found: `a ${typeof data}`, expected: 'text' });
