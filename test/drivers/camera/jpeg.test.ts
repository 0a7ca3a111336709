import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { createJpegDecoder, type JpegDecoder } from '#drivers/camera/jpeg.ts';
import { JpegWalker } from '#drivers/camera/jpegWalker.ts';
import { PICTURE_BYTES_MAX } from '#drivers/camera/pictureLimits.ts';
import { busy, jpegEncoder, plain, type EncodeJpeg } from './pictures.ts';

let decoder: JpegDecoder;
let encode: EncodeJpeg;

beforeAll(async () => {
  [decoder, encode] = await Promise.all([createJpegDecoder(), jpegEncoder()]);
});

function faultOf(act: () => unknown): Fault {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

/** A picture whose header promises another size. */
function resized(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const changed = jpeg.slice();
  const frameHeader = changed.findIndex((byte, i) => byte === 0xff && changed[i + 1] === 0xc0);
  new DataView(changed.buffer).setUint16(frameHeader + 5, height);
  new DataView(changed.buffer).setUint16(frameHeader + 7, width);
  return changed;
}

describe('a JPEG picture', () => {
  it('comes out with its size and its colours', () => {
    for (const progressive of [false, true]) {
      using picture = decoder.decode(encode(plain(40, 24, [200, 60, 20]), { progressive }));
      expect([picture.width, picture.height, picture.rgb.length]).toEqual([40, 24, 40 * 24 * 3]);
      for (const [i, expected] of [200, 60, 20].entries()) expect(Math.abs(picture.rgb[i]! - expected)).toBeLessThan(6);
    }
  });

  it('is overwritten when nobody needs it any more', () => {
    const picture = decoder.decode(encode(plain(16, 16, [200, 60, 20])));
    const { rgb } = picture;
    expect(rgb.some((byte) => byte !== 0)).toBe(true);
    picture[Symbol.dispose]();
    expect(rgb.every((byte) => byte === 0)).toBe(true);
  });

  it('is read although a phone put something behind its end', () => {
    const jpeg = encode(plain(16, 16, [9, 9, 9]));
    using picture = decoder.decode(Uint8Array.from([...jpeg, 1, 2, 3]));
    expect(picture.width).toBe(16);
  });

  it('is refused with its name where it is empty, no JPEG or cut off anywhere', () => {
    const jpeg = encode(busy(32, 32));
    expect(faultOf(() => decoder.decode(new Uint8Array(0), 'a.jpg'))).toMatchObject({
      code: 'picture',
      thing: 'a.jpg',
    });
    expect(faultOf(() => decoder.decode(new Uint8Array(500).fill(77), 'b.jpg')).found).toBe('4D at byte 0');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: jpeg.length - 1 }), (length) => {
        const fault = faultOf(() => decoder.decode(jpeg.subarray(0, length), 'c.jpg'));
        expect(fault).toMatchObject({ code: 'picture', thing: 'c.jpg' });
      }),
    );
  });

  it('is refused where its middle is missing although its end is there', () => {
    const jpeg = encode(busy(64, 64));
    const half = Uint8Array.from([...jpeg.subarray(0, jpeg.length >> 1), 0xff, 0xd9]);
    expect(faultOf(() => decoder.decode(half, 'd.jpg'))).toMatchObject({ code: 'picture', thing: 'd.jpg' });
    using whole = decoder.decode(jpeg);
    expect(whole.width).toBe(64);
  });

  it('is refused by its header where it would fill the memory', () => {
    const jpeg = encode(plain(16, 16, [9, 9, 9]));
    expect(faultOf(() => decoder.decode(resized(jpeg, 65_000, 65_000))).found).toBe('65000x65000 pixels');
    expect(faultOf(() => decoder.decode(resized(jpeg, 0, 16))).found).toBe('0x16 pixels');
    expect(faultOf(() => decoder.decode(new Uint8Array(PICTURE_BYTES_MAX + 1))).expected).toContain('at most');
  });

  it('never brings the decoder down, whatever bytes are wrong', () => {
    const jpeg = encode(busy(48, 48));
    const flip = fc.record({ at: fc.integer({ min: 0, max: jpeg.length - 1 }), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 20 }), (flips) => {
        const damaged = jpeg.slice();
        for (const { at, to } of flips) damaged[at] = to;
        try {
          decoder.decode(damaged)[Symbol.dispose]();
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Fault);
        }
      }),
      { numRuns: 300 },
    );
    using picture = decoder.decode(jpeg);
    expect(picture.width).toBe(48);
  });
});

describe('the walk over a JPEG', () => {
  it('finds the same end and size wherever the bytes are cut', () => {
    const jpeg = encode(busy(32, 24), { progressive: true });
    const behind = Uint8Array.from([...jpeg, 0xff, 0xd8]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (cuts) => {
        const walker = new JpegWalker('walked');
        let at = 0;
        let end: number | undefined;
        for (let i = 0; end === undefined && at < behind.length; i++) {
          const piece = behind.subarray(at, at + cuts[i % cuts.length]!);
          const ended = walker.feed(piece);
          end = ended === undefined ? undefined : at + ended;
          at += piece.length;
        }
        expect(end).toBe(jpeg.length);
        expect(walker.size).toEqual({ width: 32, height: 24 });
      }),
    );
  });
});
