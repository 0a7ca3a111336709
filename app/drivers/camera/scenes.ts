import type { Box } from '#core/biometrics/face.ts';

/** RGB, 8 bits a channel, rows without padding. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export interface SceneOptions {
  readonly width?: number;
  readonly height?: number;
  /** Turns the picture clockwise about the face, to hold a head upright that is tilted in the photograph. */
  readonly turnDegrees?: number;
}

/** Widths of the face that a scene is wide, as at a gate where somebody stands before the camera. */
const FACE_WIDTHS = 3;
/** A face in profile, or with much forehead, is measured by its height instead. */
const WIDTH_OF_HEIGHT = 0.75;
/**
 * Upright, as a camera at a gate is mounted: PAD looks at 2.7 times the height of the face, and calls a face a spoof
 * where a landscape picture leaves it no room for that.
 */
const SCENE_SIZE = { width: 480, height: 640 };

/**
 * The part of a photograph around one face, as a picture of its own in which that face is about a third as wide. Near
 * the photograph's edge the part is moved inwards; what turning brings in from outside repeats the edge. `box` is the
 * face in pixels of `picture`.
 */
export function sceneFromPicture(picture: RgbPicture, box: Box, options: SceneOptions = {}): RgbPicture {
  const { width, height, turnDegrees = 0 } = { ...SCENE_SIZE, ...options };
  const face = Math.max(box.width, box.height * WIDTH_OF_HEIGHT);
  const step = Math.min(face * FACE_WIDTHS, picture.width, (picture.height * width) / height) / width;
  const within = (centre: number, length: number, whole: number): number =>
    Math.min(Math.max(centre - length / 2, 0), whole - length);
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const view: View = {
    left: within(centre.x, width * step, picture.width) - centre.x,
    top: within(centre.y, height * step, picture.height) - centre.y,
    step,
    centre,
    radians: (turnDegrees * Math.PI) / 180,
  };
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) draw(picture, view, { rgb, width, x, y });
  return { width, height, rgb };
}

/** Where a scene lies in its photograph: its corner seen from the face's centre, and photograph pixels a pixel. */
interface View {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly centre: { readonly x: number; readonly y: number };
  readonly radians: number;
}

/** The mean of as many samples a side as pixels of the photograph go into one: bilinear where none are left out. */
function draw(picture: RgbPicture, view: View, to: { rgb: Uint8Array; width: number; x: number; y: number }): void {
  const samples = Math.max(Math.ceil(view.step), 1);
  const [sine, cosine] = [Math.sin(view.radians), Math.cos(view.radians)];
  const sum = [0, 0, 0];
  for (let i = 0; i < samples * samples; i++) {
    const across = view.left + (to.x + ((i % samples) + 0.5) / samples) * view.step;
    const down = view.top + (to.y + (Math.floor(i / samples) + 0.5) / samples) * view.step;
    const x = view.centre.x + across * cosine + down * sine - 0.5;
    const y = view.centre.y - across * sine + down * cosine - 0.5;
    addSample(picture, x, y, sum);
  }
  for (let channel = 0; channel < 3; channel++) {
    to.rgb[(to.y * to.width + to.x) * 3 + channel] = Math.round(sum[channel]! / (samples * samples));
  }
}

function addSample({ width, height, rgb }: RgbPicture, x: number, y: number, sum: number[]): void {
  const inX = Math.min(Math.max(x, 0), width - 1);
  const inY = Math.min(Math.max(y, 0), height - 1);
  const [left, top] = [Math.floor(inX), Math.floor(inY)];
  const [partX, partY] = [inX - left, inY - top];
  const right = Math.min(left + 1, width - 1);
  const below = Math.min(top + 1, height - 1);
  for (let channel = 0; channel < 3; channel++) {
    const at = (column: number, row: number): number => rgb[(row * width + column) * 3 + channel]!;
    const upper = at(left, top) * (1 - partX) + at(right, top) * partX;
    const lower = at(left, below) * (1 - partX) + at(right, below) * partX;
    sum[channel]! += upper * (1 - partY) + lower * partY;
  }
}
