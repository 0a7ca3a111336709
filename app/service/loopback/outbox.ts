import { MIRROR_BYTES_MAX, MIRROR_HEADER_BYTES } from '#contract/mirrorFrame.ts';
import { assert } from '#core/kernel/assert.ts';

/** Takes one message for a screen and calls `sent` once it has left; the bytes are overwritten then. */
export type SendToScreen = (message: string | Uint8Array, sent: () => void) => void;

/**
 * What one screen has not been sent yet: at most the newest view and the newest mirror picture. A slow screen misses what
 * came between and never makes anybody wait. Pictures are overwritten as soon as they were sent, replaced or cleared.
 */
export class Outbox<View> implements Disposable {
  readonly #send: SendToScreen;
  readonly #pictures = [new PictureBuffer(), new PictureBuffer()] as const;
  #view: { readonly newest: View } | undefined;
  #waiting = this.#pictures[0];
  #clear = false;
  #busy = false;
  #closed = false;

  constructor(send: SendToScreen) {
    this.#send = send;
  }

  view(newest: View): void {
    this.#view = { newest };
    this.#flush();
  }

  /** `undefined` clears the picture on the screen and overwrites the one that waits. */
  mirror(message: Uint8Array | undefined): void {
    if (this.#closed) return;
    if (message === undefined) this.#waiting.overwrite();
    else this.#waiting.take(message);
    this.#clear = message === undefined;
    this.#flush();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#view = undefined;
    for (const picture of this.#pictures) picture.overwrite();
  }

  #flush(): void {
    if (this.#busy || this.#closed) return;
    if (this.#view !== undefined) {
      const { newest } = this.#view;
      this.#view = undefined;
      this.#hand(JSON.stringify(newest), () => undefined);
    } else if (this.#clear) {
      this.#clear = false;
      this.#hand(new Uint8Array(MIRROR_HEADER_BYTES), () => undefined);
    } else if (this.#waiting.message !== undefined) {
      const sending = this.#waiting;
      this.#waiting = sending === this.#pictures[0] ? this.#pictures[1] : this.#pictures[0];
      this.#hand(sending.message!, () => sending.overwrite());
    }
  }

  #hand(message: string | Uint8Array, overwrite: () => void): void {
    this.#busy = true;
    this.#send(message, () => {
      overwrite();
      this.#busy = false;
      this.#flush();
    });
  }
}

/** Room for one mirror message, made at the first one. */
class PictureBuffer {
  #bytes: Uint8Array | undefined;
  #length = 0;

  take(message: Uint8Array): void {
    assert(message.length <= MIRROR_BYTES_MAX, `a mirror picture has at most ${MIRROR_BYTES_MAX} bytes`);
    this.overwrite();
    this.#bytes ??= new Uint8Array(MIRROR_BYTES_MAX);
    this.#bytes.set(message);
    this.#length = message.length;
  }

  get message(): Uint8Array | undefined {
    return this.#length === 0 ? undefined : this.#bytes?.subarray(0, this.#length);
  }

  overwrite(): void {
    this.#bytes?.fill(0, 0, this.#length);
    this.#length = 0;
  }
}
