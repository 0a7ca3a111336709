import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import makeEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions } from '@jsquash/jpeg/meta.js';

export type EncodeJpeg = (
  picture: { readonly width: number; readonly height: number; readonly rgb: Uint8Array },
  options?: { readonly progressive?: boolean },
) => Uint8Array;

/** The encoder of the same package whose decoder the product uses. */
export async function jpegEncoder(): Promise<EncodeJpeg> {
  const wasmBinary = await readFile(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const codec = await makeEncoder({ noInitialRun: true, wasmBinary });
  return ({ width, height, rgb }, { progressive = false } = {}) => {
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      rgba[to] = rgb[from]!;
      rgba[to + 1] = rgb[from + 1]!;
      rgba[to + 2] = rgb[from + 2]!;
    }
    return codec.encode(rgba, width, height, { ...defaultOptions, quality: 95, progressive }).slice();
  };
}
