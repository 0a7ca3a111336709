import { Fault } from '#core/kernel/fault.ts';
import type { FrameStream } from '#core/ports/camera.ts';

interface OpenStream extends FrameStream {
  readonly isOpen: boolean;
}

/** Keeps to one stream of a camera at a time. */
export class OneStream {
  readonly #camera: string;
  #stream: OpenStream | undefined;

  /** `camera` is its name. */
  constructor(camera: string) {
    this.#camera = camera;
  }

  /** @throws Fault `camera` where the last stream is still open. */
  open(make: () => OpenStream): FrameStream {
    if (this.#stream?.isOpen) {
      throw new Fault('camera', {
        thing: this.#camera,
        found: 'a stream still open',
        expected: 'one stream at a time',
      });
    }
    this.#stream = make();
    return this.#stream;
  }
}
