import { joined } from '../serial/joined.ts';

/**
 * RDM6300 and its like, for 125 kHz tags: `02`, ten hex digits (a byte of version, four of number), two hex digits that
 * are the XOR of those five bytes, `03`. Said again and again while the tag is in the field. 9600 baud, 8N1.
 */
export const RDM6300_BAUD_RATE = 9_600;
export const RDM6300_FRAME_BYTES = 14;

const HEAD = 0x02;
const TAIL = 0x03;
const NUMBER_BYTES = 5;

export type Rdm6300Found =
  | { readonly kind: 'tag'; readonly bytes: Uint8Array }
  /** A whole frame whose sum or digits are wrong. */
  | { readonly kind: 'broken' };

/** The frame of a tag of five bytes. */
export function encodeRdm6300(bytes: Uint8Array): Uint8Array {
  const all = [...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)];
  const text = all.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  return Uint8Array.from([HEAD, ...Array.from(text, (digit) => digit.charCodeAt(0)), TAIL]);
}

/** Finds the frames in what comes in, in pieces cut anywhere; what is none is passed over. */
export class Rdm6300Parser {
  #rest: Uint8Array = new Uint8Array(0);

  /** At most a frame's bytes but one are kept for the next call. */
  feed(bytes: Uint8Array): Rdm6300Found[] {
    const all = joined(this.#rest, bytes);
    const found: Rdm6300Found[] = [];
    let at = 0;
    for (;;) {
      at = all.indexOf(HEAD, at);
      if (at < 0) at = all.length;
      if (at + RDM6300_FRAME_BYTES > all.length) break;
      const frame = all.subarray(at, at + RDM6300_FRAME_BYTES);
      if (frame.at(-1) === TAIL && frame.indexOf(HEAD, 1) < 0) {
        const tag = tagIn(frame);
        found.push(tag === undefined ? { kind: 'broken' } : { kind: 'tag', bytes: tag });
        at += RDM6300_FRAME_BYTES;
      } else at++;
    }
    this.#rest = all.slice(at);
    return found;
  }
}

function tagIn(frame: Uint8Array): Uint8Array | undefined {
  const text = String.fromCharCode(...frame.subarray(1, -1));
  if (!/^[0-9A-Fa-f]{12}$/.test(text)) return undefined;
  const bytes = Uint8Array.from({ length: NUMBER_BYTES + 1 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
  return bytes.reduce((sum, byte) => sum ^ byte, 0) === 0 ? bytes.slice(0, NUMBER_BYTES) : undefined;
}
