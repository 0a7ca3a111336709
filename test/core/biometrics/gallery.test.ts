import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWith, Gallery, searchGallery, type Candidate } from '#core/biometrics/gallery.ts';
import { FEATURE_LENGTH, Probe } from '#core/biometrics/probe.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { wallTime } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';
import { anyUnit, naiveCosine, probe, template, unit } from './numbers.ts';

/** A probe that remembers which memory it was compared with: the gallery's own. */
class Witness extends Probe {
  readonly blocks: Float32Array[] = [];

  override cosines(rows: Float32Array, row: number, into: Float64Array): void {
    this.blocks.push(rows);
    super.cosines(rows, row, into);
  }
}

const blocksOf = (gallery: Gallery): readonly Float32Array[] => {
  const witness = new Witness(unit(1));
  gallery.compare(witness, () => undefined);
  return witness.blocks;
};

const memoryOf = (gallery: Gallery): Float32Array => {
  const [block] = blocksOf(gallery);
  if (block === undefined) throw new Error('an empty gallery shows nothing');
  return block;
};

const names = fc.constantFrom('anna', 'bo', 'chen', 'dai', 'eva');
const moments = fc.integer({ min: 0, max: 8 });
const acts = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ act: fc.constant('add' as const), name: names, seed: fc.nat(1_000), at: moments }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('remove' as const), name: names }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('sweep' as const), at: moments }) },
  ),
  { maxLength: 60 },
);
type Acts = typeof acts extends fc.Arbitrary<infer T> ? T : never;

interface Enrolled {
  readonly values: Float32Array;
  readonly until: number;
}

function play(list: Acts) {
  const gallery = new Gallery();
  const model = new Map<Pseudonym, Enrolled[]>();
  for (const one of list) {
    if (one.act === 'sweep') {
      const before = [...model.values()].flat().length;
      for (const [who, templates] of model) {
        const left = templates.filter(({ until }) => until > one.at);
        if (left.length > 0) model.set(who, left);
        else model.delete(who);
      }
      expect(gallery.removeEnded(wallTime(one.at))).toBe(before - [...model.values()].flat().length);
      continue;
    }
    const who = pseudonym(one.name);
    if (one.act === 'add') {
      gallery.add(template(one.name, anyUnit(one.seed), one.at));
      model.set(who, [...(model.get(who) ?? []), { values: anyUnit(one.seed), until: one.at }]);
    } else {
      gallery.remove(who);
      model.delete(who);
    }
  }
  return { gallery, model };
}

const naiveSearch = (model: Map<Pseudonym, Enrolled[]>, values: Float32Array): Candidate[] =>
  [...model]
    .map(([who, templates]) => ({
      pseudonym: who,
      cosine: Math.max(...templates.map((one) => naiveCosine(values, one.values))),
    }))
    .toSorted((a, b) => b.cosine - a.cosine);

describe('the gallery, whoever is enrolled and erased, and whose consent ends', () => {
  it('holds exactly those who were not erased', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { gallery, model } = play(list);
        expect(gallery.people).toBe(model.size);
        expect(gallery.templates).toBe([...model.values()].flat().length);
        for (const name of ['anna', 'bo', 'chen', 'dai', 'eva'])
          expect(gallery.has(pseudonym(name))).toBe(model.has(pseudonym(name)));
      }),
    );
  });

  it('knows of each the first moment at which a template no longer holds', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { gallery, model } = play(list);
        for (const name of ['anna', 'bo', 'chen', 'dai', 'eva']) {
          const untils = model.get(pseudonym(name))?.map(({ until }) => until);
          expect(gallery.until(pseudonym(name))).toBe(untils === undefined ? undefined : Math.min(...untils));
        }
      }),
    );
  });

  it('finds the same people in the same order as a list that is sorted', () => {
    fc.assert(
      fc.property(acts, fc.nat(1_000), fc.integer({ min: 1, max: 6 }), (list, seed, count) => {
        const { gallery, model } = play(list);
        const found = searchGallery(gallery, probe(anyUnit(seed)), count);
        const expected = naiveSearch(model, anyUnit(seed)).slice(0, count);
        expect(found.map(({ cosine }) => cosine.toFixed(5))).toEqual(expected.map(({ cosine }) => cosine.toFixed(5)));
        expect(new Set(found.map((one) => one.pseudonym)).size).toBe(found.length);
        for (const { pseudonym: who, cosine } of found)
          expect(compareWith(gallery, probe(anyUnit(seed)), who)).toBe(cosine);
      }),
    );
  });

  it('keeps no number of anybody erased: beyond the rows in use its memory is zero', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { gallery, model } = play([...list, { act: 'add', name: 'anna', seed: 1, at: 9 }]);
        const rows = memoryOf(gallery);
        const used = gallery.templates * FEATURE_LENGTH;
        expect(rows.subarray(used).every((value) => value === 0)).toBe(true);
        const present = [...model.values()].flat().map(({ values }) => values.join());
        const stored = Array.from({ length: gallery.templates }, (_, row) =>
          rows.subarray(row * FEATURE_LENGTH, (row + 1) * FEATURE_LENGTH).join(),
        );
        expect(stored.toSorted()).toEqual(present.toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('the gallery', () => {
  it('grows without losing or moving anybody, and overwrites the memory that it no longer needs', () => {
    const gallery = new Gallery();
    gallery.add(template('first', unit(1)));
    const before = memoryOf(gallery);
    for (let other = 0; other < 300; other++) gallery.add(template(`other ${other}`, anyUnit(other)));
    expect(blocksOf(gallery)[0]).toBe(before);
    expect(searchGallery(gallery, probe(unit(1)), 1)).toEqual([{ pseudonym: 'first', cosine: 1 }]);
    expect(gallery.people).toBe(301);
    const grown = blocksOf(gallery).slice(1);
    expect(grown).toHaveLength(1);
    for (let other = 0; other < 300; other++) gallery.remove(pseudonym(`other ${other}`));
    expect(blocksOf(gallery)).toEqual([before]);
    for (const block of grown) expect(block.every((value) => value === 0)).toBe(true);
    expect(before.subarray(FEATURE_LENGTH).every((value) => value === 0)).toBe(true);
  });

  it('compares everybody, however many they are', () => {
    const gallery = new Gallery();
    for (let other = 0; other < 259; other++) gallery.add(template(`other ${other}`, anyUnit(other)));
    const found: [string, number][] = [];
    gallery.compare(probe(anyUnit(77)), (who, cosine) => found.push([who, cosine]));
    const expected = Array.from({ length: 259 }, (_, other) => naiveCosine(anyUnit(77), anyUnit(other)));
    expect(found.map(([who]) => who)).toEqual(expected.map((_, other) => pseudonym(`other ${other}`)));
    for (const [other, [, cosine]] of found.entries()) expect(cosine).toBeCloseTo(expected[other]!, 6);
  });

  it('lets a crowd go in one pass when its consents end together, and keeps those whose consent holds', () => {
    const gallery = new Gallery();
    const people = 5_000;
    for (let one = 0; one < people; one++) gallery.add(template(`one ${one}`, unit(0.1), one % 100 === 0 ? 2 : 1));
    let compared = 0;
    expect(gallery.removeEnded(wallTime(1))).toBe(people * 0.99);
    gallery.compare(probe(unit(1)), () => compared++);
    expect([gallery.people, compared]).toEqual([people * 0.01, people * 0.01]);
    const rows = memoryOf(gallery);
    expect(rows.subarray(compared * FEATURE_LENGTH).findLast((value) => value !== 0)).toBeUndefined();
  });

  it('takes a consent whose end is no moment for one that has ended', () => {
    const gallery = new Gallery();
    gallery.add(template('anna', unit(1), 10));
    gallery.add(template('anna', unit(1), NaN));
    expect(gallery.until(pseudonym('anna'))).toBeNaN();
    expect(gallery.removeEnded(wallTime(1))).toBe(1);
    expect(gallery.until(pseudonym('anna'))).toBe(10);
  });

  it('is zero when it is disposed of', () => {
    const gallery = new Gallery();
    gallery.add(template('anna', unit(1)));
    const rows = memoryOf(gallery);
    gallery[Symbol.dispose]();
    expect(rows.every((value) => value === 0)).toBe(true);
    expect([gallery.people, gallery.templates, searchGallery(gallery, probe(unit(1)), 2)]).toEqual([0, 0, []]);
  });

  it('does not change when the template it was given is overwritten', () => {
    const gallery = new Gallery();
    const given = template('anna', unit(1));
    gallery.add(given);
    given[Symbol.dispose]();
    expect(compareWith(gallery, probe(unit(1)), pseudonym('anna'))).toBe(1);
  });

  it('takes a broken template for nobody, and does not let it hide others', () => {
    const gallery = new Gallery();
    gallery.add(template('broken', new Float32Array(FEATURE_LENGTH).fill(NaN)));
    gallery.add(template('anna', unit(0.9)));
    gallery.add(template('bo', unit(0.1)));
    const found = searchGallery(gallery, probe(unit(1)), 2);
    expect(found.map((one) => one.pseudonym)).toEqual(['anna', 'bo']);
    expect(compareWith(gallery, probe(unit(1)), pseudonym('broken'))).toBe(-1);
  });

  it('finds nobody for a broken probe', () => {
    const gallery = new Gallery();
    gallery.add(template('anna', unit(0.9)));
    const broken = probe(new Float32Array(FEATURE_LENGTH).fill(NaN));
    expect(searchGallery(gallery, broken, 2)).toEqual([]);
    expect(compareWith(gallery, broken, pseudonym('anna'))).toBe(-1);
  });

  it('lists a person once, at the best of that person, also where several templates tie', () => {
    const gallery = new Gallery();
    for (const [name, first] of [
      ['anna', 0.5],
      ['bo', 0.8],
      ['anna', 0.9],
      ['bo', 0.8],
      ['anna', 0.9],
    ] as const) {
      gallery.add(template(name, unit(first)));
    }
    const found = searchGallery(gallery, probe(unit(1)), 2);
    expect(found.map((one) => one.pseudonym)).toEqual(['anna', 'bo']);
    expect(found[0]?.cosine).toBeCloseTo(0.9, 6);
  });

  it('is not asked for nobody', () => {
    expect(() => searchGallery(new Gallery(), probe(unit(1)), 0)).toThrow(BrokenPromise);
  });
});
