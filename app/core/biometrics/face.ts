/** A box in pixels of its frame; may reach over the frame's edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A detected face. `score` is the detector's, 0..1. */
export interface Face {
  readonly box: Box;
  readonly score: number;
}

/** A place in the picture, in pixels of the frame. */
export interface Landmark {
  readonly x: number;
  readonly y: number;
}

/** Both eyes, nose tip, both mouth corners, as they lie in the picture from left to right, in pixels of the frame. */
export type FivePoints = readonly [Landmark, Landmark, Landmark, Landmark, Landmark];

/** A face with what quality and extraction need. */
export interface MeasuredFace extends Face {
  readonly points: FivePoints;
  /** Head pose in degrees; 0, 0, 0 looks into the camera. */
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  /** Variance of the Laplacian over the aligned face in grey levels squared: low is blurred. */
  readonly sharpness: number;
  /** Mean grey of the face, 0..255, and the share of its pixels that are blown out or black. */
  readonly exposure: { readonly mean: number; readonly clippedShare: number };
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  // Written as "not within" so that a NaN from a model overlaps nothing.
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
