import { EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';
import { SimulatorView, type SimulatorCommand } from '#contract/simulator.ts';
import { PAGE_FIELD, TOKEN_FIELD } from '#service/loopback/signIn.ts';

/** Signs in as the launcher's page does; what comes back is the cookie. */
export async function signIn(port: number, token: string): Promise<string> {
  const body = new URLSearchParams({ [TOKEN_FIELD]: token, [PAGE_FIELD]: 'simulator' });
  const answer = await fetch(`http://127.0.0.1:${port}/session`, { method: 'POST', body });
  await answer.text();
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0];
  if (cookie === undefined) throw new Error(`no cookie, but status ${answer.status}`);
  return cookie;
}

/** The simulator page's line without the page. */
export class SimulatedHands implements Disposable {
  readonly #socket: WebSocket;
  readonly #changes = new EventEmitter<{ change: [] }>();
  #view: SimulatorView | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#changes.setMaxListeners(0);
    socket.on('message', (data: Buffer) => {
      this.#view = SimulatorView.parse(JSON.parse(data.toString('utf8')));
      this.#changes.emit('change');
    });
    socket.on('close', () => this.#changes.emit('change'));
    // The service may be killed at any moment.
    socket.on('error', () => undefined);
  }

  static async take(port: number, cookie: string): Promise<SimulatedHands> {
    const headers = { cookie, origin: `http://127.0.0.1:${port}` };
    const hands = new SimulatedHands(new WebSocket(`ws://127.0.0.1:${port}/simulator/socket`, { headers }));
    await hands.until(() => true);
    return hands;
  }

  /** False where the line is gone. */
  do(command: SimulatorCommand): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** The first view, now or later, of which `holds` is true. */
  async until(holds: (view: SimulatorView) => boolean): Promise<SimulatorView> {
    while (this.#view === undefined || !holds(this.#view)) {
      if (this.#socket.readyState > WebSocket.OPEN) throw new Error('the line is gone');
      await once(this.#changes, 'change');
    }
    return this.#view;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
