import { ALIGNED_SIDE, ARCFACE_TEMPLATE, fitSimilarity, type Similarity } from '#vision/images/similarity.ts';
import { Warper } from '#vision/images/warp.ts';
import { formsOfBytes } from '../../traces/forms.ts';
import type { Look } from '../../traces/eyes.ts';
import type { ShownFace } from './shownFaces.ts';
import { MARKER } from './variation.ts';
import { DENSE, type Windows } from './windows.ts';

/** Every kind of trace that one face may leave. */
export const KINDS = [
  'planted marker',
  'picture file',
  'frame',
  'frame with a fourth channel',
  'frame turned as in a mirror',
  'frame turned as in a mirror, with a fourth channel, red first',
  'frame turned as in a mirror, with a fourth channel, blue first',
  'crop for detect',
  'crop for landmark',
  'crop for pose',
  'crop for liveness',
  'crop for feature',
  'aligned face in grey',
  'aligned face in bytes',
  'crop for feature in int8',
  'features, 32-bit floats',
  'features, 64-bit floats',
  'probe, 32-bit floats',
  'probe, 64-bit floats',
  'mean of probes, 32-bit floats',
  'probe in int8',
  'probe in uint8',
  'probe as hex',
  'probe as base64',
  'probe as text',
] as const;
export type Kind = (typeof KINDS)[number];

/** Of a picture, or of numbers that fill one, many windows are left with so few places. */
const OF_PICTURES = 32 * DENSE;
const OF_CROPS = 32 * DENSE;
const OF_SMALL = 2 * DENSE;
/** Probes of one presentation that are averaged. */
const PROBES_MAX = 3;
/** The largest whole number of a signed byte. */
const INT8_MAX = 127;

/** Everything of one face that may be found nowhere. */
export function addTraces(windows: Windows, { number, jpeg, look, face }: ShownFace): void {
  const add = (kind: Kind, bytes: Uint8Array, oneIn: number = DENSE): void => {
    windows.add({ kind: KINDS.indexOf(kind), face: number }, bytes, oneIn);
  };
  add('picture file', jpeg, OF_SMALL);
  addPixels(look, add);
  for (const [task, crop] of look.crops) add(`crop for ${task}`, bytesOf(crop), OF_CROPS);
  add('aligned face in grey', bytesOf(alignedGrey(look, face)), OF_SMALL);
  const aligned = look.crops.get('feature');
  if (aligned !== undefined) addAligned(aligned, add);
  addProbe(look, add);
}

type Add = (kind: Kind, bytes: Uint8Array, oneIn?: number) => void;

function addPixels({ pixels, width, height }: Look, add: Add): void {
  for (let y = 0; y < MARKER.rows; y++)
    add('planted marker', pixels.subarray(y * width * 3, (y * width + MARKER.columns) * 3));
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + (width - 1 - x)) * 3;
      turned.set(pixels.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  add('frame', pixels, OF_PICTURES);
  add('frame with a fourth channel', fourChannels(pixels, 'red'), OF_PICTURES);
  add('frame turned as in a mirror', turned, OF_PICTURES);
  add('frame turned as in a mirror, with a fourth channel, red first', fourChannels(turned, 'red'), OF_PICTURES);
  add('frame turned as in a mirror, with a fourth channel, blue first', fourChannels(turned, 'blue'), OF_PICTURES);
}

function fourChannels(rgb: Uint8Array, first: 'red' | 'blue'): Uint8Array {
  const four = new Uint8Array((rgb.length / 3) * 4).fill(255);
  const red = first === 'red' ? 0 : 2;
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    four[to + red] = rgb[from]!;
    four[to + 1] = rgb[from + 1]!;
    four[to + 2 - red] = rgb[from + 2]!;
  }
  return four;
}

/** The aligned face as somebody would keep it: in bytes, channels beside each other in either order, or as an int8 input. */
function addAligned(planes: Float32Array, add: Add): void {
  const plane = planes.length / 3;
  const [forth, back] = [new Uint8Array(planes.length), new Uint8Array(planes.length)];
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = Math.round((planes[channel * plane + i]! + 1) * 127.5);
      forth[i * 3 + channel] = value;
      back[i * 3 + 2 - channel] = value;
    }
  }
  add('aligned face in bytes', forth, OF_SMALL);
  add('aligned face in bytes', back, OF_SMALL);
  add('crop for feature in int8', bytesOf(Int8Array.from(planes, (value) => Math.round(value * INT8_MAX))), OF_SMALL);
}

/** Grey levels of the aligned face: sharpness and light are judged on them. */
function alignedGrey({ pixels, width, height }: Look, { points }: ShownFace['face']): Float32Array {
  const values = new Float32Array(ALIGNED_SIDE * ALIGNED_SIDE);
  const placed: Similarity = { a: 1, b: 0, dx: 0, dy: 0 };
  fitSimilarity(points, ARCFACE_TEMPLATE, placed);
  const planes = { width: ALIGNED_SIDE, height: ALIGNED_SIDE, values };
  new Warper(planes, { colour: 'grey', subtract: [0], divide: [1] }).draw({ pixels, width, height }, placed);
  return values;
}

function addProbe({ features, probe }: Look, add: Add): void {
  add('features, 32-bit floats', bytesOf(features));
  add('features, 64-bit floats', bytesOf(Float64Array.from(features)));
  add('probe, 32-bit floats', bytesOf(probe));
  add('probe, 64-bit floats', bytesOf(Float64Array.from(probe)));
  add('probe, 64-bit floats', bytesOf(ofLengthOne(Float64Array.from(features))));
  for (let count = 1; count <= PROBES_MAX; count++) add('mean of probes, 32-bit floats', bytesOf(meanOf(probe, count)));
  const largest = probe.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Of the whole range of a cosine, and of the largest number of this probe.
  for (const scale of [INT8_MAX, INT8_MAX + 1, INT8_MAX / largest, (INT8_MAX + 1) / largest]) {
    const whole = probe.map((value) => Math.min(INT8_MAX, Math.max(-INT8_MAX - 1, Math.round(value * scale))));
    add('probe in int8', bytesOf(Int8Array.from(whole)));
    add(
      'probe in uint8',
      Uint8Array.from(whole, (value) => value + INT8_MAX + 1),
    );
  }
  for (const { form, bytes } of formsOfBytes(bytesOf(probe))) {
    if (form === 'hex' || form === 'base64') add(`probe as ${form}`, bytes, OF_SMALL);
  }
  add('probe as text', Buffer.from([...probe].join(',')), OF_SMALL);
}

/** The mean of several probes that are the same, with the roundings of `Probe.mean`. */
function meanOf(probe: Float32Array, count: number): Float32Array {
  const sum = new Float32Array(probe.length);
  for (let turn = 0; turn < count; turn++) for (let i = 0; i < probe.length; i++) sum[i]! += probe[i]!;
  return ofLengthOne(sum);
}

function ofLengthOne<Numbers extends Float32Array | Float64Array>(values: Numbers): Numbers {
  let squares = 0;
  for (const value of values) squares += value * value;
  const length = Math.sqrt(squares);
  for (let i = 0; i < values.length; i++) values[i]! /= length;
  return values;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
