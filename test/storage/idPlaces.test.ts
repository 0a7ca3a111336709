import { expect, it } from 'vitest';
import * as fc from 'fast-check';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { IdPlaces } from '#storage/vault/idPlaces.ts';

// Few different bits, far from random: people whose ids look for the same place have to make way for each other.
const SOMEBODY = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(40)).map(([first, last, middle]) => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(first, 0);
  bytes.writeUInt32LE(middle, 4);
  bytes.writeUInt32LE(last, 12);
  return bytes.toString('hex') as Pseudonym;
});

it('everybody keeps a place of their own, whoever else comes and goes', () => {
  const act = fc.record({ who: SOMEBODY, comes: fc.integer({ min: 0, max: 3 }).map((one) => one > 0) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 600, size: 'max' }), (acts) => {
      const places = new IdPlaces<Pseudonym>();
      const expected = new Map<Pseudonym, number>();
      for (const { who, comes } of acts) {
        if (comes) {
          const place = places.add(Buffer.from(`ff${who}`, 'hex'), 1);
          expect(place).toBe(expected.get(who) ?? place);
          expected.set(who, place);
        } else {
          expect(places.remove(who)).toBe(expected.get(who) ?? -1);
          expected.delete(who);
        }
      }
      expect(places.size).toBe(expected.size);
      for (const { who } of acts) expect(places.of(who)).toBe(expected.get(who) ?? -1);
      expect([...places]).toEqual([...expected].toSorted(([, one], [, other]) => one - other));
      expect(new Set(expected.values()).size).toBe(expected.size);
    }),
  );
});

it('a hundred thousand random people are all found, and nobody else', () => {
  const bytes = Buffer.alloc(100_001 * 16);
  let state = 1;
  for (let at = 0; at < bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE((state ^ (state >>> 15)) >>> 0, at);
  }
  const places = new IdPlaces<Pseudonym>();
  for (let person = 0; person < 100_000; person++) places.add(bytes, person * 16);
  let found = 0;
  for (let person = 0; person < 100_000; person++) if (places.find(bytes, person * 16) === person) found += 1;
  expect({ found, stranger: places.find(bytes, 100_000 * 16) }).toEqual({ found: 100_000, stranger: -1 });
});

it('names who is in one list and not in the other, and takes text that is no id for nobody', () => {
  const [ada, ben, carla] = ['a', 'b', 'c'].map((digit) => digit.repeat(32) as Pseudonym) as [
    Pseudonym,
    Pseudonym,
    Pseudonym,
  ];
  const held = new IdPlaces<Pseudonym>();
  const enrolled = new IdPlaces<Pseudonym>();
  for (const one of [ada, ben, carla]) held.add(Buffer.from(one, 'hex'));
  enrolled.add(Buffer.from(ben, 'hex'));
  held.remove(carla);
  expect(held.missingIn(enrolled)).toEqual([ada]);
  expect([`${ada}0`, ada.toUpperCase(), ''].map((text) => held.of(text as Pseudonym))).toEqual([-1, -1, -1]);
  held.clear();
  expect([held.size, held.of(ada)]).toEqual([0, -1]);
});
