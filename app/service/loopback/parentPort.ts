import { ToTerminal } from '#contract/screenPort.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { ParentLink } from '../supervise/heartbeat.ts';
import { serveMessagePort, type ScreenPort } from './messagePort.ts';
import type { OpenSession } from './session.ts';

/** What the service uses of Electron's `process.parentPort`, which is there in a utility process alone. */
export interface ParentPort {
  on(
    event: 'message',
    act: (event: { readonly data: unknown; readonly ports: readonly ScreenPort[] }) => void,
  ): unknown;
  postMessage(message: unknown): void;
}

/** The port to Electron's main; undefined in every other host. */
export function parentPortOf(
  ofElectron: NodeJS.Process & { readonly parentPort?: ParentPort | null },
): ParentPort | undefined {
  return ofElectron.parentPort ?? undefined;
}

export interface ParentPortParts {
  readonly open: OpenSession;
  readonly report: (fault: Fault) => void;
  /** Main asks for the end of the gate. */
  readonly onStop: () => void;
}

/** Serves every screen that main hands over, until the process ends. */
export function serveParentPort(parentPort: ParentPort, { open, report, onStop }: ParentPortParts): void {
  parentPort.on('message', ({ data, ports }) => {
    const message = ToTerminal.safeParse(data);
    if (message.success && message.data.kind === 'stop') return onStop();
    const [port] = ports;
    if (message.success && message.data.kind === 'screen' && port !== undefined) {
      return serveMessagePort(port, { page: message.data.page, open, report });
    }
    for (const stray of ports) stray.close();
    report(
      new Fault('screen', {
        thing: 'message of main',
        found: 'something else',
        expected: 'a screen with its port, or stop',
      }),
    );
  });
}

/** Main as the process to tell that the service is alive. When main is gone Chromium ends this process with it. */
export const parentOverPort = (parentPort: ParentPort): ParentLink => ({
  tell: (message) => parentPort.postMessage(message),
  onGone: () => undefined,
});
