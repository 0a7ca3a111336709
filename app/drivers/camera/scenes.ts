import type { Box } from '#core/biometrics/face.ts';

/** RGB, 8 bits a channel, rows without padding. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface SceneSize {
  readonly width: number;
  readonly height: number;
}

/** Widths of the face that a scene is wide, as at a gate where somebody stands before the camera. */
const FACE_WIDTHS = 3;
/** A face in profile, or with much forehead, is measured by its height instead. */
const WIDTH_OF_HEIGHT = 0.75;
const SCENE_SIZE: SceneSize = { width: 640, height: 480 };

/**
 * The part of a photograph around one face, as a picture of its own in which that face takes about a third of the width.
 * Near the photograph's edge the part is moved inwards. `box` is the face in pixels of `picture`.
 */
export function sceneFromPicture(picture: RgbPicture, box: Box, size: SceneSize = SCENE_SIZE): RgbPicture {
  const face = Math.max(box.width, box.height * WIDTH_OF_HEIGHT);
  const aspect = size.height / size.width;
  const width = Math.min(face * FACE_WIDTHS, picture.width, picture.height / aspect);
  const height = width * aspect;
  const within = (start: number, length: number, whole: number): number => Math.min(Math.max(start, 0), whole - length);
  const left = within(box.x + box.width / 2 - width / 2, width, picture.width);
  const top = within(box.y + box.height / 2 - height / 2, height, picture.height);
  const columns = axisTaps({ start: left, length: width, from: picture.width, to: size.width });
  const rows = axisTaps({ start: top, length: height, from: picture.height, to: size.height });
  return { ...size, rgb: mixed(picture, columns, rows) };
}

/** Which pixels of one axis make up one pixel of the result, and how much of each. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** A triangle as wide as one pixel of the coarser side: bilinear when enlarging, an average when shrinking. */
function axisTaps(axis: { start: number; length: number; from: number; to: number }): readonly Taps[] {
  const step = axis.length / axis.to;
  const reach = Math.max(step, 1);
  return Array.from({ length: axis.to }, (_, i) => {
    const centre = axis.start + (i + 0.5) * step - 0.5;
    const first = Math.max(Math.ceil(centre - reach), 0);
    const last = Math.min(Math.floor(centre + reach), axis.from - 1);
    const raw = Array.from({ length: last - first + 1 }, (__, tap) => 1 - Math.abs(first + tap - centre) / reach);
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

function mixed(picture: RgbPicture, columns: readonly Taps[], rows: readonly Taps[]): Uint8Array {
  const result = new Uint8Array(columns.length * rows.length * 3);
  const line = new Float64Array(picture.width * 3);
  for (const [y, row] of rows.entries()) {
    line.fill(0);
    for (const [tap, weight] of row.weights.entries()) {
      const start = (row.first + tap) * line.length;
      for (let i = 0; i < line.length; i++) line[i]! += weight * picture.rgb[start + i]!;
    }
    for (const [x, column] of columns.entries()) {
      const to = (y * columns.length + x) * 3;
      for (let channel = 0; channel < 3; channel++) result[to + channel] = tapped(line, column, channel);
    }
  }
  line.fill(0);
  return result;
}

function tapped(line: Float64Array, { first, weights }: Taps, channel: number): number {
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * line[(first + tap) * 3 + channel]!;
  return Math.round(sum);
}
