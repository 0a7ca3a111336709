import { CARD_BITS_MAX } from '#core/access/cardFormat.ts';

/**
 * What a bridge between a Wiegand reader and a serial port sends: a line for each card, ended by CR, LF or both.
 *
 * - `ascii-hex-lines`: the number of bits in decimal, `:`, and the bits as a number in hex digits, first bit highest,
 *   with exactly as many digits as the bits need: `26:30DE888`. Where the bridge sends digits alone, `bits` says how many
 *   bits they are.
 * - `bits-lines`: the bits themselves, first bit first: `11000011011110100010001000`.
 *
 * `prefix` is what stands before that on every line. An empty line says nothing; any other that is not of the form is a
 * misread, so that a bridge with another form is noticed at the first card.
 */
export interface WiegandLineForm {
  readonly kind: 'ascii-hex-lines' | 'bits-lines';
  /** Only for hex digits without a number of bits before them. */
  readonly bits?: number;
  readonly prefix?: string;
}

export const WIEGAND_BAUD_RATE = 9_600;
/** A line longer than this is none: it is passed over up to its end. */
export const WIEGAND_LINE_BYTES_MAX = CARD_BITS_MAX + 32;

export type WiegandFound =
  /** The bits as `0` and `1`, in the order in which the reader sent them. */
  { readonly kind: 'bits'; readonly bits: string } | { readonly kind: 'broken'; readonly why: string };

/** The line for a card, without its end. */
export function encodeWiegandLine(bits: string, { kind, bits: fixed, prefix = '' }: WiegandLineForm): string {
  if (kind === 'bits-lines') return `${prefix}${bits}`;
  const digits = BigInt(`0b${bits}`)
    .toString(16)
    .toUpperCase()
    .padStart(Math.ceil(bits.length / 4), '0');
  return `${prefix}${fixed === undefined ? `${bits.length}:` : ''}${digits}`;
}

/** Finds the lines in what comes in, in pieces cut anywhere. */
export class WiegandLines {
  readonly #form: WiegandLineForm;
  #line = '';
  /** The line under way is too long already. */
  #overlong = false;

  constructor(form: WiegandLineForm) {
    this.#form = form;
  }

  feed(bytes: Uint8Array): WiegandFound[] {
    const found: WiegandFound[] = [];
    for (const byte of bytes) {
      if (byte === 0x0d || byte === 0x0a) {
        if (this.#overlong) found.push({ kind: 'broken', why: `a line of more than ${WIEGAND_LINE_BYTES_MAX} bytes` });
        else if (this.#line !== '') found.push(cardOnLine(this.#line, this.#form));
        this.#line = '';
        this.#overlong = false;
      } else if (this.#line.length >= WIEGAND_LINE_BYTES_MAX) this.#overlong = true;
      else this.#line += String.fromCharCode(byte);
    }
    return found;
  }
}

function cardOnLine(line: string, { kind, bits, prefix = '' }: WiegandLineForm): WiegandFound {
  if (!line.startsWith(prefix)) return { kind: 'broken', why: 'a line without its prefix' };
  const rest = line.slice(prefix.length);
  if (kind === 'bits-lines') {
    return /^[01]+$/.test(rest) && rest.length <= CARD_BITS_MAX
      ? { kind: 'bits', bits: rest }
      : { kind: 'broken', why: 'a line that is not made of bits' };
  }
  const parts = bits === undefined ? /^(\d{1,3}):([0-9A-Fa-f]+)$/.exec(rest) : /^()([0-9A-Fa-f]+)$/.exec(rest);
  const count = bits ?? Number(parts?.[1]);
  const digits = parts?.[2];
  if (digits === undefined || count < 1 || count > CARD_BITS_MAX || digits.length !== Math.ceil(count / 4)) {
    return { kind: 'broken', why: 'a line that is no card in hex digits' };
  }
  const all = BigInt(`0x${digits}`).toString(2).padStart(count, '0');
  return all.length === count
    ? { kind: 'bits', bits: all }
    : { kind: 'broken', why: `a number that does not fit its ${count} bits` };
}
