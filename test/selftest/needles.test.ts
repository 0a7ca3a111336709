import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formsOfBytes, formsOfNumbers } from '../../scripts/traces/forms.ts';
import { Needles, NEEDLE_BYTES_MIN } from '../../scripts/selftest/needles.ts';

const PIECE = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const NUMBERS = Float32Array.of(0.0123, -0.456, 0.0789, 0.1011);

describe('the search', () => {
  it('finds a piece wherever in a file it begins, however often', () => {
    const piece = fc
      .uint8Array({ minLength: NEEDLE_BYTES_MIN, maxLength: 64 })
      .filter((bytes) => new Set(bytes).size >= 8);
    const around = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(piece, around, around, (bytes, before, after) => {
        const needles = new Needles();
        expect(needles.add('piece', bytes)).toBe(true);
        const content = Buffer.concat([before, bytes, after, bytes]);
        expect(needles.find(content).get('piece')).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('finds nothing in what it is not in, nor in a piece that was cut or changed by a bit', () => {
    const needles = new Needles();
    needles.add('piece', PIECE);
    expect(needles.find(randomBytes(200_000))).toEqual(new Map());
    expect(needles.find(PIECE.subarray(1))).toEqual(new Map());
    expect(needles.find(PIECE.subarray(0, -1))).toEqual(new Map());
    for (let at = 0; at < PIECE.length; at++) {
      const changed = Buffer.from(PIECE);
      changed[at]! ^= 1;
      expect(needles.find(changed)).toEqual(new Map());
    }
  });

  it('tells pieces apart by their names, also those that begin alike', () => {
    const needles = new Needles();
    const other = Buffer.concat([PIECE.subarray(0, 15), Buffer.of(0xff)]);
    needles.add('a probe', PIECE);
    needles.add('a crop', other);
    expect(needles.find(Buffer.concat([other, PIECE, PIECE]))).toEqual(
      new Map([
        ['a crop', 1],
        ['a probe', 2],
      ]),
    );
    expect(needles.samples.map(({ name }) => name)).toEqual(['a probe', 'a crop']);
  });

  it('does not take a piece of a plain wall, which may stand in any file', () => {
    const needles = new Needles();
    expect(needles.add('wall', Buffer.alloc(32, 118))).toBe(false);
    expect(needles.count).toBe(0);
  });
});

describe('bytes', () => {
  it('are known again as hex and as base64, wherever in a longer text they begin', () => {
    const whole = (before: number): Buffer => Buffer.concat([randomBytes(before), PIECE, randomBytes(5)]);
    for (const before of [0, 1, 2, 3, 4]) {
      const needles = new Needles();
      for (const { form, bytes } of formsOfBytes(PIECE)) needles.add(form, bytes);
      expect([...needles.find(whole(before)).keys()]).toEqual(['bytes']);
      expect([...needles.find(Buffer.from(whole(before).toString('base64'))).keys()]).toEqual(['base64']);
      expect([...needles.find(Buffer.from(whole(before).toString('hex'))).keys()]).toEqual(['hex']);
      expect([...needles.find(Buffer.from(whole(before).toString('hex').toUpperCase())).keys()]).toEqual(['hex']);
    }
  });
});

describe('numbers', () => {
  it.each([
    ['as 32-bit floats', Buffer.from(NUMBERS.buffer), 'bytes'],
    ['as 64-bit floats', Buffer.from(Float64Array.from(NUMBERS).buffer), 'float64'],
    ['in JSON', Buffer.from(JSON.stringify([...NUMBERS])), 'text'],
  ])('are known again %s', (_, content, form) => {
    const needles = new Needles();
    for (const one of formsOfNumbers(NUMBERS)) needles.add(one.form, one.bytes);
    expect([...needles.find(content).keys()]).toEqual([form]);
  });
});
