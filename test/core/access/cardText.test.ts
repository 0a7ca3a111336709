import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCard, UID_FORMATS } from '#core/access/cardFormat.ts';
import { bitsOfCardText } from '#core/access/cardText.ts';

it('a card that a reader typed is the card that another reader reads', () => {
  const uid = (bits: string | undefined): unknown => bits !== undefined && decodeCard(bits, UID_FORMATS);
  const card = { kind: 'read', card: { format: 'uid', number: '04a2001f' } };
  expect(uid(bitsOfCardText('77725727', { digits: 'decimal', bits: 32 }))).toEqual(card);
  expect(uid(bitsOfCardText('0077725727', { digits: 'decimal', bits: 32 }))).toEqual(card);
  expect(uid(bitsOfCardText('04A2001F', { digits: 'hex', bits: 32 }))).toEqual(card);
  expect(uid(bitsOfCardText('1f00a204', { digits: 'hex', bits: 32, lastByteFirst: true }))).toEqual(card);
});

it('a text that is no number of so many bits is no card', () => {
  for (const text of ['', '-1', '4294967296', '1e3', '0x10', ' 1', '1'.repeat(81)]) {
    expect(bitsOfCardText(text, { digits: 'decimal', bits: 32 })).toBeUndefined();
  }
  expect(bitsOfCardText('12G4', { digits: 'hex', bits: 32 })).toBeUndefined();
});

it('any number is read back, in hex and in decimal, in either order of bytes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 56n) - 1n }), fc.boolean(), (number, lastByteFirst) => {
      const bits = 56;
      const hex = bitsOfCardText(number.toString(16), { digits: 'hex', bits, lastByteFirst });
      expect(bitsOfCardText(number.toString(), { digits: 'decimal', bits, lastByteFirst })).toBe(hex);
      const straight = lastByteFirst ? (hex!.match(/.{8}/g) ?? []).toReversed().join('') : hex!;
      expect(BigInt(`0b${straight}`)).toBe(number);
    }),
  );
});
