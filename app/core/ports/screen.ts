import type { Frame } from './camera.ts';

/** The live picture of the `mirror` preview. It has a channel of its own; the latest wins. */
export interface Mirror {
  /** Copies what it needs before it returns: the frame is overwritten right after. */
  show(frame: Frame): void;
  /** Overwrites the picture wherever it is shown or waits to be. */
  clear(): void;
}
