import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLcusFrame, LcusParser, LCUS_CHANNELS_MAX, type LcusFrame } from '#drivers/relay/lcusFrames.ts';

const frames = fc.array(
  fc.record({
    channel: fc.integer({ min: 1, max: LCUS_CHANNELS_MAX }),
    level: fc.constantFrom('energised' as const, 'de-energised' as const),
  }),
  { maxLength: 10 },
);
const noise = fc.uint8Array({ maxLength: 12 });
const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 });

/** Feeds `bytes` in pieces of the given sizes, again and again. */
function parsed(bytes: Uint8Array, sizes: readonly number[]): LcusFrame[] {
  const parser = new LcusParser();
  const found: LcusFrame[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    found.push(...parser.feed(bytes.subarray(at, at + size)));
    at += size;
  }
  return found;
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));

describe('a command to an LCUS board', () => {
  it('has the bytes of the makers', () => {
    const bytes = (channel: number, level: LcusFrame['level']): string =>
      Buffer.from(encodeLcusFrame({ channel, level })).toString('hex');
    expect(bytes(1, 'energised')).toBe('a00101a2');
    expect(bytes(1, 'de-energised')).toBe('a00100a1');
    expect(bytes(2, 'energised')).toBe('a00201a3');
  });

  it('is understood wherever the line cuts it', () => {
    fc.assert(
      fc.property(frames, cuts, (sent, sizes) => {
        expect(parsed(joined(sent.map(encodeLcusFrame)), sizes)).toEqual(sent);
      }),
    );
  });

  it('is understood after any noise, and noise without its first byte is never a command', () => {
    const quiet = noise.map((bytes) => bytes.map((byte) => (byte === 0xa0 ? 0x0a : byte)));
    fc.assert(
      fc.property(frames, fc.array(quiet, { minLength: 11, maxLength: 11 }), cuts, (sent, noises, sizes) => {
        const line = joined(sent.flatMap((frame, i) => [noises[i]!, encodeLcusFrame(frame)]));
        expect(parsed(line, sizes)).toEqual(sent);
      }),
    );
  });

  it('is swallowed by no noise whatever', () => {
    const heads = fc.array(fc.constantFrom(0xa0, 0x00, 0x01, 0x02, 0xa1, 0xa2, 0xff), { maxLength: 12 });
    fc.assert(
      fc.property(heads, frames, cuts, (before, sent, sizes) => {
        const found = parsed(joined([Uint8Array.from(before), ...sent.map(encodeLcusFrame)]), sizes);
        expect(found.slice(found.length - sent.length)).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it('with a wrong sum, a channel that no board has or another state is none', () => {
    for (const wrong of ['a00101a3', 'a00901aa', 'a00001a1', 'a00102a3']) {
      expect(new LcusParser().feed(Buffer.from(wrong, 'hex'))).toEqual([]);
    }
  });
});
