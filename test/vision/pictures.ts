import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Probe } from '#core/biometrics/probe.ts';
import { monotonic } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import { createJpegDecoder } from '#drivers/camera/jpeg.ts';

const PEOPLE = join(import.meta.dirname, '../../build/people');
export const MODELS_FOLDER = join(import.meta.dirname, '../../models');

export type TestFrame = Frame & { readonly pixels: Uint8Array<SharedArrayBuffer> };

/** A frame of `pixels` RGB numbers, or of one grey. */
export function frameOf(width: number, height: number, pixels: Uint8Array | number = 0): TestFrame {
  const shared = new Uint8Array(new SharedArrayBuffer(width * height * 3));
  if (typeof pixels === 'number') shared.fill(pixels);
  else shared.set(pixels);
  return {
    width,
    height,
    pixels: shared,
    sequence: 1,
    capturedAt: monotonic(0),
    [Symbol.dispose]: () => void shared.fill(0),
  };
}

/** One of the six demonstration pictures, whole. */
export async function demonstrationFrame(number: 1 | 2 | 3 | 4 | 5 | 6): Promise<TestFrame> {
  using decoder = await createJpegDecoder();
  const path = join(PEOPLE, `sample${number}.jpg`);
  using picture = decoder.decode(readFileSync(path), path);
  return frameOf(picture.width, picture.height, picture.rgb);
}

/** A part of a frame as a frame of its own. */
export function cropOf(frame: Frame, at: { x: number; y: number; width: number; height: number }): TestFrame {
  const part = frameOf(at.width, at.height);
  for (let y = 0; y < at.height; y++) {
    const start = ((at.y + y) * frame.width + at.x) * 3;
    part.pixels.set(frame.pixels.subarray(start, start + at.width * 3), y * at.width * 3);
  }
  return part;
}

/** 640 x 480 around the woman who is in two of the pictures, and around somebody else. */
export async function demonstrationFaces(): Promise<{ woman: TestFrame; womanAgain: TestFrame; another: TestFrame }> {
  const size = { width: 640, height: 480 };
  const first = await demonstrationFrame(1);
  const third = await demonstrationFrame(3);
  return {
    woman: cropOf(first, { x: 1240, y: 80, ...size }),
    womanAgain: cropOf(third, { x: 850, y: 110, ...size }),
    another: cropOf(await demonstrationFrame(4), { x: 880, y: 80, ...size }),
  };
}

/** Cosine of two probes; both live on. */
export function cosineBetween(a: Probe, b: Probe): number {
  return a.cosine(Probe.mean([b]).surrender(), 0);
}
