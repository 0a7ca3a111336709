import type { Face, FivePoints, MeasuredFace, Landmark } from '#core/biometrics/face.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { FaultMessage } from '#core/kernel/faultMessage.ts';
import type { ModelSpec } from '../models/modelsFile.ts';
import { CODE_BYTES_MAX, type SeenCode } from '#core/ports/codeReader.ts';
import { FACES_MAX } from '../stages/detector.ts';

/**
 * What the engine and its thread say to each other. Numbers of faces go both ways through one piece of shared memory,
 * which the engine overwrites after each call; messages only say whose turn it is.
 */
export interface ThreadStart {
  readonly folder: string;
  readonly models: readonly ModelSpec[];
  readonly scoreMin: number;
  /** EXCHANGE_LENGTH numbers of 8 bytes. */
  readonly exchange: SharedArrayBuffer;
  /** Of the NativeLatch. */
  readonly latch: SharedArrayBuffer;
}

/** What a thread was started with comes without a type. */
export function isThreadStart(value: unknown): value is ThreadStart {
  if (typeof value !== 'object' || value === null) return false;
  const isPlain =
    'folder' in value && typeof value.folder === 'string' && 'models' in value && Array.isArray(value.models);
  const hasLeast = 'scoreMin' in value && typeof value.scoreMin === 'number';
  return isPlain && hasLeast && isShared(value, 'exchange') && isShared(value, 'latch');
}

const isShared = (value: object, key: string): boolean =>
  Object.getOwnPropertyDescriptor(value, key)?.value instanceof SharedArrayBuffer;

export type Call = 'detect' | 'measure' | 'measure-pad' | 'extract' | 'read-code';

export type ThreadMessage =
  | {
      readonly call: Call;
      readonly width: number;
      readonly height: number;
      /** A view on shared memory: its pixels are not copied. */
      readonly pixels: Uint8Array<SharedArrayBuffer>;
    }
  | { readonly call: 'close' };

export type ThreadAnswer =
  | { readonly kind: 'ready' }
  /** `count` faces where faces were asked for; of a code see `writeCode`. */
  | { readonly kind: 'done'; readonly count: number }
  | FaultMessage;

const NUMBERS_A_FACE = 5;
export const EXCHANGE_LENGTH = Math.max(
  FACES_MAX * NUMBERS_A_FACE,
  FEATURE_LENGTH,
  CODE_BYTES_MAX / Float64Array.BYTES_PER_ELEMENT,
);
export const EXCHANGE_BYTES = EXCHANGE_LENGTH * Float64Array.BYTES_PER_ELEMENT;

type Numbers = Float64Array<SharedArrayBuffer>;

export function writeFace(numbers: Numbers, { box, score }: Face, at = 0): void {
  numbers[at] = box.x;
  numbers[at + 1] = box.y;
  numbers[at + 2] = box.width;
  numbers[at + 3] = box.height;
  numbers[at + 4] = score;
}

export function readFace(numbers: Numbers, at = 0): Face {
  const box = { x: numbers[at]!, y: numbers[at + 1]!, width: numbers[at + 2]!, height: numbers[at + 3]! };
  return { box, score: numbers[at + 4]! };
}

export function writeFaces(numbers: Numbers, faces: readonly Face[]): void {
  for (const [i, face] of faces.entries()) writeFace(numbers, face, i * NUMBERS_A_FACE);
}

export function readFaces(numbers: Numbers, count: number): readonly Face[] {
  return Array.from({ length: count }, (_, i) => readFace(numbers, i * NUMBERS_A_FACE));
}

const POINTS_AT = NUMBERS_A_FACE;
const POSE_AT = POINTS_AT + 10;

export function writePoints(numbers: Numbers, points: FivePoints): void {
  for (const [i, { x, y }] of points.entries()) {
    numbers[POINTS_AT + 2 * i] = x;
    numbers[POINTS_AT + 2 * i + 1] = y;
  }
}

export function readPoints(numbers: Numbers): FivePoints {
  const landmark = (i: number): Landmark => ({ x: numbers[POINTS_AT + 2 * i]!, y: numbers[POINTS_AT + 2 * i + 1]! });
  return [landmark(0), landmark(1), landmark(2), landmark(3), landmark(4)];
}

export function writeMeasured(numbers: Numbers, face: MeasuredFace): void {
  writeFace(numbers, face);
  writePoints(numbers, face.points);
  const { pose, sharpness, exposure } = face;
  numbers.set([pose.yaw, pose.pitch, pose.roll, sharpness, exposure.mean, exposure.clippedShare], POSE_AT);
}

export function readMeasured(numbers: Numbers): MeasuredFace {
  return {
    ...readFace(numbers),
    points: readPoints(numbers),
    pose: { yaw: numbers[POSE_AT]!, pitch: numbers[POSE_AT + 1]!, roll: numbers[POSE_AT + 2]! },
    sharpness: numbers[POSE_AT + 3]!,
    exposure: { mean: numbers[POSE_AT + 4]!, clippedShare: numbers[POSE_AT + 5]! },
  };
}

/** A code that was seen and is unusable. */
const UNUSABLE = -1;

/** Leaves what a code holds in the exchange, and overwrites it where it was; returns the count that says so. */
export function writeCode(numbers: Numbers, code: SeenCode | undefined): number {
  if (code === undefined) return 0;
  if (code.kind === 'unusable') return UNUSABLE;
  new Uint8Array(numbers.buffer).set(code.bytes);
  code.bytes.fill(0);
  return code.bytes.length;
}

export function readCode(numbers: Numbers, count: number): SeenCode | undefined {
  if (count === 0) return undefined;
  if (count === UNUSABLE) return { kind: 'unusable' };
  return { kind: 'text', bytes: Uint8Array.from(new Uint8Array(numbers.buffer, 0, count)) };
}
