import { assert } from '#core/kernel/assert.ts';
import { joined } from '../../serial/joined.ts';
import { checkBytes, checkHolds, writeCheck, type CheckKind } from './check.ts';

/**
 * OSDP v2 on the wire (IEC 60839-11-5): an idle mark `FF`, then `53`, address, length (two bytes, low first, from `53`
 * to the check), control, a security block where the control says so, the payload, and in SCS_15 to 18 four bytes of
 * MAC; last the check.
 */
export const MARK = 0xff;
const START = 0x53;
const REPLY_BIT = 0x80;
const ADDRESS_MASK = 0x7f;
const SEQUENCE_MASK = 0x03;
const CRC_BIT = 0x04;
const SECURITY_BIT = 0x08;

export const HEAD_BYTES = 5;
export const MAC_BYTES = 4;
/** The standard's largest frame. Nothing longer is built, awaited or kept. */
export const FRAME_BYTES_MAX = 1_440;
const FRAME_BYTES_MIN = HEAD_BYTES + 2;
const SECURITY_BLOCK_BYTES_MIN = 2;

/** Readers answer to their own address and to this one. */
export const EVERYBODY = 0x7f;
export const ADDRESS_MAX = 0x7e;

/** 0 starts anew; then 1, 2, 3, 1, 2, … */
export type Sequence = 0 | 1 | 2 | 3;
export const nextSequence = (before: Sequence): Sequence => (before === 3 ? 1 : ((before + 1) as Sequence));

/** Security blocks. Even ones come from readers; 15 and 16 carry a MAC, 17 and 18 a MAC and encrypted data. */
export const SCS = { 11: 0x11, 12: 0x12, 13: 0x13, 14: 0x14, 15: 0x15, 16: 0x16, 17: 0x17, 18: 0x18 } as const;

export interface SecurityBlock {
  readonly type: number;
  /** What follows the type; in SCS_11 to 14 one byte. */
  readonly data: Uint8Array;
}

export interface FrameHead {
  readonly address: number;
  /** Does it come from a reader? */
  readonly reply: boolean;
  readonly sequence: Sequence;
  readonly check: CheckKind;
  readonly security?: SecurityBlock | undefined;
}

export interface Frame extends FrameHead {
  /** The code of the command or reply, then its data; encrypted data where the security block says so. At least one byte. */
  readonly payload: Uint8Array;
  /** What the MAC is about: everything before it. Without a MAC, everything before the check. */
  readonly covered: Uint8Array;
  readonly mac: Uint8Array | undefined;
}

export const hasMac = (type: number | undefined): boolean => type !== undefined && type >= SCS[15] && type <= SCS[18];

/**
 * The bytes of a frame, with the mark before it.
 * @param macOf gives the MAC, 4 bytes, of what comes before it; for SCS_15 to 18 and only for them
 */
export function encodeFrame(
  head: FrameHead,
  payload: Uint8Array,
  macOf?: (covered: Uint8Array) => Uint8Array,
): Uint8Array {
  const { security } = head;
  assert(hasMac(security?.type) === (macOf !== undefined), 'SCS_15 to 18 carry a MAC, and nothing else does');
  assert(payload.length > 0 && head.address >= 0 && head.address <= EVERYBODY, 'a frame has an address and a code');
  const blockBytes = security === undefined ? 0 : SECURITY_BLOCK_BYTES_MIN + security.data.length;
  const macAt = HEAD_BYTES + blockBytes + payload.length;
  const length = macAt + (macOf === undefined ? 0 : MAC_BYTES) + checkBytes(head.check);
  assert(length <= FRAME_BYTES_MAX, `a frame has at most ${FRAME_BYTES_MAX} bytes`);
  const marked = new Uint8Array(1 + length);
  marked[0] = MARK;
  const bytes = marked.subarray(1);
  const control = head.sequence | (head.check === 'crc' ? CRC_BIT : 0) | (security === undefined ? 0 : SECURITY_BIT);
  bytes.set([START, head.address | (head.reply ? REPLY_BIT : 0), length & 0xff, length >> 8, control]);
  if (security !== undefined) bytes.set([blockBytes, security.type, ...security.data], HEAD_BYTES);
  bytes.set(payload, HEAD_BYTES + blockBytes);
  if (macOf !== undefined) bytes.set(macOf(bytes.subarray(0, macAt)).subarray(0, MAC_BYTES), macAt);
  writeCheck(bytes, head.check);
  return marked;
}

/** The frame that these bytes are, from `53` to the check; undefined where they are none. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < HEAD_BYTES || lengthAt(bytes, 0) !== bytes.length) return undefined;
  const control = bytes[4]!;
  const check: CheckKind = (control & CRC_BIT) === 0 ? 'checksum' : 'crc';
  if (bytes.length < HEAD_BYTES + 1 + checkBytes(check) || !checkHolds(bytes, check)) return undefined;
  const block = (control & SECURITY_BIT) === 0 ? 0 : bytes[HEAD_BYTES]!;
  if (block !== 0 && block < SECURITY_BLOCK_BYTES_MIN) return undefined;
  if ((control & SECURITY_BIT) !== 0 && block === 0) return undefined;
  const security: SecurityBlock | undefined =
    block === 0
      ? undefined
      : { type: bytes[HEAD_BYTES + 1]!, data: bytes.slice(HEAD_BYTES + SECURITY_BLOCK_BYTES_MIN, HEAD_BYTES + block) };
  const end = bytes.length - checkBytes(check) - (hasMac(security?.type) ? MAC_BYTES : 0);
  const payload = bytes.slice(HEAD_BYTES + block, Math.max(end, 0));
  if (payload.length === 0 || HEAD_BYTES + block > end) return undefined;
  return {
    address: bytes[1]! & ADDRESS_MASK,
    reply: (bytes[1]! & REPLY_BIT) !== 0,
    sequence: (control & SEQUENCE_MASK) as Sequence,
    check,
    security,
    payload,
    covered: bytes.slice(0, end),
    mac: hasMac(security?.type) ? bytes.slice(end, end + MAC_BYTES) : undefined,
  };
}

/** What the head at `at` says of its frame's length; undefined where no frame can begin there. */
function lengthAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== START) return undefined;
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  return length >= FRAME_BYTES_MIN && length <= FRAME_BYTES_MAX ? length : undefined;
}

interface Beginning {
  readonly start: number;
  readonly end: number;
}

/** So many bytes are looked at in one go, however many come at once. */
const PIECE_BYTES_MAX = 1_024;

/**
 * Finds the frames in what comes in, in pieces cut anywhere. No noise can swallow a frame: every place where one could
 * begin is followed until its end is there, and looked at once. At most a frame and a piece are kept.
 */
export class FrameParser {
  #bytes = new Uint8Array(0);
  /** Places up to here have been looked at for a beginning. */
  #seen = 0;
  #beginnings: Beginning[] = [];

  /** The frames that these bytes complete, in order. */
  feed(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES_MAX) {
      this.#append(bytes.subarray(at, at + PIECE_BYTES_MAX));
      this.#take(frames);
    }
    return frames;
  }

  /** Bytes that wait for more: a test holds this against its limit. */
  get waiting(): number {
    return this.#bytes.length;
  }

  #append(piece: Uint8Array): void {
    this.#bytes = joined(this.#bytes, piece);
  }

  #take(frames: Frame[]): void {
    this.#lookForBeginnings();
    for (let next = this.#nextComplete(); next !== undefined; next = this.#nextComplete()) {
      const frame = decodeFrame(this.#bytes.subarray(next.start, next.end));
      if (frame === undefined) this.#beginnings = this.#beginnings.filter((one) => one !== next);
      else {
        frames.push(frame);
        this.#beginnings = this.#beginnings.filter(({ start }) => start >= next.end);
      }
    }
    const keepFrom = this.#beginnings[0]?.start ?? this.#seen;
    this.#bytes = this.#bytes.slice(keepFrom);
    this.#seen -= keepFrom;
    this.#beginnings = this.#beginnings.map(({ start, end }) => ({ start: start - keepFrom, end: end - keepFrom }));
  }

  #lookForBeginnings(): void {
    for (; this.#seen + HEAD_BYTES <= this.#bytes.length; this.#seen++) {
      const length = lengthAt(this.#bytes, this.#seen);
      if (length !== undefined) this.#beginnings.push({ start: this.#seen, end: this.#seen + length });
    }
  }

  /** Of all that are complete the one that ended first. */
  #nextComplete(): Beginning | undefined {
    let first: Beginning | undefined;
    for (const one of this.#beginnings) {
      if (one.end <= this.#bytes.length && (first === undefined || one.end < first.end)) first = one;
    }
    return first;
  }
}
