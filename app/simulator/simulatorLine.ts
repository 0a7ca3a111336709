import { SimulatorView, type SimulatorCommand } from '../contract/simulator.ts';

export const SIMULATOR_VIEW_CHARACTERS_MAX = 65_536;
/** The gate and the page are on one machine and the page has no second choice: a fixed pause is enough. */
export const CALL_AGAIN_MS = 1_000;

/** The page's line to the simulated world. It calls again by itself. */
export class SimulatorLine {
  readonly #address: string;
  #socket: WebSocket | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Calls with each good view, and with `undefined` while there is no gate. */
  open(onView: (view: SimulatorView | undefined) => void): void {
    const socket = new WebSocket(this.#address);
    socket.onmessage = ({ data }) => {
      const view = readSimulatorView(data);
      if (view !== undefined) onView(view);
    };
    socket.onclose = () => {
      onView(undefined);
      setTimeout(() => this.open(onView), CALL_AGAIN_MS);
    };
    this.#socket = socket;
  }

  send(command: SimulatorCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }
}

/** The view in a message, or undefined where it is none. */
export function readSimulatorView(message: unknown): SimulatorView | undefined {
  if (typeof message !== 'string' || message.length > SIMULATOR_VIEW_CHARACTERS_MAX) return undefined;
  try {
    const parsed = SimulatorView.safeParse(JSON.parse(message));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
