/** Brightness that a face is to have, 0 to 255: where both fair and dark skin keep their detail. */
export const FACE_BRIGHTNESS = 115;
/** No more than this is corrected, in stops: beyond it noise or burnt-out parts are worse than a dark face. */
export const BIAS_MAX = 2;
/** Of what is missing, corrected with each frame: the camera needs a few frames to follow. */
const SHARE = 0.2;
/** What is nearer than this, in stops, is left as it is. */
const NEAR_ENOUGH = 0.15;
/** A face that is all black says nothing about how dark it is. */
const BRIGHTNESS_MIN = 4;

/** Stops to add to the automatic exposure, from those that the frame was taken with and how bright the face is in it. */
export function nextBias(bias: number, metered: number): number {
  const missing = Math.log2(FACE_BRIGHTNESS / Math.max(metered, BRIGHTNESS_MIN));
  if (Math.abs(missing) < NEAR_ENOUGH) return bias;
  return Math.min(BIAS_MAX, Math.max(-BIAS_MAX, bias + missing * SHARE));
}
