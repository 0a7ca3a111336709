import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { Gallery, searchGallery, type CandidateList } from '#core/biometrics/gallery.ts';
import { identify } from '#core/biometrics/identify.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import { Shortlist, SHORTLIST_PEOPLE } from '#core/biometrics/shortlist.ts';
import { pseudonym } from '../people.ts';
import { anyUnit, probe, template, unit } from './numbers.ts';

const OPERATING = { threshold: 0.55, margin: 0.05, framesAgreeing: 0, framesConsidered: 3, fpirByGallerySize: [] };
const LEAST = OPERATING.threshold - OPERATING.margin;

/** A direction between two others: `share` of the second. */
function between(one: Float32Array, other: Float32Array, share: number): Float32Array {
  const mixed = one.map((value, i) => (1 - share) * value + share * other[i]!);
  const length = Math.hypot(...mixed);
  return mixed.map((value) => value / length);
}

/** A crowd of whom every fifth resembles number 1 more or less, and some have two templates. */
function crowd(seed: number, people: number): Gallery {
  const gallery = new Gallery();
  for (let i = 0; i < people; i++) {
    const own = anyUnit(seed + i);
    gallery.add(template(`person ${i}`, i % 5 === 0 ? between(anyUnit(seed), own, (i % 50) / 60) : own));
    if (i % 7 === 0) gallery.add(template(`person ${i}`, between(own, anyUnit(seed + 7_000 + i), 0.3)));
  }
  return gallery;
}

const near = (list: CandidateList): CandidateList => list.filter(({ cosine }) => cosine >= LEAST);

describe('a shortlist', () => {
  it('decides as a search of the whole gallery does, wherever it says anything at all', () => {
    let told = 0;
    const shares = fc.double({ min: 0, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 120 }), shares, shares, (seed, people, first, later) => {
        const gallery = crowd(seed, people);
        using list = new Shortlist(gallery, probe(between(anyUnit(seed), anyUnit(seed + 90_000), first)));
        using now = probe(between(anyUnit(seed), anyUnit(seed + 91_000), later));
        const whole = searchGallery(gallery, now, 2);
        const found = list.best(now, 2, LEAST);
        if (found === undefined) return;
        told++;
        expect(near(found)).toEqual(near(whole));
        const decide = (averaged: CandidateList) => identify({ averaged, framesToFirst: [] }, OPERATING);
        expect(decide(found)).toEqual(decide(whole));
      }),
    );
    expect(told).toBeGreaterThan(10);
  });

  it('knows nobody of a probe that lies far from its own', () => {
    using list = new Shortlist(crowd(5, 200), probe(anyUnit(5)));
    expect(list.best(probe(anyUnit(5)), 2, LEAST)).toBeDefined();
    expect(list.best(probe(anyUnit(6)), 2, LEAST)).toBeUndefined();
  });

  it('says nothing where somebody who is not on it may be near', () => {
    const gallery = new Gallery();
    for (let i = 0; i <= SHORTLIST_PEOPLE; i++) gallery.add(template(`twin ${i}`, between(unit(1), anyUnit(i), 0.1)));
    using list = new Shortlist(gallery, probe(unit(1)));
    expect(list.best(probe(unit(1)), 2, LEAST)).toBeUndefined();
  });

  it('names everybody in a small gallery', () => {
    const gallery = crowd(3, SHORTLIST_PEOPLE);
    using list = new Shortlist(gallery, probe(anyUnit(3)));
    const found = list.best(probe(between(anyUnit(3), anyUnit(4), 0.4)), SHORTLIST_PEOPLE, LEAST);
    expect(found?.map((one) => one.pseudonym).toSorted()).toEqual(
      Array.from({ length: SHORTLIST_PEOPLE }, (_, i) => pseudonym(`person ${i}`)).toSorted(),
    );
  });

  it('says nothing once somebody was added', () => {
    const gallery = crowd(5, 40);
    using list = new Shortlist(gallery, probe(anyUnit(5)));
    gallery.add(template('new', anyUnit(5)));
    gallery.remove(pseudonym('new'));
    expect(list.best(probe(anyUnit(5)), 2, LEAST)).toBeUndefined();
  });

  it('does not name whoever has left', () => {
    const gallery = crowd(5, 40);
    using list = new Shortlist(gallery, probe(anyUnit(5)));
    const [best] = list.best(probe(anyUnit(5)), 1, LEAST) ?? [];
    gallery.remove(best!.pseudonym);
    expect(list.best(probe(anyUnit(5)), 40, LEAST)?.map((one) => one.pseudonym)).not.toContain(best!.pseudonym);
  });

  it('finds nobody in an empty gallery', () => {
    using list = new Shortlist(new Gallery(), probe(unit(1)));
    expect(list.best(probe(unit(1)), 2, LEAST)).toEqual([]);
  });

  it('has nothing to say of a broken probe, nor made of one', () => {
    const broken = new Float32Array(FEATURE_LENGTH).fill(NaN);
    using list = new Shortlist(crowd(5, 40), probe(anyUnit(5)));
    expect(list.best(probe(broken), 2, LEAST)).toBeUndefined();
    using of = new Shortlist(crowd(5, 40), probe(broken));
    expect(of.best(probe(anyUnit(5)), 2, LEAST)).toBeUndefined();
  });

  it('becomes no text, and overwrites its probe when it is disposed of', () => {
    const values = anyUnit(5);
    const list = new Shortlist(crowd(5, 40), new Probe(values));
    expect(JSON.stringify({ list })).toBe('{"list":"[shortlist]"}');
    list[Symbol.dispose]();
    expect(values.every((value) => value === 0)).toBe(true);
    expect(() => list.best(probe(anyUnit(5)), 2, LEAST)).toThrow(BrokenPromise);
  });
});
