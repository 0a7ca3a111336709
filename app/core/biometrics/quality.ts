import type { MeasuredFace } from './face.ts';

/** Limits of a usable picture; the same at enrolment and at the gate. */
export interface QualityLimits {
  /** Least width of a face in pixels. */
  readonly faceWidthMin: number;
  /** Largest deviation from looking into the camera, in degrees. */
  readonly yawMax: number;
  readonly pitchMax: number;
  readonly rollMax: number;
  /** Least variance of the Laplacian. */
  readonly sharpnessMin: number;
  /** Mean grey of the face, 0..255. */
  readonly brightnessMin: number;
  readonly brightnessMax: number;
  /** Largest share of blown-out or black pixels. */
  readonly clippedShareMax: number;
}

/** Each is something that the person, or the installer, can change. */
export type PoorQuality = 'come-closer' | 'look-straight' | 'hold-still' | 'too-dark' | 'too-bright' | 'uneven-light';

export type Quality = { readonly kind: 'usable' } | { readonly kind: 'poor'; readonly reason: PoorQuality };

/** The first reason that helps most: distance before light before pose before motion. */
export function assessQuality(face: MeasuredFace, limits: QualityLimits): Quality {
  const reason = firstFlaw(face, limits);
  return reason === undefined ? { kind: 'usable' } : { kind: 'poor', reason };
}

function firstFlaw(face: MeasuredFace, limits: QualityLimits): PoorQuality | undefined {
  const { pose, exposure } = face;
  // Written as "not within" so that a NaN from a model is a flaw and never passes.
  if (!(face.box.width >= limits.faceWidthMin)) return 'come-closer';
  if (!(exposure.mean >= limits.brightnessMin)) return 'too-dark';
  if (!(exposure.mean <= limits.brightnessMax)) return 'too-bright';
  if (!(exposure.clippedShare <= limits.clippedShareMax)) return 'uneven-light';
  if (!(Math.abs(pose.yaw) <= limits.yawMax)) return 'look-straight';
  if (!(Math.abs(pose.pitch) <= limits.pitchMax)) return 'look-straight';
  if (!(Math.abs(pose.roll) <= limits.rollMax)) return 'look-straight';
  if (!(face.sharpness >= limits.sharpnessMin)) return 'hold-still';
  return undefined;
}
