import type { KioskBridge } from '../../contract/bridge.ts';
import type { KioskCommand } from '../../contract/kioskCommand.ts';
import type { KioskView } from '../../contract/kioskView.ts';
import { readMirrorPicture, type MirrorPicture } from '../../contract/mirrorFrame.ts';
import { readViewMessage } from './parseView.ts';
import { reconnectDelayMs } from './reconnect.ts';

type OnView = (view: KioskView | undefined) => void;
type OnMirror = (picture: MirrorPicture | undefined) => void;

/** The terminal behind a loopback socket. It connects again by itself, for as long as somebody is subscribed. */
export class SocketBridge implements KioskBridge {
  readonly #address: string;
  #socket: WebSocket | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  subscribe(onView: OnView, onMirror: OnMirror): () => void {
    let failures = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const connect = (): void => {
      const socket = new WebSocket(this.#address);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        failures = 0;
      };
      socket.onmessage = ({ data }) => receive(data, onView, onMirror);
      socket.onclose = () => {
        onMirror(undefined);
        onView(undefined);
        if (!ended) waiting = setTimeout(connect, reconnectDelayMs(failures++));
      };
      this.#socket = socket;
    };
    connect();
    return () => {
      ended = true;
      clearTimeout(waiting);
      this.#socket?.close();
    };
  }

  /** A command while the terminal is away is dropped: what it answered is no longer on the screen. */
  send(command: KioskCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }
}

function receive(data: unknown, onView: OnView, onMirror: OnMirror): void {
  if (typeof data === 'string') {
    const view = readViewMessage(data);
    if (view !== undefined) onView(view);
  } else if (data instanceof ArrayBuffer) {
    const message = new Uint8Array(data);
    onMirror(readMirrorPicture(message));
    message.fill(0);
  }
}
