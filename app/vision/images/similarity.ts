import type { FivePoints } from '#core/biometrics/face.ts';

/** The ArcFace template: where the five points lie in an aligned face of 112 x 112, pixel centres at .5. */
export const ARCFACE_TEMPLATE: FivePoints = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];
export const ALIGNED_SIDE = 112;

/** Turn, scale and shift without reflection: (x, y) becomes (a x - b y + dx, b x + a y + dy). */
export interface Similarity {
  a: number;
  b: number;
  dx: number;
  dy: number;
}

/**
 * The similarity that takes `from` nearest to `to`, by least squares (Umeyama 1991; in the plane it has this closed
 * form). Points that all coincide give NaN.
 */
export function fitSimilarity(from: FivePoints, to: FivePoints, fit: Similarity): void {
  let fromX = 0;
  let fromY = 0;
  let toX = 0;
  let toY = 0;
  const count = from.length;
  for (let i = 0; i < count; i++) {
    fromX += from[i]!.x / count;
    fromY += from[i]!.y / count;
    toX += to[i]!.x / count;
    toY += to[i]!.y / count;
  }
  let real = 0;
  let imaginary = 0;
  let spread = 0;
  for (let i = 0; i < count; i++) {
    const x = from[i]!.x - fromX;
    const y = from[i]!.y - fromY;
    const u = to[i]!.x - toX;
    const v = to[i]!.y - toY;
    real += x * u + y * v;
    imaginary += x * v - y * u;
    spread += x * x + y * y;
  }
  fit.a = real / spread;
  fit.b = imaginary / spread;
  fit.dx = toX - fit.a * fromX + fit.b * fromY;
  fit.dy = toY - fit.b * fromX - fit.a * fromY;
}
