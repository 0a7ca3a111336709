import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Directory } from '#core/access/directory.ts';
import { card, holder, pin, pseudonym } from '../people.ts';

describe('the directory', () => {
  it('finds a holder by card and by personal number', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [card('anna', '0a1b'), pin('anna', '17')]);
    expect(directory.card('H10301', '0a1b')?.pseudonym).toBe('anna');
    expect(directory.pin('17')?.pseudonym).toBe('anna');
    expect(directory.holder(pseudonym('anna'))?.name).toBe('the name of anna');
    expect(directory.people).toBe(1);
  });

  it('finds the PIN that belongs beside a card', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [card('anna', '0a1b'), pin('anna', '17')]);
    directory.add(holder('bo'), [card('bo', '0c')]);
    expect(directory.pinOf(pseudonym('anna'))?.personalNumber).toBe('17');
    expect(directory.pinOf(pseudonym('bo'))).toBeUndefined();
    directory.addCredential(pin('bo', '17'));
    expect(directory.pinOf(pseudonym('anna')), 'the number is another one by now').toBeUndefined();
    expect(directory.pinOf(pseudonym('bo'))?.personalNumber).toBe('17');
    directory.remove(pseudonym('anna'));
    expect(directory.pin('17')?.pseudonym).toBe('bo');
  });

  it('takes a card of another format for another card', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [card('anna', '0a1b', 'uid')]);
    expect(directory.card('H10301', '0a1b')).toBeUndefined();
  });

  it('knows which cards and personal numbers are held, whatever state they are in', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [{ ...card('anna', '01'), state: 'lost' }, pin('anna', '17')]);
    expect([card('bo', '01'), pin('bo', '17')].map((one) => directory.holds(one))).toEqual([true, true]);
    const free = [card('bo', '02'), card('bo', '01', 'uid'), pin('bo', '01'), card('bo', '17')];
    expect(free.map((one) => directory.holds(one))).toEqual([false, false, false, false]);
    directory.remove(pseudonym('anna'));
    expect(directory.holds(card('bo', '01'))).toBe(false);
  });

  it('forgets a person with all credentials, and nobody else', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [card('anna', '01'), card('anna', '02'), pin('anna', '17')]);
    directory.add(holder('bo'), [card('bo', '03')]);
    directory.remove(pseudonym('anna'));
    expect(directory.holder(pseudonym('anna'))).toBeUndefined();
    expect([directory.card('H10301', '01'), directory.card('H10301', '02'), directory.pin('17')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(directory.card('H10301', '03')?.pseudonym).toBe('bo');
  });

  it('knows a person who is taken in again only by what is given then: a lost card stays lost', () => {
    const directory = new Directory();
    directory.add(holder('anna'), [card('anna', '01')]);
    directory.add(holder('anna', { state: 'suspended' }), [card('anna', '02')]);
    expect(directory.card('H10301', '01')).toBeUndefined();
    expect(directory.card('H10301', '02')?.pseudonym).toBe('anna');
    expect(directory.holder(pseudonym('anna'))?.state).toBe('suspended');
  });

  it('is what a list of people would be, whoever comes and goes', () => {
    const names = fc.constantFrom('anna', 'bo', 'chen');
    const acts = fc.array(
      fc.oneof(
        fc.record({ act: fc.constant('add' as const), name: names, cards: fc.integer({ min: 0, max: 3 }) }),
        fc.record({ act: fc.constant('remove' as const), name: names }),
      ),
    );
    fc.assert(
      fc.property(acts, (list) => {
        const directory = new Directory();
        const known = new Map<string, number>();
        for (const one of list) {
          if (one.act === 'remove') {
            directory.remove(pseudonym(one.name));
            known.delete(one.name);
            continue;
          }
          const cards = Array.from({ length: one.cards }, (_, index) => card(one.name, `${one.name}${index}`));
          directory.add(holder(one.name), cards);
          known.set(one.name, one.cards);
        }
        expect(directory.people).toBe(known.size);
        for (const name of ['anna', 'bo', 'chen']) {
          expect(directory.holder(pseudonym(name)) !== undefined).toBe(known.has(name));
          for (let index = 0; index < 3; index++) {
            const found = directory.card('H10301', `${name}${index}`);
            expect(found?.pseudonym).toBe(index < (known.get(name) ?? 0) ? name : undefined);
          }
        }
      }),
    );
  });
});
