import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import makeGlue from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { assert } from '#core/kernel/assert.ts';
import { messageOf } from '#core/kernel/fault.ts';

/** As much of the global `WebAssembly` as is used here: its types come with the DOM, which this room does without. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
};
interface WasmModule {
  readonly wasm: 'module';
}
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** Memory that a large picture made the codec grow beyond this is not kept for the next one. */
const CODEC_BYTES_KEPT_MAX = 64 * 2 ** 20;

/** One grey pixel. */
const WARM_UP_PICTURE =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgICAgJCAkKCgkNDgwODRMREBARExwUFhQWFBwrGx8bGx8bKyYuJSMlLiZENS8vNUROQj5CTl9V' +
  'VV93cXecnNH/wAALCAABAAEBAREA/8QAJgABAAAAAAAAAAAAAAAAAAAAABABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAPwA//9k=';

export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What the package's glue is given, and what it puts onto the same object. */
interface Glue {
  readonly noInitialRun: true;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (imports: object, done: (instance: object) => void) => object;
  decode?: (bytes: Uint8Array, upright: boolean) => RgbaPicture | null;
}

/** Compiles the codec once; each call of the result makes a fresh instance of it. */
export async function compileCodec(): Promise<() => Codec> {
  // From the disk, because the package would fetch a file: URL, which Node does not do.
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const module = new WebAssembly.Module(await readFile(path));
  return () => new Codec(module);
}

export type Outcome = { readonly reusable: boolean } & (
  | { readonly kind: 'picture'; readonly picture: RgbaPicture }
  | { readonly kind: 'damage'; readonly says: string }
);

/** One instance of the codec, put back into the state it had before it saw anybody after every picture. */
export class Codec {
  readonly #glue: Glue;
  readonly #memory: WasmMemory;
  readonly #clean: Uint8Array;
  #said: string[] = [];

  constructor(module: WasmModule) {
    let memory: WasmMemory | undefined;
    const glue: Glue = {
      noInitialRun: true,
      print: () => undefined,
      printErr: (line) => this.#said.push(line),
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(module, imports);
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        done(instance);
        return instance.exports;
      },
    };
    // With an instance made at hand the glue is ready when this returns; its promise only says so later.
    void makeGlue(glue);
    assert(glue.decode !== undefined && memory !== undefined, 'the JPEG codec is ready and shows its memory');
    this.#glue = glue;
    this.#memory = memory;
    // The glue registers some things at its first picture; done once, before the clean state is taken.
    const warmUp = glue.decode(Buffer.from(WARM_UP_PICTURE, 'base64'), true);
    assert(warmUp?.width === 1 && warmUp.height === 1, 'the JPEG codec decodes one pixel');
    this.#clean = used(new Uint8Array(memory.buffer)).slice();
  }

  run(bytes: Uint8Array): Outcome {
    this.#said = [];
    try {
      const picture = this.#glue.decode?.(bytes, true);
      const reusable = this.#memory.buffer.byteLength <= CODEC_BYTES_KEPT_MAX;
      // The codec carries on over damage and paints it grey; its warnings are the only sign.
      if (picture && this.#said.length === 0) return { kind: 'picture', picture, reusable };
      picture?.data.fill(0);
      return { kind: 'damage', says: this.#said.join('; ') || 'no picture', reusable };
    } catch (thrown) {
      return { kind: 'damage', says: this.#said.join('; ') || messageOf(thrown), reusable: false };
    } finally {
      this.#overwrite();
    }
  }

  #overwrite(): void {
    const memory = new Uint8Array(this.#memory.buffer);
    memory.set(this.#clean);
    memory.fill(0, this.#clean.length);
  }
}

/** Everything up to the last byte that is not zero. */
function used(memory: Uint8Array): Uint8Array {
  let end = memory.length;
  while (end > 0 && memory[end - 1] === 0) end--;
  return memory.subarray(0, end);
}
