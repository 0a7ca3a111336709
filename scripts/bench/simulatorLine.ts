import type { WebSocket } from 'ws';
import type { SimulatorCommand } from '#contract/simulator.ts';
import { openPageSocket } from './pageSocket.ts';

/** The simulator page's line to a service, without the page. */
export class SimulatorLine implements Disposable {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @throws Fault `screen` where the service does not take the token. */
  static async open(port: number, token: string): Promise<SimulatorLine> {
    return new SimulatorLine(await openPageSocket('simulator', port, token));
  }

  do(command: SimulatorCommand): void {
    this.#socket.send(JSON.stringify(command));
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
