import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeCard,
  encodeCard,
  H10301,
  H10302,
  H10304,
  H10306,
  UID_FORMATS,
  type CardFormat,
} from '#core/access/cardFormat.ts';
import { formatsOverlap } from '#core/access/cardFormatOverlap.ts';

const facility = (name: string, equals: number): CardFormat => ({
  ...H10301,
  name,
  fields: [
    { name: 'facility', from: 1, bits: 8, equals },
    { name: 'number', from: 9, bits: 16 },
  ],
});

it('formats of other lengths never meet', () => {
  expect(formatsOverlap(H10301, H10306)).toBe(false);
});

it('two formats of 37 bits with the same parity read the same cards', () => {
  expect(formatsOverlap(H10302, H10304)).toBe(true);
});

it('the same layout with two facilities is told apart, and with one facility and any is not', () => {
  expect(formatsOverlap(facility('a', 17), facility('b', 18))).toBe(false);
  expect(formatsOverlap(facility('a', 17), H10301)).toBe(true);
});

it('parities that contradict each other tell formats apart', () => {
  const other = {
    ...H10301,
    parity: H10301.parity.map((p) => ({ ...p, makes: p.makes === 'even' ? 'odd' : 'even' }) as const),
  };
  expect(formatsOverlap(H10301, other)).toBe(false);
  expect(formatsOverlap(UID_FORMATS[0]!, { ...H10301, name: 'wide', bits: 32 })).toBe(true);
});

/** Small enough that every card there is can be tried. */
const BITS = 7;
const range = fc
  .record({ from: fc.nat(BITS - 1), bits: fc.integer({ min: 1, max: 3 }) })
  .filter((r) => r.from + r.bits <= BITS);
const format = fc.record({
  name: fc.constant('made-up'),
  bits: fc.constant(BITS),
  fields: fc.array(
    fc.tuple(range, fc.option(fc.nat(7), { nil: undefined })).map(([r, equals]) => ({
      name: `field ${r.from}`,
      ...r,
      ...(equals !== undefined && { equals: equals % 2 ** r.bits }),
    })),
    { minLength: 1, maxLength: 2 },
  ),
  parity: fc.array(
    fc
      .record({
        at: fc.nat(BITS - 1),
        makes: fc.constantFrom('even' as const, 'odd' as const),
        over: fc.array(range, { minLength: 1, maxLength: 1 }),
      })
      .filter(({ at, over }) => over.every((r) => at < r.from || at >= r.from + r.bits)),
    { maxLength: 3 },
  ),
});

it('formats overlap exactly where some card is read by both', () => {
  const cards = Array.from({ length: 2 ** BITS }, (_, n) => n.toString(2).padStart(BITS, '0'));
  const reads = (bits: string, one: CardFormat): boolean => decodeCard(bits, [one]).kind === 'read';
  fc.assert(
    fc.property(format, format, (one, other) => {
      expect(formatsOverlap(one, other)).toBe(cards.some((bits) => reads(bits, one) && reads(bits, other)));
    }),
  );
});

it('a card of one format is never read by another that does not overlap', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.nat(255), fc.nat(65_535), (a, b, number) => {
      fc.pre(a !== b);
      const bits = encodeCard(facility('a', a), { facility: BigInt(a), number: BigInt(number) });
      expect(decodeCard(bits, [facility('b', b)]).kind).toBe('refused');
    }),
  );
});
