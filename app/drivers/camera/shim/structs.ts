import { assert } from '#core/kernel/assert.ts';

/**
 * The structures of native/camera/lintel_camera.h as bytes. Both machines that the gate runs on, x86-64 and arm64, write
 * the low byte first.
 */
const LITTLE = true;
const SHAPE_BYTES = 48;
const CONTROLS_BYTES = 36;
const FRAME_BYTES = 64;

export const FORMATS = ['NV12', 'YUYV', 'MJPG', 'RGB3', 'BGR3'] as const;
export type Format = (typeof FORMATS)[number];
export const ROTATIONS = [0, 90, 180, 270] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** Pixels from the upper left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Shape {
  /** Whichever the camera does best where it is left out. */
  readonly format?: Format;
  readonly size: Size;
  readonly framesPerSecond: number;
  /** Of the device's picture; all of it where it is left out. */
  readonly zone?: Rectangle;
  /** Of the frames, after rotation; as the zone is where it is left out. */
  readonly out?: Size;
  readonly rotation: Rotation;
  readonly mirror: boolean;
}

/** What the camera has made of it. */
export type GivenShape = Omit<Shape, 'format'> & {
  readonly format: string;
  readonly zone: Rectangle;
  readonly out: Size;
};

/** What is left out is automatic. */
export interface ShimControls {
  readonly framesPerSecond?: number;
  readonly exposureMicros?: number;
  readonly gain?: number;
  /** Stops, added to what the automatic exposure finds. */
  readonly bias?: number;
  readonly whiteKelvin?: number;
  /** Where brightness is measured, in pixels of the frame; everywhere where it is left out. */
  readonly meter?: Rectangle;
}

export interface ShimFrame {
  /** By CLOCK_MONOTONIC of the machine; frames of two cameras are compared by it. */
  readonly sensorNanos: bigint;
  /** How long ago that was, and how long ago the frame lay ready. */
  readonly sensorAgeMs: number;
  readonly readyAgeMs: number;
  readonly sequence: number;
  readonly lease: number;
  readonly size: Size;
  readonly exposureMicros: number | undefined;
  readonly gain: number | undefined;
  /** 0 to 255. */
  readonly metered: number | undefined;
  readonly replaced: number;
}

const fourCc = (format: Format): number =>
  format.split('').reduce((sum, letter, at) => sum + letter.charCodeAt(0) * 256 ** at, 0);

const fromFourCc = (value: number): string =>
  String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff));

export function shapeBytes({ format, size, framesPerSecond, zone, out, rotation, mirror }: Shape): Uint8Array {
  const bytes = new Uint8Array(SHAPE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, format === undefined ? 0 : fourCc(format), LITTLE);
  const numbers = [
    size.width,
    size.height,
    framesPerSecond * 1_000,
    zone?.x ?? 0,
    zone?.y ?? 0,
    zone?.width ?? 0,
    zone?.height ?? 0,
    out?.width ?? 0,
    out?.height ?? 0,
    rotation,
    mirror ? 1 : 0,
  ];
  for (const [index, value] of numbers.entries()) view.setInt32(4 + index * 4, Math.round(value), LITTLE);
  return bytes;
}

export const blankShape = (): Uint8Array => new Uint8Array(SHAPE_BYTES);

export function readShape(bytes: Uint8Array): GivenShape {
  assert(bytes.length === SHAPE_BYTES, 'a shape has its size');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = (index: number): number => view.getInt32(4 + index * 4, LITTLE);
  const rotation = ROTATIONS.find((one) => one === at(9));
  assert(rotation !== undefined, 'the shim gives the rotation that it was asked for');
  return {
    format: fromFourCc(view.getUint32(0, LITTLE)),
    size: { width: at(0), height: at(1) },
    framesPerSecond: at(2) / 1_000,
    zone: { x: at(3), y: at(4), width: at(5), height: at(6) },
    out: { width: at(7), height: at(8) },
    rotation,
    mirror: at(10) === 1,
  };
}

export function controlsBytes(controls: ShimControls): Uint8Array {
  const { framesPerSecond = 0, exposureMicros = 0, gain = 0, bias = 0, whiteKelvin = 0, meter } = controls;
  const bytes = new Uint8Array(CONTROLS_BYTES);
  const view = new DataView(bytes.buffer);
  const numbers = [
    framesPerSecond * 1_000,
    exposureMicros,
    gain * 1_000,
    bias * 1_000,
    whiteKelvin,
    meter?.x ?? 0,
    meter?.y ?? 0,
    meter?.width ?? 0,
    meter?.height ?? 0,
  ];
  for (const [index, value] of numbers.entries()) view.setInt32(index * 4, Math.round(value), LITTLE);
  return bytes;
}

export const blankFrame = (): Uint8Array => new Uint8Array(FRAME_BYTES);

const NANOS_A_MILLI = 1e6;

export function readFrame(bytes: Uint8Array): ShimFrame {
  assert(bytes.length === FRAME_BYTES, 'a frame has its size');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const known = (value: number): number | undefined => (value > 0 ? value : undefined);
  const gainMilli = known(view.getInt32(44, LITTLE));
  const metered = view.getInt32(48, LITTLE);
  return {
    sensorNanos: view.getBigInt64(0, LITTLE),
    sensorAgeMs: Number(view.getBigInt64(8, LITTLE)) / NANOS_A_MILLI,
    readyAgeMs: Number(view.getBigInt64(16, LITTLE)) / NANOS_A_MILLI,
    sequence: view.getUint32(24, LITTLE),
    lease: view.getInt32(28, LITTLE),
    size: { width: view.getInt32(32, LITTLE), height: view.getInt32(36, LITTLE) },
    exposureMicros: known(view.getInt32(40, LITTLE)),
    gain: gainMilli === undefined ? undefined : gainMilli / 1_000,
    metered: metered < 0 ? undefined : metered / 1_000,
    replaced: view.getUint32(52, LITTLE),
  };
}
