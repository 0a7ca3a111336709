import type { Camera, CameraCapabilities, FrameStream } from '#core/ports/camera.ts';
import { OneStream } from '../oneStream.ts';
import { CameraShim } from './cameraShim.ts';
import { ShimStream, type ShimStreamParts } from './shimStream.ts';

export interface ShimCameraOptions extends Omit<ShimStreamParts, 'shim'> {
  /** The library's file. */
  readonly library: string;
  readonly capabilities?: CameraCapabilities;
}

/**
 * A camera behind the shim. A shim that is missing is a camera that cannot be opened: whoever looks is told, again at every
 * try, and nothing else of the gate knows of it.
 */
export class ShimCamera implements Camera {
  readonly name: string;
  readonly capabilities: CameraCapabilities;
  readonly #options: ShimCameraOptions;
  readonly #oneStream: OneStream;
  #shim: CameraShim | undefined;

  constructor(options: ShimCameraOptions) {
    this.name = options.name;
    this.capabilities = options.capabilities ?? { temporalPad: true };
    this.#options = options;
    this.#oneStream = new OneStream(options.name);
  }

  /** @throws Fault `camera` where a stream is still open, or the shim is not there. */
  frames(): FrameStream {
    const shim = (this.#shim ??= CameraShim.load(this.#options.library));
    return this.#oneStream.open(() => new ShimStream({ ...this.#options, shim }));
  }
}
