import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { CODE_BYTES_MAX } from '#core/ports/codeReader.ts';
import { QrDrawer } from '#service/qrDrawer.ts';
import { CodeFinder } from '#vision/codes/codeFinder.ts';
import { textOf } from '../../core/access/passes.ts';
import { frameOf } from '../pictures.ts';
import { showing, type Shown } from './pictures.ts';
import { firstOfThree } from './seriesCode.ts';

const PROGRAM = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
let finder: CodeFinder;
let drawer: QrDrawer;
beforeAll(async () => {
  finder = await CodeFinder.create(Uint8Array.from(PROGRAM).buffer);
  drawer = await QrDrawer.create();
});

const found = (frame: Parameters<CodeFinder['find']>[0]): string | undefined => {
  const code = finder.find(frame);
  return code?.kind === 'text' ? Buffer.from(code.bytes).toString('latin1') : code?.kind;
};

describe('a pass held up to the camera', () => {
  const ways: readonly [string, Shown][] = [
    ['as small as a third of the picture', { side: 160 }],
    ['turned a little', { side: 200, turnDegrees: 17 }],
    ['turned by half a right angle', { side: 220, turnDegrees: 45 }],
    ['upside down', { side: 180, turnDegrees: 180 }],
    ['out of focus', { side: 240, blur: 1 }],
    ['in the noise of a dark place', { side: 200, noise: 40 }],
    ['light on dark', { side: 200, inverted: true }],
    ['near, as large as the picture', { side: 470 }],
  ];
  it.each(ways)('is read %s', async (_, shown) => {
    const text = textOf();
    expect(found(showing(await drawer.draw(text), shown))).toBe(text);
  });

  it('is not seen where there is none', () => {
    expect(found(frameOf(640, 480, 118))).toBeUndefined();
    expect(found(frameOf(1, 1, 0))).toBeUndefined();
  });
});

describe('a code that means harm', () => {
  it('with a very long text is told of and not handed out', async () => {
    for (const length of [CODE_BYTES_MAX + 1, 1_200, 2_300])
      expect(found(showing(await drawer.draw('x'.repeat(length)), { side: 470 }))).toBe('unusable');
  });

  it('with bytes that are no text comes out byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => (i * 37) & 0xff);
    const code = finder.find(showing(await drawer.draw(bytes), { side: 400 }));
    expect(code).toEqual({ kind: 'text', bytes });
  });

  it('that changes its character set says what its bytes say', async () => {
    const text = 'пропуск';
    const code = finder.find(showing(await drawer.draw(text, ',eci=26'), { side: 300 }));
    expect(code).toEqual({ kind: 'text', bytes: Uint8Array.from(Buffer.from(text)) });
  });

  it('that is one of a series is told of and not waited for', () => {
    expect(found(showing(firstOfThree('LINTEL:abc'), { side: 300 }))).toBe('unusable');
  });
});

it('nothing of a frame stays in the memory that it was decoded in', async () => {
  const code = await drawer.draw(textOf());
  for (const frame of [
    showing(code, { side: 200 }),
    showing(code, { side: 470, noise: 60 }),
    frameOf(1_280, 960, 200),
  ]) {
    finder.find(frame);
    expect(finder.isClean).toBe(true);
  }
});

it('in a picture of more pixels than are looked at, a code is found in fewer of them', async () => {
  const text = textOf();
  const small = showing(await drawer.draw(text), { side: 470 });
  const large = frameOf(small.width * 5, small.height * 5);
  for (let y = 0; y < large.height; y++)
    for (let x = 0; x < large.width; x++) {
      const from = (Math.floor(y / 5) * small.width + Math.floor(x / 5)) * 3;
      large.pixels.set(small.pixels.subarray(from, from + 3), (y * large.width + x) * 3);
    }
  const before = finder.bytes;
  expect(found(large)).toBe(text);
  expect(finder.bytes).toBe(before);
  expect(finder.isClean).toBe(true);
});
