import { assert } from '../kernel/assert.ts';

/** How a reader that types, or a code that a person reads off, writes a card: its bits as one number. */
export interface CardTextForm {
  readonly digits: 'hex' | 'decimal';
  /** How many bits of a card the number stands for. */
  readonly bits: number;
  /** The bytes come last first: many readers write serial numbers that way. */
  readonly lastByteFirst?: boolean;
}

/** Characters of such a text; a longer one is none. */
export const CARD_TEXT_CHARACTERS_MAX = 80;

/** The bits of the card as `0` and `1`, or undefined where the text is no such number. */
export function bitsOfCardText(
  text: string,
  { digits, bits, lastByteFirst = false }: CardTextForm,
): string | undefined {
  assert(!lastByteFirst || bits % 8 === 0, 'bytes can be turned round where there are whole ones');
  if (text.length > CARD_TEXT_CHARACTERS_MAX) return undefined;
  if (digits === 'hex' ? !/^[0-9A-Fa-f]+$/.test(text) : !/^\d+$/.test(text)) return undefined;
  const number = BigInt(digits === 'hex' ? `0x${text}` : text);
  const found = number.toString(2).padStart(bits, '0');
  if (found.length > bits) return undefined;
  return lastByteFirst ? (found.match(/.{8}/g) ?? []).toReversed().join('') : found;
}
