import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { Fault } from '#core/kernel/fault.ts';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import { cpuSecondsIn, cpuSecondsOf, memoryIn, memoryOf } from '../../scripts/bench/processFigures.ts';
import { Quiet } from '../../scripts/bench/quiet.ts';
import { madeUpPeople } from '../../scripts/bench/madeUpPeople.ts';
import { median, percentile, range, rounded } from '../../scripts/bench/statistics.ts';

const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 });

describe('a percentile', () => {
  it('is the middle one of an odd number and between the two middle ones of an even number', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('lies between neighbours in proportion', () => {
    expect(percentile([0, 10, 20, 30, 40], 0.95)).toBeCloseTo(38, 9);
    expect([percentile([3, 1, 2], 0), percentile([3, 1, 2], 1)]).toEqual([1, 3]);
  });

  it('never leaves the values, never falls with its share, and does not depend on their order', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(numbers, share, share, (values, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(percentile(values, low)).toBeLessThanOrEqual(percentile(values, high) + 1e-9);
        expect(percentile(values, one)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(percentile(values, one)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(percentile(values.toReversed(), one)).toBe(percentile(values, one));
      }),
    );
  });

  it('of nothing, or beyond everything, is a broken promise', () => {
    expect(() => median([])).toThrow(BrokenPromise);
    expect(() => percentile([1], 1.1)).toThrow(BrokenPromise);
    expect(() => percentile([1], -0.1)).toThrow(BrokenPromise);
  });

  it('is shown with no more digits than asked for', () => {
    expect([rounded(1.23456, 2), rounded(1.2, 2), rounded(299.7, 0)]).toEqual([1.23, 1.2, 300]);
    expect(range([3.456, 1, 2.5], 2)).toBe('1 to 3.46');
  });
});

describe('the figures of a process', () => {
  it('are read as the kernel writes them', () => {
    expect(memoryIn('Name:\tnode\nVmHWM:\t  409600 kB\nVmRSS:\t  307200 kB\nThreads:\t13\n')).toEqual({
      residentMb: 300,
      peakMb: 400,
    });
    expect(cpuSecondsIn(`42 (a ) b) S 1 42 42 0 -1 4194304 900 0 0 0 1234 66 0 0 20 0 13 0`)).toBeCloseTo(13, 9);
  });

  it('are told of where they are not there', () => {
    expect(() => memoryIn('Name:\tnode\n')).toThrow(Fault);
    expect(() => cpuSecondsIn('42 (node) S 1')).toThrow(Fault);
  });

  it('of this one are plausible', () => {
    const { residentMb, peakMb } = memoryOf(process.pid);
    const measured = process.memoryUsage.rss() / 2 ** 20;
    expect(Math.abs(residentMb - measured)).toBeLessThan(50);
    expect(peakMb).toBeGreaterThanOrEqual(residentMb - 1);
    const { user, system } = process.cpuUsage();
    expect(Math.abs(cpuSecondsOf(process.pid) - (user + system) / 1e6)).toBeLessThan(1);
  });
});

describe('a limit for an idle machine', () => {
  const missed = { value: 3, limit: 2, unit: 's', note: 'median of five' };

  it('is judged on a quiet machine, met or missed', () => {
    const quiet = new Quiet(0.4);
    quiet.heard(16);
    expect(quiet.atMost('start', missed)).toMatchObject({ ok: false, value: 3, limit: 2, note: 'median of five' });
    expect(quiet.atMost('start', { ...missed, value: 2 })).toMatchObject({ ok: true, note: 'median of five' });
  });

  it.each([
    ['others are at work', 1.6, 16, 'load 1.6'],
    ['it is slow at that moment', 0.4, 31, 'raw inference 31 ms'],
  ])('that is missed while %s is a note, with the figure', (_, load, raw, said) => {
    const quiet = new Quiet(load);
    quiet.heard(raw);
    const result = quiet.atMost('start', missed);
    expect(result).toMatchObject({ ok: true, value: 3, limit: 2 });
    expect(result.note).toContain(said);
    expect(result.note).toContain('over its limit');
    expect(quiet.atMost('start', { ...missed, value: 1 }).note).toBe('median of five');
  });

  it('goes by how it was on the whole, not at one moment', () => {
    const quiet = new Quiet(0.4);
    for (const raw of [15, 90, 16]) quiet.heard(raw);
    expect(quiet.noise).toBeUndefined();
  });
});

describe('made-up people', () => {
  it('are as many as asked for, each with numbers and ids of their own, and far from each other', () => {
    const people = [...madeUpPeople({ from: 11, to: 40, templateFormat: 'any' })];
    expect(people).toHaveLength(30);
    const ids = people.flatMap(({ cardholder, credentials, face }) => [
      cardholder.pseudonym,
      ...credentials.map(({ id }) => id),
      ...credentials.map((one) => (one.kind === 'card' ? one.number : one.personalNumber)),
      face!.consent.id,
      face!.templates[0]!.record.id,
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    const values = people.map(({ face }) => {
      const features = new Float32Array(FEATURE_LENGTH);
      face!.templates[0]!.copyTo(features, 0);
      return features;
    });
    const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    for (const [i, own] of values.entries()) {
      expect(cosine(own, own)).toBeCloseTo(1, 5);
      for (const other of values.slice(i + 1)) expect(Math.abs(cosine(own, other))).toBeLessThan(0.4);
    }
  });
});
