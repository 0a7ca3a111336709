import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withCrc } from '#drivers/modbus/crc16.ts';
import {
  encodeModbus,
  exceptionSays,
  hearModbus,
  packBits,
  unpackBits,
  type ModbusAnswer,
  type ModbusRequest,
} from '#drivers/modbus/frames.ts';
import { ModbusListener } from '#drivers/modbus/listener.ts';
import { spelt } from '#drivers/serial/hex.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const joined = (...pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));

const request: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('read-coils' as const, 'read-inputs' as const),
    from: fc.nat(40),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    kind: fc.constantFrom('read-holding' as const, 'read-levels' as const),
    from: fc.nat(40),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({
    kind: fc.constant('write-coil' as const),
    coil: fc.nat(0x4ff),
    value: fc.constantFrom(0, 0xff00, 0x0100, 7, 0x7fff),
  }),
  fc.record({
    kind: fc.constant('write-coils' as const),
    from: fc.nat(40),
    bits: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
  }),
);
const address = fc.integer({ min: 1, max: 255 });

/** A right answer to a request, and what it says. */
function answerTo(to: number, asked: ModbusRequest, seed: number): { bytes: Uint8Array; says: ModbusAnswer } {
  const question = encodeModbus(to, asked);
  const bit = (at: number): boolean => ((seed >>> (at % 31)) & 1) === 1;
  switch (asked.kind) {
    case 'read-coils':
    case 'read-inputs': {
      const bits = Array.from({ length: asked.count }, (_, at) => bit(at));
      const packed = packBits(bits);
      return {
        bytes: withCrc(Uint8Array.of(to, question[1]!, packed.length, ...packed)),
        says: { kind: 'bits', bits },
      };
    }
    case 'read-holding':
    case 'read-levels': {
      const registers = Array.from({ length: asked.count }, (_, at) => (seed * (at + 1)) & 0xffff);
      const data = registers.flatMap((value) => [value >> 8, value & 0xff]);
      const bytes = withCrc(Uint8Array.of(to, question[1]!, data.length, ...data));
      return { bytes, says: { kind: 'registers', registers } };
    }
    case 'write-coil':
      return { bytes: question, says: { kind: 'done' } };
    case 'write-coils':
      return { bytes: withCrc(question.slice(0, 6)), says: { kind: 'done' } };
  }
}

describe('a Modbus question', () => {
  it('has the bytes of the makers', () => {
    const asked: readonly (readonly [ModbusRequest, number, string])[] = [
      [{ kind: 'write-coil', coil: 0, value: 0xff00 }, 1, '01 05 00 00 FF 00 8C 3A'],
      [{ kind: 'write-coil', coil: 0, value: 0 }, 1, '01 05 00 00 00 00 CD CA'],
      [{ kind: 'write-coil', coil: 0x0200, value: 7 }, 1, '01 05 02 00 00 07 8D B0'],
      [{ kind: 'write-coil', coil: 1, value: 0x0100 }, 1, '01 05 00 01 01 00 9D 9A'],
      [{ kind: 'write-coil', coil: 0, value: 0xff00 }, 0xfe, 'FE 05 00 00 FF 00 98 35'],
      [{ kind: 'read-coils', from: 0, count: 8 }, 1, '01 01 00 00 00 08 3D CC'],
      [{ kind: 'read-inputs', from: 0, count: 8 }, 0xff, 'FF 02 00 00 00 08 6C 12'],
      [{ kind: 'write-coils', from: 0, bits: Array(8).fill(true) }, 0xff, 'FF 0F 00 00 00 08 01 FF 30 1D'],
    ];
    for (const [one, to, bytes] of asked) expect(spelt(encodeModbus(to, one))).toBe(bytes);
  });

  it('is heard by a board wherever the line cuts it, behind any noise', () => {
    const noise = fc.uint8Array({ maxLength: 8 });
    fc.assert(
      fc.property(address, request, noise, fc.integer({ min: 1, max: 9 }), (to, asked, before, size) => {
        const listener = new ModbusListener();
        const line = joined(before, encodeModbus(to, asked), Uint8Array.from({ length: 300 }));
        const heard = [];
        for (let at = 0; at < line.length; at += size) heard.push(...listener.feed(line.subarray(at, at + size)));
        expect(heard.map(({ address: found }) => found)).toContain(to);
      }),
    );
  });
});

describe('a Modbus answer', () => {
  const told = (heard: Uint8Array, to: number, asked: ModbusRequest, echoes = false): ModbusAnswer | undefined =>
    hearModbus(heard, { address: to, request: asked, echoes })?.answer;

  it('is found behind noise, and not before its last byte has come', () => {
    fc.assert(
      fc.property(address, request, fc.nat(), fc.uint8Array({ maxLength: 12 }), (to, asked, seed, noise) => {
        const { bytes, says } = answerTo(to, asked, seed);
        const quiet = noise.map((byte) => (byte === to ? byte ^ 0x55 : byte)).filter((byte) => byte !== to);
        const line = joined(Uint8Array.from(quiet), bytes);
        for (let cut = 0; cut < line.length; cut++) expect(told(line.slice(0, cut), to, asked)).toBeUndefined();
        expect(told(line, to, asked)).toEqual(says);
      }),
    );
  });

  it('with any bit flipped is none', () => {
    fc.assert(
      fc.property(address, request, fc.nat(), fc.nat(), (to, asked, seed, flip) => {
        const { bytes } = answerTo(to, asked, seed);
        const at = flip % (bytes.length * 8);
        bytes[at >>> 3]! ^= 1 << (at & 7);
        expect(told(bytes, to, asked)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('of another board, or to another question, is none', () => {
    fc.assert(
      fc.property(address, request, request, fc.nat(), (to, asked, other, seed) => {
        expect(told(answerTo(to === 255 ? 1 : to + 1, asked, seed).bytes, to, asked)).toBeUndefined();
        if (other.kind !== asked.kind) expect(told(answerTo(to, other, seed).bytes, to, asked)).toBeUndefined();
      }),
    );
  });

  it('is not the question that the line itself gave back', () => {
    fc.assert(
      fc.property(address, request, fc.nat(), (to, asked, seed) => {
        const question = encodeModbus(to, asked);
        const { bytes, says } = answerTo(to, asked, seed);
        expect(told(question, to, asked, true)).toBeUndefined();
        expect(told(joined(question, bytes), to, asked, true)).toEqual(says);
        if (!asked.kind.startsWith('read')) return;
        // A question that reads shows whether the line hears itself.
        expect(told(question, to, asked)).toBeUndefined();
        expect(hearModbus(joined(question, bytes), { address: to, request: asked, echoes: false })?.echoed).toBe(true);
        expect(hearModbus(bytes, { address: to, request: asked, echoes: false })?.echoed).toBe(false);
      }),
    );
  });

  it('may be a refusal with its reason', () => {
    const asked: ModbusRequest = { kind: 'write-coil', coil: 0x0200, value: 7 };
    expect(told(withCrc(hex('01 85 02')), 1, asked)).toEqual({ kind: 'exception', code: 2 });
    expect(exceptionSays(2)).toBe('exception 2 (no such address)');
    expect(exceptionSays(0x55)).toContain('not explained');
  });

  it('carries bits eight to a byte', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (bits) => {
        expect(unpackBits(Uint8Array.from(packBits(bits)), bits.length)).toEqual(bits);
      }),
    );
  });
});
