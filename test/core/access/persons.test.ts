import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstPersonStep, type FirstPerson, type FirstPersonInput } from '#core/access/firstPerson.ts';
import { awaitingSecond, companionOf, NEITHER_PERSON, type TwoPerson } from '#core/access/twoPerson.ts';
import { millis, monotonic } from '#core/kernel/units.ts';
import { pseudonym } from '../people.ts';

const WITHIN = millis(10_000);
const alone = (name: string, at: number): TwoPerson => awaitingSecond(pseudonym(name), monotonic(at), WITHIN);
const companion = (state: TwoPerson, name: string, at: number) =>
  companionOf(state, { holder: pseudonym(name), at: monotonic(at) });

describe('a door that opens to two people', () => {
  it('knows the first one for a while, and takes nobody for two', () => {
    expect(companion(NEITHER_PERSON, 'anna', 0)).toBeUndefined();
    const one = alone('anna', 0);
    expect(companion(one, 'anna', 1)).toBeUndefined();
    expect(companion(one, 'bo', 9_999)).toBe('anna');
    expect(companion(one, 'bo', 10_000)).toBeUndefined();
  });

  it('has two different people who came within the time, whoever comes in whatever order', () => {
    const visits = fc.array(fc.tuple(fc.constantFrom('anna', 'bo', 'chen'), fc.nat(15_000)), { maxLength: 30 });
    let pairs = 0;
    fc.assert(
      fc.property(visits, (list) => {
        let state = NEITHER_PERSON;
        let now = 0;
        let before: { name: string; at: number } | undefined;
        for (const [name, wait] of list) {
          now += wait;
          const other = companion(state, name, now);
          const expected = before !== undefined && before.name !== name && now < before.at + WITHIN;
          expect(other).toBe(expected ? before?.name : undefined);
          if (expected) pairs++;
          state = expected ? NEITHER_PERSON : alone(name, now);
          before = expected ? undefined : { name, at: now };
        }
      }),
    );
    expect(pairs, 'the property saw pairs').toBeGreaterThan(50);
  });
});

describe('a place that somebody has to open first', () => {
  const started = (open: boolean): FirstPerson => firstPersonStep({ kind: 'not-in-force' }, { kind: 'schedule', open });
  const taken = (opensFirst: boolean): FirstPersonInput => ({ kind: 'taken', opensFirst });

  it('awaits that person after every start and in every period of its schedule', () => {
    expect(started(true)).toEqual({ kind: 'awaited' });
    const came = firstPersonStep({ kind: 'awaited' }, taken(true));
    expect(came).toEqual({ kind: 'came' });
    const over = firstPersonStep(came, { kind: 'schedule', open: false });
    expect(over).toEqual({ kind: 'not-in-force' });
    expect(firstPersonStep(over, { kind: 'schedule', open: true })).toEqual({ kind: 'awaited' });
    expect(firstPersonStep(came, { kind: 'schedule', open: true }), 'said again').toEqual(came);
    expect(firstPersonStep(came, { kind: 'reset' })).toEqual({ kind: 'awaited' });
  });

  it('is open exactly where one who may has gone in since it was awaited', () => {
    const inputs = fc.array(
      fc.oneof(
        fc.boolean().map((open): FirstPersonInput => ({ kind: 'schedule', open })),
        fc.boolean().map(taken),
        fc.constant<FirstPersonInput>({ kind: 'reset' }),
      ),
    );
    fc.assert(
      fc.property(fc.boolean(), inputs, (open, list) => {
        let state = started(open);
        let inForce = open;
        let came = false;
        for (const input of list) {
          state = firstPersonStep(state, input);
          if (input.kind === 'schedule') {
            came &&= input.open;
            inForce = input.open;
          } else if (input.kind === 'reset') came = false;
          else came ||= inForce && input.opensFirst;
          expect(state.kind).toBe(inForce ? (came ? 'came' : 'awaited') : 'not-in-force');
        }
      }),
    );
  });
});
