import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_WEDGE, WEDGE_LIMITS, wedgeDeadline, wedgeStep, type WedgeOutcome } from '../../app/kiosk/wedge.ts';

const { gapMs, lengthMin, lengthMax } = WEDGE_LIMITS;
type Stroke = readonly [key: string, after: number];

/** What comes of keys that lie so far apart, with time told whenever it is due and after the last one. */
function told(strokes: readonly Stroke[]): WedgeOutcome[] {
  let state = NO_WEDGE;
  let at = 1_000;
  const all: WedgeOutcome[] = [];
  const until = (end: number): void => {
    const deadline = wedgeDeadline(state, WEDGE_LIMITS);
    if (deadline === undefined || deadline > end) return;
    const [next, outcomes] = wedgeStep(state, { kind: 'time', at: deadline }, WEDGE_LIMITS);
    expect(wedgeDeadline(next, WEDGE_LIMITS)).toBeUndefined();
    state = next;
    all.push(...outcomes);
  };
  for (const [key, after] of strokes) {
    until(at + after);
    at += after;
    const [next, outcomes] = wedgeStep(state, { kind: 'key', key, at }, WEDGE_LIMITS);
    state = next;
    all.push(...outcomes);
  }
  until(Infinity);
  return all;
}

const burst = (text: string, pace: number): Stroke[] => Array.from(text, (key) => [key, pace] as const);
const character = fc.constantFrom(...Array.from('0123456789ABCDEF'));
const quick = fc.integer({ min: 0, max: gapMs });
const slow = fc.integer({ min: gapMs + 1, max: 2_000 });
const card = fc.string({ unit: character, minLength: lengthMin, maxLength: lengthMax });

describe('keys at the gate', () => {
  it('that a reader typed are a card, and none of them is a digit of a PIN', () => {
    fc.assert(
      fc.property(card, quick, fc.constantFrom('Enter', 'Tab'), (text, pace, end) => {
        expect(told([...burst(text, pace), [end, pace]])).toEqual([{ kind: 'card', text }]);
      }),
    );
  });

  it('that a person typed are typed, each of them, in order', () => {
    const key = fc.oneof(character, fc.constantFrom('Enter', 'Backspace', 'Escape', 'Tab'));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, slow)), (strokes) => {
        expect(told(strokes)).toEqual(strokes.map(([one]) => ({ kind: 'typed', key: one })));
      }),
    );
  });

  it('that a person typed very quickly are typed as long as they are few', () => {
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 1, maxLength: lengthMin - 1 }), quick, (text, pace) => {
        expect(told([...burst(text, pace), ['Enter', pace]])).toEqual(
          [...Array.from(text), 'Enter'].map((key) => ({ kind: 'typed', key })),
        );
      }),
    );
  });

  it('of a card in the middle of a PIN leave the PIN as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(character, slow)),
        card,
        fc.array(fc.tuple(character, slow)),
        (before, text, rest) => {
          const strokes: Stroke[] = [...before, ...burst(text, 5), ['Enter', 5], ...rest];
          strokes[before.length] = [text[0]!, gapMs + 1];
          expect(told(strokes)).toEqual([
            ...before.map(([key]) => ({ kind: 'typed', key })),
            { kind: 'card', text },
            ...rest.map(([key]) => ({ kind: 'typed', key })),
          ]);
        },
      ),
    );
  });

  it('that broke off, or never end, are a misread and nothing else', () => {
    expect(told(burst('0123456789', 5))).toEqual([{ kind: 'misread' }]);
    expect(told([...burst('7'.repeat(500), 5), ['Enter', 5]])).toEqual([{ kind: 'misread' }]);
    expect(told([...burst('7'.repeat(500), 5), ['1', 500]])).toEqual([
      { kind: 'misread' },
      { kind: 'typed', key: '1' },
    ]);
  });

  it('that only change others are passed over', () => {
    expect(told([['Shift', 5], ['A', 5], ['Shift', 5], ...burst('BCDEF', 5), ['Enter', 5]])).toEqual([
      { kind: 'card', text: 'ABCDEF' },
    ]);
  });

  it('are lost in no case: whatever comes is typed, in a card, or a misread', () => {
    const stroke = fc.tuple(fc.oneof(character, fc.constantFrom('Enter', 'Tab', 'Backspace')), fc.oneof(quick, slow));
    fc.assert(
      fc.property(fc.array(stroke, { maxLength: 120 }), (strokes) => {
        const outcomes = told(strokes);
        const keys = outcomes.flatMap((one) =>
          one.kind === 'typed' ? [one.key] : one.kind === 'card' ? [...Array.from(one.text), ''] : [],
        );
        const misread = outcomes.some(({ kind }) => kind === 'misread');
        if (!misread) expect(keys.length).toBe(strokes.length);
        expect(keys.length).toBeLessThanOrEqual(strokes.length);
      }),
    );
  });
});
