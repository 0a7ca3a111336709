import { KIOSK_COMMAND_BYTES_MAX } from '../contract/kioskCommand.ts';
import { readMirrorPicture, type MirrorPicture } from '../contract/mirrorFrame.ts';
import { SCREEN_SEEN } from '../contract/screenPort.ts';

/** What is used of a renderer's MessagePort. */
export interface TerminalPort {
  addEventListener(event: 'message', act: (event: { readonly data: unknown }) => void): void;
  addEventListener(event: 'close', act: () => void): void;
  start(): void;
  postMessage(message: string): void;
  close(): void;
}

interface Subscriber<View> {
  readonly onView: (view: View | undefined) => void;
  readonly onMirror: (picture: MirrorPicture | undefined) => void;
}

/** A view, or undefined where what crossed is none. */
export type ReadView<View> = (crossed: unknown) => View | undefined;

/** Between the page and the terminal: the two functions of contract/bridge.ts, and the port that main hands over. */
export class ScreenBridge<View> {
  readonly #readView: ReadView<View>;
  readonly #subscribers = new Set<Subscriber<View>>();
  #port: TerminalPort | undefined;
  #newest: View | undefined;

  constructor(readView: ReadView<View>) {
    this.#readView = readView;
  }

  /** Takes a new port to the terminal; the one before, if any, belongs to a terminal that is gone. */
  connect(port: TerminalPort): void {
    this.#port?.close();
    this.#port = port;
    port.addEventListener('close', () => this.#onClosed(port));
    port.addEventListener('message', ({ data }) => {
      if (this.#port === port) this.#onMessage(data);
      port.postMessage(SCREEN_SEEN);
    });
    port.start();
  }

  subscribe(onView: Subscriber<View>['onView'], onMirror: Subscriber<View>['onMirror']): () => void {
    const subscriber = { onView, onMirror };
    this.#subscribers.add(subscriber);
    onView(this.#newest);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** A command while the terminal is away, or one above its limit, is dropped. */
  send(command: unknown): void {
    const text = JSON.stringify(command);
    if (typeof text === 'string' && new TextEncoder().encode(text).length <= KIOSK_COMMAND_BYTES_MAX)
      this.#port?.postMessage(text);
  }

  #onMessage(data: unknown): void {
    if (data instanceof Uint8Array) {
      const picture = readMirrorPicture(data);
      const shown = picture === undefined || picture.width * picture.height === 0 ? undefined : picture;
      for (const { onMirror } of this.#subscribers) onMirror(shown);
      data.fill(0);
      return;
    }
    const view = typeof data === 'string' ? this.#readView(fromJson(data)) : undefined;
    // The last good view stays where a message is none.
    if (view !== undefined) this.#show(view);
  }

  #onClosed(port: TerminalPort): void {
    if (this.#port !== port) return;
    this.#port = undefined;
    for (const { onMirror } of this.#subscribers) onMirror(undefined);
    this.#show(undefined);
  }

  #show(view: View | undefined): void {
    this.#newest = view;
    for (const { onView } of this.#subscribers) onView(view);
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
