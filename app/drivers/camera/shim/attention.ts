import type { Attention } from '#core/ports/camera.ts';
import type { Rectangle, ShimControls, Size } from './structs.ts';

/** What a camera does that nobody has told anything. */
export const AUTOMATIC: ShimControls = {};

/** A region that has moved by less, as a share of the frame's width, is the same one. */
const MOVED = 0.05;
/** Stops; a camera is not bothered for less. */
const BIAS_STEP = 0.05;

/** What is fixed; the bias is where a face's own starts. */
export type FixedControls = Pick<ShimControls, 'exposureMicros' | 'gain' | 'bias' | 'whiteKelvin'>;

export interface AttentionRules {
  readonly fixed: FixedControls;
  /** Stops that the face needs more or less than the automatic exposure finds. */
  readonly bias: number;
  readonly fullRate: number;
  readonly idleRate: number;
  readonly frame: Size;
}

export function wantedControls({ lively, face }: Attention, rules: AttentionRules): ShimControls {
  const { fixed, fullRate, idleRate, bias, frame } = rules;
  const wanted = { ...fixed, framesPerSecond: lively ? fullRate : Math.min(idleRate, fullRate) };
  // Where neither exposure nor gain may change, nothing follows the light of a face.
  if (face === undefined || (fixed.exposureMicros !== undefined && fixed.gain !== undefined)) return wanted;
  return { ...wanted, bias, meter: within(face, frame) };
}

/** The part of a box that lies within the frame, in whole pixels, at least one. */
function within(box: Rectangle, { width, height }: Size): Rectangle {
  const x = clamp(Math.floor(box.x), 0, width - 1);
  const y = clamp(Math.floor(box.y), 0, height - 1);
  const right = clamp(Math.ceil(box.x + box.width), x + 1, width);
  const bottom = clamp(Math.ceil(box.y + box.height), y + 1, height);
  return { x, y, width: right - x, height: bottom - y };
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

const EXACT = ['framesPerSecond', 'exposureMicros', 'gain', 'whiteKelvin'] as const;

/** Near enough not to tell the camera again. */
export function sameControls(one: ShimControls, other: ShimControls): boolean {
  if (EXACT.some((name) => one[name] !== other[name])) return false;
  if (Math.abs((one.bias ?? 0) - (other.bias ?? 0)) > BIAS_STEP) return false;
  const [a, b] = [one.meter, other.meter];
  if (a === undefined || b === undefined) return a === b;
  const most = MOVED * Math.max(a.width, b.width) * 2;
  return (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(a[side] - b[side]) <= most);
}
