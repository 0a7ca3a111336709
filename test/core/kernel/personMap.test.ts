import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptMoment, recalledMoment } from '#core/kernel/kept.ts';
import { PersonMap } from '#core/kernel/personMap.ts';
import { monotonic, wallTime } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';

describe('a map of people', () => {
  it('is what a plain map would be, and none of its earlier forms ever changes', () => {
    const acts = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'delete'), fc.string({ maxLength: 3 }), fc.nat(9)));
    fc.assert(
      fc.property(acts, (list) => {
        let map = PersonMap.of<number>([]);
        const plain = new Map<string, number>();
        const forms: [PersonMap<number>, [string, number][]][] = [];
        for (const [act, name, value] of list) {
          map = act === 'set' ? map.with(pseudonym(name), value) : map.without(pseudonym(name));
          if (act === 'set') plain.set(name, value);
          else plain.delete(name);
          forms.push([map, [...plain]]);
        }
        for (const [form, expected] of forms) {
          expect(new Map(form.entries())).toEqual(new Map(expected));
          expect(form.size).toBe(expected.length);
          for (const [name, value] of expected) expect(form.get(pseudonym(name))).toBe(value);
        }
        expect(new Map(PersonMap.of(map.entries()).entries())).toEqual(plain);
      }),
    );
  });
});

describe('a moment that is kept across a restart', () => {
  it('lies as long ago as it did, plus the time that passed meanwhile', () => {
    const kept = keptMoment(monotonic(400), { now: monotonic(1_000), wall: wallTime(50_000) });
    expect(recalledMoment(kept, { now: monotonic(7), wall: wallTime(52_000) })).toBe(7 - 2_600);
  });

  it('never lies ahead, whatever was done to the wall clock', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.nat(), (kept, wall, now) => {
        const recalled = recalledMoment(wallTime(kept), { now: monotonic(now), wall: wallTime(wall) });
        expect(recalled).toBeLessThanOrEqual(now);
      }),
    );
  });
});
