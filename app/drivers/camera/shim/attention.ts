import type { Attention } from '#core/ports/camera.ts';
import type { Rectangle, ShimControls, Size } from './structs.ts';

/** What a camera does that nobody has told anything. */
export const AUTOMATIC: ShimControls = {};

/** A region that has moved by less, as a share of the frame's width, is the same one. */
const MOVED = 0.05;
/** Stops; a camera is not bothered for less. */
const BIAS_STEP = 0.05;

export interface AttentionRules {
  readonly bias: number;
  readonly fullRate: number;
  readonly idleRate: number;
  readonly frame: Size;
}

export function wantedControls({ lively, face }: Attention, rules: AttentionRules): ShimControls {
  const framesPerSecond = lively ? rules.fullRate : Math.min(rules.idleRate, rules.fullRate);
  if (face === undefined) return { framesPerSecond };
  return { framesPerSecond, bias: rules.bias, meter: within(face, rules.frame) };
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

/** Near enough not to tell the camera again. */
export function sameControls(one: ShimControls, other: ShimControls): boolean {
  if (one.framesPerSecond !== other.framesPerSecond) return false;
  if (Math.abs((one.bias ?? 0) - (other.bias ?? 0)) > BIAS_STEP) return false;
  const [a, b] = [one.meter, other.meter];
  if (a === undefined || b === undefined) return a === b;
  const most = MOVED * Math.max(a.width, b.width) * 2;
  return (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(a[side] - b[side]) <= most);
}
