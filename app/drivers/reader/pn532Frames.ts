/**
 * PN532 over its high-speed UART (NXP UM0701-02): `00 00 FF LEN LCS TFI data DCS 00`, where LEN and LCS add up to 0, and
 * TFI, data and DCS do. TFI is D4 to the chip and D5 from it. Each command is acknowledged, then answered by its code
 * plus one. 115200 baud, 8N1.
 */
export const PN532_BAUD_RATE = 115_200;
export const PN532_ACK = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00);
export const PN532_NACK = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00);
/** What wakes a chip that sleeps: it listens to no frame before. */
export const PN532_WAKE = Uint8Array.of(0x55, 0x55, ...Array.from({ length: 14 }, () => 0x00));

export const PN532_COMMANDS = { firmware: 0x02, sam: 0x14, radio: 0x32, list: 0x4a } as const;
/** Bytes of a normal frame's TFI and data; a longer one is an extended frame. */
export const PN532_NORMAL_BYTES_MAX = 255;
/** Longest frame that is followed: whoever claims more is noise. */
export const PN532_FRAME_BYTES_MAX = 600;

const TO_CHIP = 0xd4;
const FROM_CHIP = 0xd5;
const ERROR = 0x7f;

export type Pn532Frame =
  | { readonly kind: 'ack' | 'nack' | 'error' }
  | { readonly kind: 'data'; readonly from: 'host' | 'chip'; readonly code: number; readonly data: Uint8Array };

export const encodePn532 = (code: number, data: readonly number[]): Uint8Array => frame([TO_CHIP, code, ...data]);
/** The chip's answer to a command. */
export const encodePn532Answer = (code: number, data: readonly number[]): Uint8Array =>
  frame([FROM_CHIP, code + 1, ...data]);
/** What the chip says to a command that it does not know. */
export const encodePn532Error = (): Uint8Array => frame([ERROR]);

function frame(body: readonly number[]): Uint8Array {
  const length =
    body.length <= PN532_NORMAL_BYTES_MAX
      ? [body.length, -body.length & 0xff]
      : [0xff, 0xff, body.length >> 8, body.length & 0xff, -((body.length >> 8) + body.length) & 0xff];
  const sum = body.reduce((total, byte) => total + byte, 0);
  return Uint8Array.from([0x00, 0x00, 0xff, ...length, ...body, -sum & 0xff, 0x00]);
}

/** The whole frames in what was heard, in order, past whatever is none; `used` is how much of it they and that took. */
export function pn532Frames(heard: Uint8Array): { readonly frames: readonly Pn532Frame[]; readonly used: number } {
  const frames: Pn532Frame[] = [];
  /** Where a frame begins that is not whole yet. */
  let begun: number | undefined;
  let at = 0;
  while (at + 1 < heard.length) {
    if (heard[at] !== 0x00 || heard[at + 1] !== 0xff) {
      at++;
      continue;
    }
    const found = frameAt(heard, at + 2);
    if (found === 'incomplete') {
      // It may be a false beginning, with a whole frame behind it.
      begun ??= at;
      at += 2;
    } else if (found === undefined) at += 2;
    else {
      frames.push(found.frame);
      at = found.end;
      begun = undefined;
    }
  }
  return { frames, used: begun ?? at };
}

/** The frame whose length stands at `at`. */
function frameAt(heard: Uint8Array, at: number): { frame: Pn532Frame; end: number } | 'incomplete' | undefined {
  const [first, second] = [heard[at], heard[at + 1]];
  if (first === undefined || second === undefined) return 'incomplete';
  if (first === 0x00 && second === 0xff) return { frame: { kind: 'ack' }, end: at + 2 };
  if (first === 0xff && second === 0x00) return { frame: { kind: 'nack' }, end: at + 2 };
  const extended = first === 0xff && second === 0xff;
  const bodyAt = at + (extended ? 5 : 2);
  if (extended && heard.length < bodyAt) return 'incomplete';
  const length = extended ? heard[at + 2]! * 256 + heard[at + 3]! : first;
  const lengthSum = extended ? heard[at + 2]! + heard[at + 3]! + heard[at + 4]! : first + second;
  if ((lengthSum & 0xff) !== 0 || length < 1 || length > PN532_FRAME_BYTES_MAX) return undefined;
  const body = heard.subarray(bodyAt, bodyAt + length);
  const sum = heard[bodyAt + length];
  if (sum === undefined) return 'incomplete';
  if (((body.reduce((total, byte) => total + byte, 0) + sum) & 0xff) !== 0) return undefined;
  const told = bodyOf(body);
  return told && { frame: told, end: bodyAt + length + 1 };
}

function bodyOf(body: Uint8Array): Pn532Frame | undefined {
  const [tfi, code] = body;
  if (tfi === ERROR && body.length === 1) return { kind: 'error' };
  if (code === undefined || (tfi !== TO_CHIP && tfi !== FROM_CHIP)) return undefined;
  return { kind: 'data', from: tfi === TO_CHIP ? 'host' : 'chip', code, data: body.slice(2) };
}

export type Pn532Answer =
  | { readonly kind: 'answered'; readonly data: Uint8Array }
  /** The chip did not understand, or does not know the command. */
  | { readonly kind: 'refused' };

/** The answer to the command `code` in what was heard since: behind its acknowledgement, and no other one. */
export function hearPn532(heard: Uint8Array, code: number): Pn532Answer | undefined {
  let acknowledged = false;
  for (const one of pn532Frames(heard).frames) {
    if (one.kind === 'ack') acknowledged = true;
    else if (one.kind === 'nack' || (acknowledged && one.kind === 'error')) return { kind: 'refused' };
    else if (acknowledged && one.kind === 'data' && one.from === 'chip' && one.code === code + 1) {
      return { kind: 'answered', data: one.data };
    }
  }
  return undefined;
}

const HAS_ATS = 0x20;

/** A card in the field. */
export interface Pn532Target {
  readonly uid: Uint8Array;
  /** A number that the card makes up anew each time: it names nobody. */
  readonly random: boolean;
}

/** The cards that InListPassiveTarget (106 kbit/s, type A) tells of; undefined where its data do not add up. */
export function pn532Targets(data: Uint8Array): readonly Pn532Target[] | undefined {
  const targets: Pn532Target[] = [];
  const count = data[0];
  let at = 1;
  for (let which = 0; which < (count ?? 0); which++) {
    const [selRes, length] = [data[at + 3], data[at + 4]];
    if (selRes === undefined || length === undefined || ![4, 7, 10].includes(length)) return undefined;
    const uid = data.slice(at + 5, at + 5 + length);
    if (uid.length < length) return undefined;
    at += 5 + length;
    if ((selRes & HAS_ATS) !== 0) {
      const ats = data[at];
      if (ats === undefined || ats < 1 || at + ats > data.length) return undefined;
      at += ats;
    }
    // ISO/IEC 14443-3: a single-size number that begins with 08 is a random one.
    targets.push({ uid, random: length === 4 && uid[0] === 0x08 });
  }
  return count === undefined ? undefined : targets;
}
