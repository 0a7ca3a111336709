import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CARD_FORMATS,
  cardFormatFlaw,
  decodeCard,
  encodeCard,
  H10301,
  H10302,
  H10304,
  H10306,
  UID_FORMATS,
  uidCard,
  type CardFormat,
} from '#core/access/cardFormat.ts';
import { CREDENTIAL_STRENGTH, cardTechnology, strengthLines } from '#core/access/credentialStrength.ts';

const ALL: readonly CardFormat[] = Object.values(CARD_FORMATS).flat();

/** 35 bits whose parities lie over one another, as a configuration might bring it. */
const INTERLEAVED: CardFormat = {
  name: 'corporate',
  bits: 35,
  fields: [
    { name: 'company', from: 2, bits: 12 },
    { name: 'number', from: 14, bits: 20 },
  ],
  parity: [
    { at: 1, makes: 'even', over: Array.from({ length: 11 }, (_, i) => ({ from: 2 + 3 * i, bits: 2 })) },
    { at: 34, makes: 'odd', over: Array.from({ length: 11 }, (_, i) => ({ from: 1 + 3 * i, bits: 2 })) },
    { at: 0, makes: 'odd', over: [{ from: 1, bits: 34 }] },
  ],
};

const format = fc.constantFrom(...ALL, INTERLEAVED);
/** A format and values of its fields. */
const cards = format.chain((of) =>
  fc
    .tuple(...of.fields.map(({ bits }) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })))
    .map((values) => ({ of, values: Object.fromEntries(of.fields.map(({ name }, i) => [name, values[i]!])) })),
);
const flipped = (bits: string, at: number): string =>
  `${bits.slice(0, at)}${bits[at] === '1' ? '0' : '1'}${bits.slice(at + 1)}`;

describe('a card', () => {
  it('has the number that is printed on it', () => {
    // Facility 134, number 62532.
    const bits = encodeCard(H10301, { facility: 134n, number: 62_532n });
    expect(bits).toBe('11000011011110100010001000');
    expect(decodeCard(bits, ALL)).toEqual({ kind: 'read', card: { format: 'H10301', number: '86f444' } });
    expect(encodeCard(H10301, { facility: 1n, number: 1n })).toBe('10000000100000000000000010');
    expect(decodeCard(encodeCard(H10306, { facility: 0xabcdn, number: 0x1234n }), ALL)).toEqual({
      kind: 'read',
      card: { format: 'H10306', number: 'abcd1234' },
    });
    expect(uidCard(Uint8Array.of(4, 0xa2, 0, 0x1f))).toEqual({ format: 'uid', number: '04a2001f' });
  });

  it('is read as what was written on it, whatever its format', () => {
    fc.assert(
      fc.property(cards, ({ of, values }) => {
        const decoded = decodeCard(encodeCard(of, values), [of]);
        const number = of.fields.reduce((sum, { name, bits }) => (sum << BigInt(bits)) | values[name]!, 0n);
        const fieldBits = of.fields.reduce((sum, { bits }) => sum + bits, 0);
        expect(decoded).toEqual({
          kind: 'read',
          card: { format: of.name, number: number.toString(16).padStart(Math.ceil(fieldBits / 4), '0') },
        });
      }),
    );
  });

  it('with any bit flipped under a parity is refused for it', () => {
    fc.assert(
      fc.property(cards, fc.nat(), ({ of, values }, at) => {
        const bits = encodeCard(of, values);
        const covered = Array.from(bits).flatMap((_, i) => {
          const checks = of.parity.filter(
            (check) => check.at === i || check.over.some(({ from, bits: count }) => i >= from && i < from + count),
          );
          return checks.length > 0 ? [i] : [];
        });
        if (covered.length === 0) return;
        expect(decodeCard(flipped(bits, covered[at % covered.length]!), [of])).toEqual({
          kind: 'refused',
          reason: 'parity',
        });
      }),
      { numRuns: 500 },
    );
  });

  it('of a length that no format has is refused for it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[01]{0,60}$/), (bits) => {
        const known = ALL.some(({ bits: length }) => length === bits.length);
        const decoded = decodeCard(bits, ALL);
        if (!known) expect(decoded).toEqual({ kind: 'refused', reason: 'length' });
        else expect(decoded.kind === 'read' || decoded.reason === 'parity').toBe(true);
      }),
    );
  });

  it('that two formats fit is of the one that was configured first', () => {
    const bits = encodeCard(H10304, { facility: 5n, number: 77n });
    const formatOf = (formats: readonly CardFormat[]): unknown => {
      const decoded = decodeCard(bits, formats);
      return decoded.kind === 'read' ? decoded.card.format : decoded.reason;
    };
    expect(formatOf([H10302, H10304])).toBe('H10302');
    expect(formatOf([H10304, H10302])).toBe('H10304');
    const other: CardFormat = { ...H10304, name: 'other', parity: H10304.parity.map((p) => ({ ...p, makes: 'odd' })) };
    expect(formatOf([other, H10302])).toBe('H10302');
  });

  it('of another facility is refused where only one facility counts', () => {
    const ours: CardFormat = {
      ...H10301,
      fields: H10301.fields.map((field) => (field.name === 'facility' ? { ...field, equals: 134 } : field)),
    };
    expect(decodeCard(encodeCard(ours, { facility: 134n, number: 1n }), [ours]).kind).toBe('read');
    const other = encodeCard(ours, { facility: 135n, number: 1n });
    expect(decodeCard(other, [ours])).toEqual({ kind: 'refused', reason: 'field' });
    expect(decodeCard(other, [ours, H10301]).kind).toBe('read');
  });
});

describe('a card format', () => {
  it('that comes with the product has no flaw', () => {
    for (const one of [...ALL, INTERLEAVED]) expect(cardFormatFlaw(one)).toBeUndefined();
    expect(UID_FORMATS.map(({ bits }) => bits)).toEqual([32, 56, 80]);
  });

  it('that cannot be read is told what is wrong with it', () => {
    const flaws: readonly (readonly [Partial<CardFormat>, string])[] = [
      [{ bits: 0 }, '0 bits'],
      [{ fields: [] }, 'no field'],
      [{ fields: [{ name: 'number', from: 20, bits: 7 }] }, 'outside its 26 bits'],
      [{ fields: [{ name: 'facility', from: 1, bits: 8, equals: 256 }] }, 'cannot have'],
      [{ fields: [H10301.fields[0]!, H10301.fields[0]!] }, 'two fields'],
      [{ parity: [{ at: 26, makes: 'even', over: [{ from: 1, bits: 12 }] }] }, 'not there'],
      [{ parity: [{ at: 0, makes: 'even', over: [{ from: 0, bits: 12 }] }] }, 'over itself'],
      [{ parity: [{ at: 3, makes: 'even', over: [{ from: 10, bits: 2 }] }] }, 'inside a field'],
    ];
    for (const [change, flaw] of flaws) expect(cardFormatFlaw({ ...H10301, ...change })).toContain(flaw);
  });
});

it('the health page warns of cards that can be cloned', () => {
  expect(cardTechnology('uid', false)).toBe('card-serial-number');
  expect(cardTechnology('H10301', false)).toBe('card-number-in-clear');
  expect(cardTechnology('uid', true)).toBe('card-number-over-secure-channel');
  expect(strengthLines(new Set(['card-serial-number', 'pin']))).toEqual([
    { part: 'credential card-serial-number', level: 'warning', says: CREDENTIAL_STRENGTH['card-serial-number'].says },
    { part: 'credential pin', level: 'ok', says: CREDENTIAL_STRENGTH.pin.says },
  ]);
});
