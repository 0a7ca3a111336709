import { describe, expect, it } from 'vitest';
import { Gallery } from '#core/biometrics/gallery.ts';
import type { Probe } from '#core/biometrics/probe.ts';
import { Shortlist } from '#core/biometrics/shortlist.ts';
import { BrokenPromise } from '#core/kernel/assert.ts';
import { Evidence } from '#terminal/evidence.ts';
import { Identifier } from '#terminal/identifier.ts';
import { anyUnit, probe, template } from '../core/biometrics/numbers.ts';
import { GateFixture, OPERATING } from './gateFixture.ts';

const PEOPLE = 300;

/** Counts how often everybody was compared. */
class CountingGallery extends Gallery {
  searches = 0;

  override compare(...args: Parameters<Gallery['compare']>): void {
    if (args[2] === undefined) this.searches++;
    super.compare(...args);
  }
}

function setUp() {
  const gallery = new CountingGallery();
  for (let person = 0; person < PEOPLE; person++) gallery.add(template(`person ${person}`, anyUnit(person)));
  return { gallery, identifier: new Identifier({ gallery, operating: OPERATING, fpirMax: 1 }) };
}

/** What a frame shows of a person: the template with a little of something else. */
function seen(person: number, frame: number): Probe {
  const noise = anyUnit(10_000 + frame);
  const values = anyUnit(person).map((value, i) => value + 0.3 * noise[i]!);
  const length = Math.hypot(...values);
  return probe(values.map((value) => value / length));
}

function show(evidence: Evidence, of: Probe): void {
  evidence.addScore({ live: 1 });
  evidence.addProbe(of);
}

describe('whoever looks ahead between the frames', () => {
  it.each([
    ['somebody enrolled', 7],
    ['somebody who is not', 90_000],
  ])('decides about %s as without it, and compares everybody before the last frame only', (_, person) => {
    const { gallery, identifier } = setUp();
    using plain = new Evidence();
    using ahead = new Evidence();
    for (const frame of [1, 2]) {
      show(plain, seen(person, frame));
      show(ahead, seen(person, frame));
      identifier.lookAhead(ahead);
    }
    show(plain, seen(person, 3));
    show(ahead, seen(person, 3));
    const searches = gallery.searches;
    const found = identifier.faceFactor(ahead, undefined);
    expect(gallery.searches).toBe(searches);
    expect(found).toEqual(identifier.faceFactor(plain, undefined));
    expect(gallery.searches).toBe(searches + 1);
    expect(found.kind).toBe(person < PEOPLE ? 'established' : 'failed');
  });

  it('compares everybody again where the last frame shows somebody else', () => {
    const { gallery, identifier } = setUp();
    using evidence = new Evidence();
    show(evidence, seen(7, 1));
    identifier.lookAhead(evidence);
    for (const frame of [2, 3, 4]) show(evidence, seen(8, frame));
    const searches = gallery.searches;
    expect(identifier.faceFactor(evidence, undefined)).toMatchObject({ kind: 'established', holder: 'person 8' });
    expect(gallery.searches).toBe(searches + 1);
  });

  it('compares nobody where nothing new was seen', () => {
    const { gallery, identifier } = setUp();
    using evidence = new Evidence();
    identifier.lookAhead(evidence);
    expect(gallery.searches).toBe(0);
    show(evidence, seen(7, 1));
    identifier.lookAhead(evidence);
    identifier.lookAhead(evidence);
    expect(gallery.searches).toBe(1);
  });

  it('forgets whom it found with the evidence, also where that is over already', () => {
    const { gallery } = setUp();
    const evidence = new Evidence();
    const [first, second, late] = [1, 2, 3].map(() => new Shortlist(gallery, seen(7, 1)));
    evidence.keepShortlist(first!);
    evidence.keepShortlist(second!);
    expect(() => first!.best(seen(7, 2), 2, 0.5)).toThrow(BrokenPromise);
    expect(evidence.shortlist).toBe(second);
    evidence[Symbol.dispose]();
    expect(() => second!.best(seen(7, 2), 2, 0.5)).toThrow(BrokenPromise);
    evidence.keepShortlist(late!);
    expect(evidence.shortlist).toBeUndefined();
    expect(() => late!.best(seen(7, 2), 2, 0.5)).toThrow(BrokenPromise);
  });
});

describe('a presentation', () => {
  it('compares everybody between its frames and nobody but a few at the decision', async () => {
    const gate = await GateFixture.start();
    const { gallery } = gate.terminal;
    const compare = gallery.compare.bind(gallery);
    const extractedAtSearch: number[] = [];
    gallery.compare = (of, visit, only) => {
      if (only === undefined) extractedAtSearch.push(gate.engine.answered.extract);
      compare(of, visit, only);
    };
    gate.camera.show('holder');
    await gate.pass(500);
    expect(gate.relay).toBe('energised');
    expect(extractedAtSearch).toEqual([1, 2]);
  });
});
