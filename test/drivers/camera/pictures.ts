import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import makeEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions } from '@jsquash/jpeg/meta.js';

export interface TestPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: readonly [number, number, number]): TestPicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = colour[i % 3]!;
  return { width, height, rgb };
}

/** A picture with something to see in every block, so that damage to its file shows. */
export function busy(width: number, height: number, seed = 1): TestPicture {
  const rgb = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < rgb.length; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    rgb[i] = 64 + ((state >> 16) & 127);
  }
  return { width, height, rgb };
}

export type EncodeJpeg = (picture: TestPicture, options?: { readonly progressive?: boolean }) => Uint8Array;

/** The encoder of the same package whose decoder the product uses. */
export async function jpegEncoder(): Promise<EncodeJpeg> {
  const wasmBinary = await readFile(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const codec = await makeEncoder({ noInitialRun: true, wasmBinary });
  return ({ width, height, rgb }, { progressive = false } = {}) => {
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
    return codec.encode(rgba, width, height, { ...defaultOptions, quality: 95, progressive }).slice();
  };
}
