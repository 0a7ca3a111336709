import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileCodec } from '#drivers/camera/mozjpegCodec.ts';
import { jpegEncoder, plain } from './pictures.ts';

interface Wasm {
  Instance: new (...given: readonly unknown[]) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (...given: readonly unknown[]) => { readonly buffer: ArrayBuffer };
}
declare const WebAssembly: Wasm;

const { Instance } = WebAssembly;
let memories: { readonly buffer: ArrayBuffer }[] = [];

beforeEach(() => {
  memories = [];
  WebAssembly.Instance = class extends Instance {
    constructor(...given: readonly unknown[]) {
      super(...given);
      for (const value of Object.values(this.exports)) if (value instanceof WebAssembly.Memory) memories.push(value);
    }
  };
});
afterEach(() => {
  WebAssembly.Instance = Instance;
});

/** How often bytes stand in the memory of the codec's newest instance. */
const holds = (bytes: Buffer): boolean => Buffer.from(memories.at(-1)!.buffer).includes(bytes);

it('leaves no byte of a picture in the memory of the codec, decoded or damaged', async () => {
  const encode = await jpegEncoder();
  const makeCodec = await compileCodec();
  const marker = Buffer.from('nobody may find this again');
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, marker.length + 2]), marker]);
  const [start, rest] = [
    encode(plain(64, 64, [201, 99, 33])).subarray(0, 2),
    encode(plain(64, 64, [201, 99, 33])).subarray(2),
  ];
  const jpeg = Buffer.concat([start, comment, rest]);
  const codec = makeCodec();

  const outcome = codec.run(jpeg);
  if (outcome.kind !== 'picture') throw new Error(outcome.says);
  const pixels = Uint8Array.from(outcome.picture.data.subarray(0, 8));
  expect(holds(Buffer.concat([pixels, pixels]))).toBe(false);
  expect(holds(marker)).toBe(false);

  expect(codec.run(jpeg.subarray(0, jpeg.length - 30)).kind).toBe('damage');
  expect(holds(marker)).toBe(false);
  expect(codec.run(Buffer.concat([start, comment, marker])).kind).toBe('damage');
  expect(holds(marker)).toBe(false);

  // The search finds what is there: the codec's own words.
  expect(holds(Buffer.from('Not a JPEG file'))).toBe(true);
});
