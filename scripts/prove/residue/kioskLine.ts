import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { KioskCommand } from '#contract/kioskCommand.ts';
import { KioskView } from '#contract/kioskView.ts';
import { Fault } from '#core/kernel/fault.ts';
import { openPageSocket } from '../../bench/pageSocket.ts';

/** How long one thing that is waited for may take before the gate is taken to be broken. */
const WAIT_MS_MAX = 30_000;

/** The kiosk page's line to a service, without the page: a second screen, on which is read what the gate decides. */
export class KioskLine implements Disposable {
  readonly #socket: WebSocket;
  readonly #changes = new EventEmitter<{ view: [KioskView] }>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    // With the preview `mirror` pictures come as well; this screen does not look at them.
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) this.#changes.emit('view', KioskView.parse(JSON.parse(data.toString('utf8'))));
      else data.fill(0);
    });
  }

  /** @throws Fault `screen` where the service does not take the token. */
  static async open(port: number, token: string): Promise<KioskLine> {
    return new KioskLine(await openPageSocket('kiosk', port, token));
  }

  command(command: KioskCommand): void {
    this.#socket.send(JSON.stringify(command));
  }

  /** The first view from now on of which `holds` is true. @throws Fault `screen` where none comes in time */
  async until(what: string, holds: (view: KioskView) => boolean): Promise<KioskView> {
    const { promise, resolve, reject } = Promise.withResolvers<KioskView>();
    const look = (view: KioskView): void => {
      if (holds(view)) resolve(view);
    };
    const found = `nothing of it within ${WAIT_MS_MAX} ms`;
    const late = (): void => reject(new Fault('screen', { thing: 'gate that is watched', found, expected: what }));
    const timer = setTimeout(late, WAIT_MS_MAX);
    this.#changes.on('view', look);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#changes.off('view', look);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
