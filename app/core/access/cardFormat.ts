import { assert } from '../kernel/assert.ts';
import type { CardRead } from '../ports/hardware.ts';

/** Longest card that any reader may deliver. */
export const CARD_BITS_MAX = 256;

/** A run of bits, counted from 0 in the order in which the reader sent them. */
export interface BitRange {
  readonly from: number;
  readonly bits: number;
}

/** A part of the card's number, highest bit first. */
export interface CardField extends BitRange {
  readonly name: string;
  /** The only value that counts here, say the number of the facility whose cards these are. */
  readonly equals?: number;
}

/** The bit at `at` makes the ones of itself and of `over` even or odd. */
export interface CardParity {
  readonly at: number;
  readonly makes: 'even' | 'odd';
  readonly over: readonly BitRange[];
}

/** How a card's bits are read. Formats are data: a new one is added by configuration. */
export interface CardFormat {
  readonly name: string;
  readonly bits: number;
  /** The number is made of these, one behind the other. */
  readonly fields: readonly CardField[];
  /** In the order in which they are computed: a later one may lie over an earlier one. */
  readonly parity: readonly CardParity[];
}

export type CardDecoding =
  | { readonly kind: 'read'; readonly card: CardRead }
  | {
      readonly kind: 'refused';
      /** `length`: no format has so many bits. `parity`, `field`: none of those that have them fits. */
      readonly reason: 'length' | 'parity' | 'field';
    };

const even = (at: number, ...over: readonly BitRange[]): CardParity => ({ at, makes: 'even', over });
const odd = (at: number, ...over: readonly BitRange[]): CardParity => ({ at, makes: 'odd', over });
const uid = (bits: number): CardFormat => ({
  name: 'uid',
  bits,
  fields: [{ name: 'number', from: 0, bits }],
  parity: [],
});

/** 26 bits: parity, facility 8, number 16, parity. */
export const H10301: CardFormat = {
  name: 'H10301',
  bits: 26,
  fields: [
    { name: 'facility', from: 1, bits: 8 },
    { name: 'number', from: 9, bits: 16 },
  ],
  parity: [even(0, { from: 1, bits: 12 }), odd(25, { from: 13, bits: 12 })],
};

/** 34 bits: parity, facility 16, number 16, parity. */
export const H10306: CardFormat = {
  name: 'H10306',
  bits: 34,
  fields: [
    { name: 'facility', from: 1, bits: 16 },
    { name: 'number', from: 17, bits: 16 },
  ],
  parity: [even(0, { from: 1, bits: 16 }), odd(33, { from: 17, bits: 16 })],
};

const PARITY_37 = [even(0, { from: 1, bits: 18 }), odd(36, { from: 18, bits: 18 })];

/** 37 bits: parity, number 35, parity. The middle bit counts for both parities. */
export const H10302: CardFormat = {
  name: 'H10302',
  bits: 37,
  fields: [{ name: 'number', from: 1, bits: 35 }],
  parity: PARITY_37,
};

/** 37 bits: parity, facility 16, number 19, parity; told from H10302 by the configured order alone. */
export const H10304: CardFormat = {
  name: 'H10304',
  bits: 37,
  fields: [
    { name: 'facility', from: 1, bits: 16 },
    { name: 'number', from: 17, bits: 19 },
  ],
  parity: PARITY_37,
};

/** Serial numbers of four, seven and ten bytes, without any check. */
export const UID_FORMATS: readonly CardFormat[] = [uid(32), uid(56), uid(80)];

/** By the name that a configuration gives. */
export const CARD_FORMATS: Readonly<Record<string, readonly CardFormat[]>> = {
  H10301: [H10301],
  H10302: [H10302],
  H10304: [H10304],
  H10306: [H10306],
  uid: UID_FORMATS,
};

/** The first of `formats` that fits the card. @param bits a card as `0` and `1`, in the order of sending */
export function decodeCard(bits: string, formats: readonly CardFormat[]): CardDecoding {
  assert(/^[01]*$/.test(bits), 'a card is made of bits');
  let reason: 'length' | 'parity' | 'field' = 'length';
  for (const format of formats) {
    if (format.bits !== bits.length) continue;
    if (!format.parity.every((check) => parityHolds(bits, check))) {
      if (reason === 'length') reason = 'parity';
    } else if (!format.fields.every((field) => fieldHolds(bits, field))) {
      reason = 'field';
    } else {
      return { kind: 'read', card: { format: format.name, number: numberOf(bits, format) } };
    }
  }
  return { kind: 'refused', reason };
}

/** The bits of a card whose fields have these values. */
export function encodeCard(format: CardFormat, values: Readonly<Record<string, bigint>>): string {
  const bits = Array.from({ length: format.bits }, () => '0');
  for (const { name, from, bits: count } of format.fields) {
    const value = values[name] ?? 0n;
    assert(value >= 0n && value < 1n << BigInt(count), `${name} fits ${count} bits`);
    for (const [at, bit] of Array.from(value.toString(2).padStart(count, '0')).entries()) bits[from + at] = bit;
  }
  for (const { at, makes, over } of format.parity) {
    const ones = over.reduce((sum, range) => sum + onesIn(bits.join(''), range), 0);
    bits[at] = (ones % 2 === 1) === (makes === 'even') ? '1' : '0';
  }
  return bits.join('');
}

/** A card that a reader delivers as bytes, its serial number. */
export const uidCard = (bytes: Uint8Array): CardRead => ({
  format: 'uid',
  number: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
});

/** What is wrong with a format, undefined where nothing is. */
export function cardFormatFlaw({ bits, fields, parity }: CardFormat): string | undefined {
  const within = ({ from, bits: count }: BitRange): boolean => from >= 0 && count >= 1 && from + count <= bits;
  if (!Number.isInteger(bits) || bits < 1 || bits > CARD_BITS_MAX)
    return `${bits} bits, where 1 to ${CARD_BITS_MAX} can be`;
  if (fields.length === 0) return 'no field that makes its number';
  for (const field of fields) {
    if (!within(field)) return `field ${field.name} outside its ${bits} bits`;
    if (field.equals !== undefined && BigInt(field.equals) >= 1n << BigInt(field.bits)) {
      return `field ${field.name} with a value that its ${field.bits} bits cannot have`;
    }
  }
  const names = new Set(fields.map(({ name }) => name));
  if (names.size < fields.length) return 'two fields of one name';
  for (const { at, over } of parity) {
    if (!within({ from: at, bits: 1 }) || over.length === 0 || !over.every(within))
      return `parity bit ${at} over bits that are not there`;
    if (over.some(({ from, bits: count }) => at >= from && at < from + count)) return `parity bit ${at} over itself`;
    if (fields.some(({ from, bits: count }) => at >= from && at < from + count))
      return `parity bit ${at} inside a field`;
  }
  return undefined;
}

function onesIn(bits: string, { from, bits: count }: BitRange): number {
  let ones = 0;
  for (let at = from; at < from + count; at++) if (bits[at] === '1') ones++;
  return ones;
}

function parityHolds(bits: string, { at, makes, over }: CardParity): boolean {
  const ones = over.reduce((sum, range) => sum + onesIn(bits, range), onesIn(bits, { from: at, bits: 1 }));
  return ones % 2 === (makes === 'even' ? 0 : 1);
}

const slice = (bits: string, { from, bits: count }: BitRange): string => bits.slice(from, from + count);

const fieldHolds = (bits: string, field: CardField): boolean =>
  field.equals === undefined || BigInt(`0b${slice(bits, field)}`) === BigInt(field.equals);

function numberOf(bits: string, { fields }: CardFormat): string {
  const all = fields.map((field) => slice(bits, field)).join('');
  return BigInt(`0b${all}`)
    .toString(16)
    .padStart(Math.ceil(all.length / 4), '0');
}
