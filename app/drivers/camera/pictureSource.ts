import type { Millis } from '#core/kernel/units.ts';
import type { DecodedPicture } from './jpeg.ts';

/** Pictures one after the other, from the beginning again after the last. */
export interface PictureSource {
  readonly periodMs: Millis;
  /** @throws Fault `picture` or `camera` naming the source and the place in it. */
  next(): Promise<DecodedPicture>;
  close(): Promise<void>;
}
