import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pseudonym } from '#core/kernel/ids.ts';
import { keyObject } from '#storage/vault/derivedKeys.ts';
import { PersonKeys } from '#storage/vault/personKeys.ts';
import { seal, unseal, type SealedAs } from '#storage/vault/seal.ts';
import { SubjectFinder, sealSubject } from '#storage/journal/subjects.ts';

const aKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(keyObject);
const aPlace: fc.Arbitrary<SealedAs> = fc.tuple(fc.string(), fc.string(), fc.nat());
const aPseudonym = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex') as Pseudonym);

describe('a sealed row', () => {
  it('opens with its key in its place, to what was sealed', () => {
    fc.assert(
      fc.property(aKey, aPlace, fc.uint8Array(), (key, place, content) => {
        expect(unseal(key, place, seal(key, place, content))).toEqual(Buffer.from(content));
      }),
    );
  });

  it('is another one each time', () => {
    fc.assert(
      fc.property(aKey, aPlace, fc.uint8Array(), (key, place, content) => {
        expect(seal(key, place, content)).not.toEqual(seal(key, place, content));
      }),
    );
  });

  it('opens in no other place, not even where the parts run together the same', () => {
    fc.assert(
      fc.property(aKey, aPlace, aPlace, fc.uint8Array(), (key, place, other, content) => {
        fc.pre(JSON.stringify(place) !== JSON.stringify(other));
        expect(unseal(key, other, seal(key, place, content))).toBeUndefined();
      }),
    );
    const key = keyObject(new Uint8Array(32));
    expect(unseal(key, ['a', 'bc'], seal(key, ['ab', 'c'], new Uint8Array(1)))).toBeUndefined();
  });

  it('opens with no other key', () => {
    fc.assert(
      fc.property(aKey, aKey, aPlace, fc.uint8Array(), (key, other, place, content) => {
        fc.pre(!key.equals(other));
        expect(unseal(other, place, seal(key, place, content))).toBeUndefined();
      }),
    );
  });

  it('opens with no bit changed and at no other length', () => {
    fc.assert(
      fc.property(aKey, aPlace, fc.uint8Array(), fc.tuple(fc.nat(), fc.nat()), (key, place, content, [bit, cut]) => {
        const sealed = seal(key, place, content);
        const changed = Buffer.from(sealed);
        changed[(bit >> 3) % changed.length]! ^= 1 << (bit & 7);
        expect(unseal(key, place, changed)).toBeUndefined();
        expect(unseal(key, place, sealed.subarray(0, cut % sealed.length))).toBeUndefined();
      }),
    );
  });
});

describe('the subject of an entry', () => {
  const anEntry = fc.record({ id: fc.nat(), at: fc.nat(), event: fc.string() });

  it('is found by its own key, and by nobody else’s', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anEntry, fc.nat({ max: 2 })), { minLength: 1 }),
        fc.tuple(aPseudonym, aPseudonym, aPseudonym),
        (entries, people) => {
          fc.pre(new Set(people).size === 3);
          const keys = people.map((pseudonym) =>
            keyObject(Buffer.concat([Buffer.from(pseudonym, 'hex'), Buffer.alloc(16)])),
          );
          const subjects = entries.map(([entry, who], index) => {
            const place = { ...entry, id: index };
            return { ...place, sealed: sealSubject(keys[who]!, people[who]!, place) };
          });
          const finder = new SubjectFinder(subjects);
          for (const [who, pseudonym] of people.entries()) {
            const own = entries.flatMap(([, of], index) => (of === who ? [{ id: index, opens: true }] : []));
            expect(finder.ofPerson(pseudonym, keys[who]!)).toEqual(own);
          }
        },
      ),
    );
  });

  it('moved to another entry it does not open there', () => {
    const key = keyObject(new Uint8Array(32).fill(3));
    const pseudonym = '0f'.repeat(16) as Pseudonym;
    const sealed = sealSubject(key, pseudonym, { id: 1, at: 1, event: '{}' });
    expect(new SubjectFinder([{ id: 2, at: 1, event: '{}', sealed }]).ofPerson(pseudonym, key)).toEqual([
      { id: 2, opens: false },
    ]);
  });
});

describe('the keys in memory', () => {
  it('are each the one that was put in, however many there are, and none after they are overwritten', () => {
    const keys = new PersonKeys();
    const all = Array.from({ length: 1_000 }, (_, index) => {
      const bytes = new Uint8Array(32);
      new DataView(bytes.buffer).setUint32(0, index);
      return { pseudonym: index.toString(16).padStart(32, '0') as Pseudonym, bytes };
    });
    for (const { pseudonym, bytes } of all) keys.add(pseudonym, bytes);
    for (const { pseudonym, bytes } of all) expect(keys.get(pseudonym)?.equals(keyObject(bytes))).toBe(true);
    expect([...keys].map(([pseudonym]) => pseudonym)).toEqual(all.map(({ pseudonym }) => pseudonym));
    expect(JSON.stringify(keys)).toBe('"[keys of 1000]"');
    keys[Symbol.dispose]();
    expect(keys.get(all[0]!.pseudonym)).toBeUndefined();
  });
});
