import type { PassId, Pseudonym } from '../kernel/ids.ts';
import { wallTime } from '../kernel/units.ts';
import type { Pass } from './pass.ts';

/**
 * The text of a QR pass: 149 characters of ASCII, one text for each pass.
 *
 *   "LINTEL:"  then base64url without padding (RFC 4648, section 5) of 106 bytes, numbers big-endian:
 *   0          version, 1
 *   1          0 good while it is valid, 1 good for one passage
 *   2..17      id of the pass, random
 *   18..33     pseudonym of the cardholder
 *   34..37     valid from, seconds since 1970-01-01 UTC
 *   38..41     valid until: the first second at which it no longer is
 *   42..105    Ed25519 signature of an issuer over "LINTEL:" and the bytes 0..41
 */
const PREFIX = 'LINTEL:';
const VERSION = 1;
const ID_BYTES = 16;
const ID_AT = 2;
const PSEUDONYM_AT = ID_AT + ID_BYTES;
const FROM_AT = PSEUDONYM_AT + ID_BYTES;
const UNTIL_AT = FROM_AT + 4;
const CONTENT_BYTES = UNTIL_AT + 4;
const SIGNATURE_BYTES = 64;
const PASS_BYTES = CONTENT_BYTES + SIGNATURE_BYTES;
export const PASS_TEXT_LENGTH = PREFIX.length + Math.ceil((PASS_BYTES * 8) / 6);
const SECOND_MS = 1_000;

/** What a text says that has the shape of a pass. Whether an issuer signed it, nobody has looked at. */
export interface UnverifiedPass {
  readonly claims: Pass;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Undefined for everything that is no pass of this version: the length is looked at before anything else. */
export function parsePassText(text: Uint8Array): UnverifiedPass | undefined {
  if (text.length !== PASS_TEXT_LENGTH) return undefined;
  for (let at = 0; at < PREFIX.length; at++) if (text[at] !== PREFIX.charCodeAt(at)) return undefined;
  const bytes = bytesOf(text.subarray(PREFIX.length));
  if (bytes === undefined || bytes[0] !== VERSION) return undefined;
  const uses = USES[bytes[1]!];
  const from = secondsAt(bytes, FROM_AT);
  const until = secondsAt(bytes, UNTIL_AT);
  if (uses === undefined || from >= until) return undefined;
  const claims: Pass = {
    id: hexOf(bytes.subarray(ID_AT, PSEUDONYM_AT)) as PassId,
    pseudonym: hexOf(bytes.subarray(PSEUDONYM_AT, FROM_AT)) as Pseudonym,
    validity: { from: wallTime(from * SECOND_MS), until: wallTime(until * SECOND_MS) },
    uses,
  };
  return { claims, signed: signedPart(bytes), signature: bytes.subarray(CONTENT_BYTES) };
}

/**
 * The text of a pass, signed by `sign` (Ed25519, 64 bytes). Its id and pseudonym are 16 bytes in lower-case hex.
 * Undefined where its validity is no span of whole seconds of this century and the next.
 */
export function passText(pass: Pass, sign: (content: Uint8Array) => Uint8Array): string | undefined {
  const { id, pseudonym, validity, uses } = pass;
  const [from, until] = [Math.floor(validity.from / SECOND_MS), Math.floor(validity.until / SECOND_MS)];
  if (!(from >= 0 && from < until && until < 2 ** 32)) return undefined;
  const bytes = new Uint8Array(PASS_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = USES.indexOf(uses);
  putHex(bytes, ID_AT, id);
  putHex(bytes, PSEUDONYM_AT, pseudonym);
  view.setUint32(FROM_AT, from);
  view.setUint32(UNTIL_AT, until);
  bytes.set(sign(signedPart(bytes)), CONTENT_BYTES);
  return PREFIX + base64urlOf(bytes);
}

const USES: readonly (Pass['uses'] | undefined)[] = ['while-valid', 'once'];

function signedPart(bytes: Uint8Array): Uint8Array {
  const signed = new Uint8Array(PREFIX.length + CONTENT_BYTES);
  for (let at = 0; at < PREFIX.length; at++) signed[at] = PREFIX.charCodeAt(at);
  signed.set(bytes.subarray(0, CONTENT_BYTES), PREFIX.length);
  return signed;
}

const secondsAt = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer).getUint32(at);

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function putHex(bytes: Uint8Array, at: number, hex: string): void {
  for (let i = 0; i < ID_BYTES; i++) bytes[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Undefined for another character, and where bits are set that belong to no byte: a pass has one text alone. */
function bytesOf(text: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(PASS_BYTES);
  let [bits, held, at] = [0, 0, 0];
  for (const character of text) {
    const value = ALPHABET.indexOf(String.fromCharCode(character));
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}

function base64urlOf(bytes: Uint8Array): string {
  let [text, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += ALPHABET[(bits >> held) & 63]!;
    }
  }
  return held === 0 ? text : text + ALPHABET[(bits << (6 - held)) & 63]!;
}
