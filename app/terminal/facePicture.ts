import type { Box } from '#core/biometrics/face.ts';
import type { PoorQuality } from '#core/biometrics/quality.ts';
import type { Sight } from '#core/presentation/presentation.ts';

/** What the screen may know of the looking: never a pixel, never a number of the face. */
export interface FacePicture {
  readonly cameraOn: boolean;
  readonly looking: boolean;
  /** A code is looked for, and nobody at all. */
  readonly reading: boolean;
  /** A code was seen just now that is no pass. */
  readonly foreignCode: boolean;
  /** In shares of the frame, turned as a mirror would. */
  readonly outline?: Box;
  /** Width of the camera's frames by their height, once one was seen. */
  readonly aspect?: number;
  readonly hint?: PoorQuality | 'step-in-front' | 'come-closer' | 'one-at-a-time' | 'almost-done';
  /** Usable frames of those needed, 0..1. */
  readonly progress: number;
}

export const NOTHING_SEEN: FacePicture = {
  cameraOn: false,
  looking: false,
  reading: false,
  foreignCode: false,
  progress: 0,
};

/** What one frame gives the person to see: a hint, and where the face is. */
export function seenIn(
  sight: Sight,
  frame: { readonly width: number; readonly height: number },
): Pick<FacePicture, 'hint' | 'outline'> {
  const hint = hintOf(sight);
  return {
    ...(hint === undefined ? {} : { hint }),
    ...(sight.kind === 'nobody' ? {} : { outline: inShares(sight.box, frame) }),
  };
}

const HINT_OF_NOBODY = {
  empty: 'step-in-front',
  'outside-zone': 'step-in-front',
  'too-far': 'come-closer',
  several: 'one-at-a-time',
} as const;

function hintOf(sight: Sight): FacePicture['hint'] {
  switch (sight.kind) {
    case 'nobody':
      return HINT_OF_NOBODY[sight.why];
    case 'poor':
      return sight.reason;
    case 'usable':
      return 'almost-done';
    case 'seen':
      return undefined;
  }
}

const inShares = (box: Box, frame: { readonly width: number; readonly height: number }): Box => ({
  x: 1 - (box.x + box.width) / frame.width,
  y: box.y / frame.height,
  width: box.width / frame.width,
  height: box.height / frame.height,
});
