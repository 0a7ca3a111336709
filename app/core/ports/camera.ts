import type { Box } from '../biometrics/face.ts';
import type { Monotonic } from '../kernel/units.ts';

/**
 * One picture, leased from its camera: RGB, 8 bits a channel, `width * height * 3` bytes, rows without padding, in shared
 * memory so that a worker reads it without a copy. Disposing of it overwrites the pixels with zeros and gives the buffer back.
 */
export interface Frame extends Disposable {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array<SharedArrayBuffer>;
  /** Counts up by one for every picture that the device delivered, whether or not anybody took it. */
  readonly sequence: number;
  readonly capturedAt: Monotonic;
}

/** How many frames may wait for their reader: the latest wins, the older one is given back unread. */
export const FRAMES_WAITING_MAX = 1;

/** What the gate does with a camera just now. */
export interface Attention {
  /** Somebody is there, or was a moment ago: all its frames are wanted, and light on a face. An empty place needs few. */
  readonly lively: boolean;
  /** The face that is looked at, in pixels of the frame: brightness is measured there, whatever is behind it. */
  readonly face?: Box;
}

export interface FrameStream {
  /**
   * The newest frame not yet taken; waits for one where there is none. `undefined` once the stream is closed.
   * @throws Fault `camera` or `picture` where the device fails; the stream is closed then.
   */
  next(): Promise<Frame | undefined>;
  /** Takes effect with one of the next frames. A camera that has nothing to set has no such thing. Never fails. */
  attend?(attention: Attention): void;
  /** Closes the device and overwrites every buffer not leased out. Closing twice is no error. */
  close(): Promise<void>;
}

export interface CameraCapabilities {
  /** Frames follow a living scene, so that PAD may compare them; still pictures cannot give this. */
  readonly temporalPad: boolean;
}

/** The device is open exactly from `frames()` to the stream's `close()`; there is one stream at a time. */
export interface Camera {
  readonly name: string;
  readonly capabilities: CameraCapabilities;
  /** @throws Fault `camera` where a stream of this camera is still open. */
  frames(): FrameStream;
}
