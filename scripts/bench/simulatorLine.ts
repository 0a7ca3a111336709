import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { SimulatorCommand } from '#contract/simulator.ts';
import { Fault } from '#core/kernel/fault.ts';
import { PAGE_FIELD, TOKEN_FIELD } from '#service/loopback/signIn.ts';

/** The simulator page's line to a service, without the page. */
export class SimulatorLine implements Disposable {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @throws Fault `screen` where the service does not take the token. */
  static async open(port: number, token: string): Promise<SimulatorLine> {
    const origin = `http://127.0.0.1:${port}`;
    const body = new URLSearchParams({ [TOKEN_FIELD]: token, [PAGE_FIELD]: 'simulator' });
    const answer = await fetch(`${origin}/session`, { method: 'POST', body });
    await answer.text();
    const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0];
    if (cookie === undefined) {
      throw new Fault('screen', { thing: 'measured service', found: `status ${answer.status}`, expected: 'a session' });
    }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/simulator/socket`, { headers: { cookie, origin } });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return new SimulatorLine(socket);
  }

  do(command: SimulatorCommand): void {
    this.#socket.send(JSON.stringify(command));
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
