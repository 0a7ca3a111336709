import type { RgbPicture } from '#drivers/camera/scenes.ts';
import type { Portrait } from './photographs.ts';

/** Of the pictures before the camera. */
export const FRAME = { width: 320, height: 320 } as const;
/** Where in the picture a face stands: two that stand at different sides are two people to the gate. */
export type Side = 'left' | 'right';

const CENTRE_OF: Readonly<Record<Side, number>> = { left: 0.32, right: 0.68 };
const FACE_WIDTH = { least: 72, most: 88 };
const TURN_DEGREES_MAX = 6;
const SHIFT_MAX = 0.02;
/** By how much a face may be found beside its place: less than its own width. */
const ASIDE_MAX = 0.1;
/** A face is drawn wider or narrower by so much: another face, not the same one nearer. */
const STRETCH_MAX = 0.1;
const GAIN = { least: 0.75, most: 1.15 };
const NOISE_MAX = 3;

/** Does this face stand where a variation puts the face that it was made of, and is it not a neighbour? */
export const standsAt = (side: Side, { x, width }: { readonly x: number; readonly width: number }): boolean =>
  Math.abs((x + width / 2) / FRAME.width - CENTRE_OF[side]) < ASIDE_MAX;

/** The planted marker: a block of noise in a corner, of this many rows and columns. */
export const MARKER = { rows: 16, columns: 96 } as const;

/** Where a pixel of the frame lies in the photograph: x = centre.x + a * u + b * v, y = centre.y + c * u + d * v. */
interface View {
  readonly centre: { readonly x: number; readonly y: number };
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/**
 * The face of a photograph as it might stand before a gate: at one side, nearer or farther, turned, drawn wider or
 * narrower, mirrored, lit and noisy by chance, with the marker planted in a corner.
 */
export function variationOf({ picture, face }: Portrait, side: Side, random: () => number): RgbPicture {
  const between = (least: number, most: number): number => least + (most - least) * random();
  const scale = face.width / between(FACE_WIDTH.least, FACE_WIDTH.most);
  const stretch = between(1 - STRETCH_MAX, 1 + STRETCH_MAX);
  const turn = (between(-TURN_DEGREES_MAX, TURN_DEGREES_MAX) * Math.PI) / 180;
  const mirrored = random() < 0.5 ? -1 : 1;
  const view: View = {
    centre: { x: face.x + face.width / 2, y: face.y + face.height / 2 },
    a: mirrored * scale * stretch * Math.cos(turn),
    b: -scale * Math.sin(turn),
    c: mirrored * scale * stretch * Math.sin(turn),
    d: scale * Math.cos(turn),
  };
  const at = {
    x: (CENTRE_OF[side] + between(-SHIFT_MAX, SHIFT_MAX)) * FRAME.width,
    y: (0.5 + between(-SHIFT_MAX, SHIFT_MAX)) * FRAME.height,
  };
  const gains = [0, 1, 2].map(() => between(GAIN.least, GAIN.most));
  const mean = (gains[0]! + gains[1]! + gains[2]!) / 3;
  // Light changes for all channels alike, and colour a little.
  const light = gains.map((gain) => (gain + 3 * mean) / 4);
  const rgb = new Uint8Array(FRAME.width * FRAME.height * 3);
  draw(picture, view, { rgb, at, light, random });
  for (let y = 0; y < MARKER.rows; y++)
    for (let i = 0; i < MARKER.columns * 3; i++) rgb[y * FRAME.width * 3 + i] = Math.floor(random() * 256);
  return { ...FRAME, rgb };
}

interface Canvas {
  readonly rgb: Uint8Array;
  /** Of the face's centre. */
  readonly at: { readonly x: number; readonly y: number };
  readonly light: readonly number[];
  readonly random: () => number;
}

function draw({ width, height, rgb }: RgbPicture, view: View, { rgb: to, at, light, random }: Canvas): void {
  // A photograph with more pixels than the frame is sampled several times a pixel.
  const samples = Math.min(4, Math.max(1, Math.ceil(Math.hypot(view.a, view.c))));
  const sums = [0, 0, 0];
  let place = 0;
  for (let y = 0; y < FRAME.height; y++) {
    for (let x = 0; x < FRAME.width; x++) {
      sums.fill(0);
      for (let i = 0; i < samples * samples; i++) {
        const u = x - at.x + ((i % samples) + 0.5) / samples;
        const v = y - at.y + (Math.floor(i / samples) + 0.5) / samples;
        const fromX = within(view.centre.x + view.a * u + view.b * v, width);
        const fromY = within(view.centre.y + view.c * u + view.d * v, height);
        const from = (fromY * width + fromX) * 3;
        sums[0]! += rgb[from]!;
        sums[1]! += rgb[from + 1]!;
        sums[2]! += rgb[from + 2]!;
      }
      for (let channel = 0; channel < 3; channel++, place++) {
        const value = (sums[channel]! / (samples * samples)) * light[channel]! + (random() - 0.5) * 2 * NOISE_MAX;
        to[place] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}

/** The pixel there; beyond the edge the edge is repeated. */
const within = (at: number, length: number): number => Math.min(length - 1, Math.max(0, Math.floor(at)));
