import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gallery } from '#core/biometrics/gallery.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { anyUnit, naiveCosine, probe, template, unit } from './numbers.ts';

/** A number that would be recognised in any text: no other part of the program writes it. */
const MARK = 0.123_456_7;
const marked = (): Float32Array => new Float32Array(FEATURE_LENGTH).fill(MARK);

describe('the features of a face', () => {
  const texts: [string, (secret: object) => string][] = [
    ['JSON', (secret) => JSON.stringify({ secret })],
    ['a log line', (secret) => inspect(secret, { depth: Infinity, showHidden: true, getters: true })],
    [
      'a string',
      (secret) =>
        Object.values<unknown>({ ...secret })
          .map(String)
          .concat(Object.prototype.toString.call(secret))
          .join(),
    ],
    ['a structured clone', (secret) => JSON.stringify({ ...secret })],
  ];

  it.each(texts)('do not become %s', (_, write) => {
    const gallery = new Gallery();
    gallery.add(template('anna', marked()));
    for (const secret of [new Probe(marked()), template('anna', marked()), gallery]) {
      expect(write(secret)).not.toMatch(/0\.12345/);
    }
    expect(write({ numbers: [...marked()] }), 'the check sees what is not hidden').toMatch(/0\.12345/);
  });

  it('print what they are and whose, and nothing of what they hold', () => {
    const gallery = new Gallery();
    gallery.add(template('anna', marked()));
    expect(JSON.stringify([new Probe(marked()), template('anna', marked()), gallery])).toBe(
      '["[probe]","[template template of anna]","[gallery of 1]"]',
    );
  });

  it('are overwritten on dispose, and not used after it', () => {
    const values = marked();
    const live = new Probe(values);
    live[Symbol.dispose]();
    expect(values.every((value) => value === 0)).toBe(true);
    expect(() => live.cosine(unit(1), 0)).toThrow(BrokenPromise);
    expect(() => live.surrender()).toThrow(BrokenPromise);
    expect(() => Probe.mean([live])).toThrow(BrokenPromise);

    const enrolled = marked();
    const stored = template('anna', enrolled);
    stored[Symbol.dispose]();
    expect(enrolled.every((value) => value === 0)).toBe(true);
    expect(() => stored.copyTo(new Float32Array(FEATURE_LENGTH), 0)).toThrow(BrokenPromise);
  });

  it('are overwritten also when what uses them throws', () => {
    const values = marked();
    const use = (): never => {
      using _live = new Probe(values);
      throw new Error('on the way');
    };
    expect(use).toThrow('on the way');
    expect(values.every((value) => value === 0)).toBe(true);
  });

  it('are surrendered once, and the probe is overwritten with that', () => {
    const values = unit(0.6);
    const kept = values.slice();
    const live = new Probe(values);
    expect(live.surrender()).toEqual(kept);
    expect(values.every((value) => value === 0)).toBe(true);
    expect(() => live.surrender()).toThrow(BrokenPromise);
  });

  it('are 512 numbers or a broken promise', () => {
    expect(() => new Probe(new Float32Array(FEATURE_LENGTH - 1))).toThrow(BrokenPromise);
    expect(() => template('anna', new Float32Array(FEATURE_LENGTH + 1))).toThrow(BrokenPromise);
    expect(() => probe(unit(1)).cosine(new Float32Array(FEATURE_LENGTH), 1)).toThrow(BrokenPromise);
    expect(() => Probe.mean([])).toThrow(BrokenPromise);
  });
});

describe('a probe', () => {
  it('has the cosine that a plain sum has', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(3), (one, other, row) => {
        const rows = new Float32Array(4 * FEATURE_LENGTH);
        rows.set(anyUnit(other), row * FEATURE_LENGTH);
        expect(probe(anyUnit(one)).cosine(rows, row * FEATURE_LENGTH)).toBeCloseTo(
          naiveCosine(anyUnit(one), anyUnit(other)),
          6,
        );
      }),
    );
  });

  it('has the same cosine with a row whether it is compared alone or among others', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 11 }), fc.nat(3), (seed, count, before) => {
        const rows = new Float32Array((before + count) * FEATURE_LENGTH);
        for (let row = 0; row < before + count; row++) rows.set(anyUnit(seed + (row % 5)), row * FEATURE_LENGTH);
        const live = probe(anyUnit(seed));
        const found = new Float64Array(count);
        live.cosines(rows, before, found);
        const alone = Array.from(found, (_, i) => live.cosine(rows, (before + i) * FEATURE_LENGTH));
        expect([...found]).toEqual(alone);
      }),
    );
  });

  it('is not compared with what lies beyond its gallery', () => {
    const rows = new Float32Array(2 * FEATURE_LENGTH);
    expect(() => probe(unit(1)).cosines(rows, 1, new Float64Array(2))).toThrow(BrokenPromise);
    expect(() => probe(unit(1)).cosines(rows, -1, new Float64Array(1))).toThrow(BrokenPromise);
  });

  it('of several frames has the direction of their mean and length 1', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6), { minLength: 1, maxLength: 5 }), (seeds) => {
        const sum = new Float32Array(FEATURE_LENGTH);
        for (const seed of seeds) anyUnit(seed).forEach((value, i) => (sum[i]! += value));
        const length = Math.sqrt(naiveCosine(sum, sum));
        const mean = Probe.mean(seeds.map((seed) => probe(anyUnit(seed)))).surrender();
        expect(naiveCosine(mean, mean)).toBeCloseTo(1, 5);
        expect(naiveCosine(mean, sum)).toBeCloseTo(length, 4);
      }),
    );
  });

  it('whose frames cancel out is like nobody', () => {
    const opposite = unit(1).map((value) => -value);
    const mean = Probe.mean([probe(unit(1)), probe(opposite)]);
    expect(mean.cosine(unit(1), 0)).toBe(0);
  });

  it('leaves the frames it was made of alone', () => {
    const one = probe(unit(1));
    using _mean = Probe.mean([one, probe(unit(0.5))]);
    expect(one.cosine(unit(1), 0)).toBe(1);
  });
});
