import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, crc16 } from '#drivers/reader/osdp/check.ts';
import { encodeFrame, FRAME_BYTES_MAX, FrameParser, type Frame, type FrameHead } from '#drivers/reader/osdp/frames.ts';

const security = fc.option(
  fc.record({
    type: fc.integer({ min: 0x11, max: 0x14 }),
    data: fc.uint8Array({ maxLength: 3 }),
  }),
  { nil: undefined },
);
const heads: fc.Arbitrary<FrameHead> = fc.record({
  address: fc.integer({ min: 0, max: 127 }),
  reply: fc.boolean(),
  sequence: fc.constantFrom(0, 1, 2, 3),
  check: fc.constantFrom('crc', 'checksum'),
  security,
});
const sealed = fc.record({
  head: heads.map((head) => ({ ...head, security: { type: 0x17, data: new Uint8Array(0) } })),
  payload: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  mac: fc.uint8Array({ minLength: 4, maxLength: 4 }),
});
const plain = fc.record({ head: heads, payload: fc.uint8Array({ minLength: 1, maxLength: 60 }) });
const anyFrame = fc.oneof(
  plain.map(({ head, payload }) => ({ head, payload, bytes: encodeFrame(head, payload), mac: undefined })),
  sealed.map(({ head, payload, mac }) => ({ head, payload, bytes: encodeFrame(head, payload, () => mac), mac })),
);
const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });

/** Feeds `bytes` in pieces of the given sizes, again and again. */
function parsed(bytes: Uint8Array, sizes: readonly number[], parser = new FrameParser()): Frame[] {
  const found: Frame[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    found.push(...parser.feed(bytes.subarray(at, at + size)));
    at += size;
  }
  return found;
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('the check of a frame', () => {
  it('is the one of the standard (its annex of examples)', () => {
    const reset = bytesOf('537f0d00046e0080250000');
    expect(crc16(reset)).toBe(0x386e);
    expect(crc16(bytesOf('53000900046100'))).toBe(0x66c0);
    expect(checksum(bytesOf('537f0c00006e0080250000'))).toBe(0x0f);
    expect(checksum(bytesOf('53000800006100'))).toBe(0x44);
  });
});

describe('a frame on an OSDP line', () => {
  it('is understood as it was meant, wherever the line cuts it', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 6 }), cuts, (sent, sizes) => {
        const found = parsed(joined(sent.map(({ bytes }) => bytes)), sizes);
        expect(found.map(({ covered: _, ...frame }) => frame)).toEqual(
          sent.map(({ head, payload, mac }) => ({ ...head, payload, mac })),
        );
      }),
    );
  });

  it('is understood with its mark and without', () => {
    fc.assert(
      fc.property(anyFrame, ({ bytes }) => {
        expect(new FrameParser().feed(bytes.subarray(1))).toEqual(new FrameParser().feed(bytes));
      }),
    );
  });

  it('is swallowed by no noise before it, however much that looks like a beginning', () => {
    const heads_ = fc.array(fc.constantFrom(0x53, 0xff, 0x00, 0x01, 0x07, 0x40, 0x05), { maxLength: 40 });
    fc.assert(
      fc.property(heads_, fc.array(anyFrame, { minLength: 1, maxLength: 3 }), cuts, (noise, sent, sizes) => {
        const line = joined([Uint8Array.from(noise), ...sent.map(({ bytes }) => bytes)]);
        const payloads = parsed(line, sizes).map(({ payload }) => Buffer.from(payload).toString('hex'));
        const last = sent.at(-1)!;
        expect(payloads).toContain(Buffer.from(last.payload).toString('hex'));
      }),
      { numRuns: 500 },
    );
  });

  it('cut short is none, and the next one is understood all the same', () => {
    fc.assert(
      fc.property(anyFrame, anyFrame, fc.nat(), ({ bytes }, next, cut) => {
        const short = bytes.subarray(0, cut % bytes.length);
        expect(new FrameParser().feed(short)).toEqual([]);
        const after = new FrameParser().feed(joined([short, next.bytes]));
        const stray = after.find(({ payload }) => !Buffer.from(payload).equals(next.payload));
        // Now and then the beginning of the next is just what the cut one lacked: its sum, once in 256 times.
        fc.pre(stray === undefined);
        expect(after.at(-1)?.payload).toEqual(next.payload);
      }),
    );
  });

  it('with one bit turned is none, or none of the same', () => {
    fc.assert(
      fc.property(plain, ({ head, payload }) => {
        const bytes = encodeFrame({ ...head, check: 'crc' }, payload);
        for (let bit = 8; bit < bytes.length * 8; bit++) {
          const turned = Uint8Array.from(bytes);
          turned[bit >> 3]! ^= 1 << (bit & 7);
          // A head without CRC may be vouched for by a sum, once in 256 times: the channel's MAC is for that.
          const found = new FrameParser().feed(turned).filter(({ check }) => check === 'crc');
          expect(found).toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('claims no room: whatever comes, no more is kept than one frame and a piece', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 }), (pieces) => {
        const parser = new FrameParser();
        for (const piece of pieces) {
          // A beginning that claims the longest frame, again and again.
          parser.feed(joined([bytesOf('53809f05'), piece]));
          expect(parser.waiting).toBeLessThanOrEqual(FRAME_BYTES_MAX + 1_024);
        }
      }),
    );
  });

  it('of claims alone costs no time', () => {
    const parser = new FrameParser();
    const start = performance.now();
    for (let i = 0; i < 50; i++) parser.feed(new Uint8Array(1_440).map((_, at) => [0x53, 0x00, 0x90, 0x05][at % 4]!));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('that says nonsense about its security block or its length is none', () => {
    for (const wrong of ['530008000c', '5300080008000000', '5300070000a6', '53000900086102000037', '53000800080961']) {
      expect(new FrameParser().feed(bytesOf(wrong))).toEqual([]);
    }
  });
});
