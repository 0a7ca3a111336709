import type { Camera, CameraCapabilities, FrameStream } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import { OneStream } from '../oneStream.ts';
import { CameraShim } from './cameraShim.ts';
import { ShimStream, type ShimStreamParts } from './shimStream.ts';
import type { Shape } from './structs.ts';

export interface ShimCameraOptions {
  readonly name: string;
  /** The library's file. */
  readonly library: string;
  /** As the shim's header says; empty for the first camera that there is. */
  readonly id: string;
  readonly shape: Shape;
  /** While nobody is there. */
  readonly idleFramesPerSecond?: number;
  readonly clock: Clock;
  readonly capabilities?: CameraCapabilities;
  readonly onFrame?: ShimStreamParts['onFrame'];
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
    const { library, id, name, shape, idleFramesPerSecond, clock, onFrame } = this.#options;
    this.#shim ??= CameraShim.load(library);
    const shim = this.#shim;
    const parts = {
      shim,
      id,
      name,
      shape,
      clock,
      ...(idleFramesPerSecond !== undefined && { idleFramesPerSecond }),
      ...(onFrame !== undefined && { onFrame }),
    };
    return this.#oneStream.open(() => new ShimStream(parts));
  }
}
