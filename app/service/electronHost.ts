import { ToTerminal } from '#contract/screenPort.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ScreenEndpoints } from './loopback/endpoint.ts';
import { serveMessagePort, type ScreenPort } from './loopback/messagePort.ts';
import { sessionsAt } from './loopback/session.ts';
import type { ScreenHost } from './screenHost.ts';

/** What Electron gives a utility process to talk to its main process through. */
interface ParentPort {
  on(event: 'message', act: (message: { readonly data: unknown; readonly ports: readonly ScreenPort[] }) => void): unknown;
}

export interface ElectronHostParts {
  readonly endpoints: ScreenEndpoints;
  readonly clock: Clock;
  readonly report: (fault: Fault) => void;
  /** The main process wants the gate to shut down in order. */
  readonly onStop: () => void;
}

/** Screens in Electron's windows, a message port each; undefined where this is no utility process. */
export function electronHost({ endpoints, clock, report, onStop }: ElectronHostParts): ScreenHost | undefined {
  const parentPort = (process as { parentPort?: ParentPort }).parentPort;
  if (parentPort === undefined) return undefined;
  const open = sessionsAt(endpoints, clock);
  parentPort.on('message', ({ data, ports }) => {
    const parsed = ToTerminal.safeParse(data);
    if (!parsed.success) {
      report(new Fault('command', { thing: 'message of the main process', found: 'something else', expected: 'a screen, or stop' }));
      return;
    }
    if (parsed.data.kind === 'stop') onStop();
    else for (const port of ports) serveMessagePort(port, { page: parsed.data.page, open, report });
  });
  return { port: undefined, close: () => Promise.resolve() };
}
