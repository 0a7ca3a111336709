import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { assert } from '#core/kernel/assert.ts';
import { joined } from '../../serial/joined.ts';
import type { BaseKey } from './baseKey.ts';
import { encodeCommand } from './commands.ts';
import { encodeFrame, hasMac, MAC_BYTES, SCS, type Frame, type FrameHead, type SecurityBlock } from './frames.ts';
import { decodeReply } from './replies.ts';

/** The secure channel of OSDP v2 (annex D) as the panel has it: values in, values out, AES-128 by the platform. */
const BLOCK_BYTES = 16;
export const RANDOM_BYTES = 8;
const PADDING = 0x80;
/** What the one byte of SCS_11 to 13 says: which key the session comes from. */
const KEY_NUMBER = { default: 0, own: 1 } as const;
const ACCEPTED = 1;

type Block = Uint8Array;

/** The three keys of a session. They are forgotten with it. */
export class SessionKeys implements Disposable {
  readonly #encryption: Block;
  readonly #mac1: Block;
  readonly #mac2: Block;

  constructor(base: BaseKey, randomA: Uint8Array) {
    const derive = (second: number): Block => {
      const seed = new Uint8Array(BLOCK_BYTES);
      seed.set([0x01, second, ...randomA.subarray(0, 6)]);
      return base.with((key) => encryptBlock(key, seed));
    };
    this.#encryption = derive(0x82);
    this.#mac1 = derive(0x01);
    this.#mac2 = derive(0x02);
  }

  /** Proves to have the session's keys: by the two random numbers, in the order of the one who proves. */
  cryptogram(first: Uint8Array, second: Uint8Array): Block {
    return encryptBlock(this.#encryption, joined(first, second));
  }

  /** R-MAC-I: what the first MAC of the session is chained to. */
  initialMac(serverCryptogram: Block): Block {
    return encryptBlock(this.#mac2, encryptBlock(this.#mac1, serverCryptogram));
  }

  /** The whole MAC, 16 bytes, of which the first four are sent. `before` is the peer's last one. */
  mac(covered: Uint8Array, before: Block): Block {
    const padded = covered.length % BLOCK_BYTES === 0 ? covered : pad(covered);
    const last = padded.length - BLOCK_BYTES;
    const chained = last === 0 ? before : encrypt(this.#mac1, before, padded.subarray(0, last)).subarray(-BLOCK_BYTES);
    return encrypt(this.#mac2, chained, padded.subarray(last));
  }

  encrypt(data: Uint8Array, before: Block): Uint8Array {
    return encrypt(this.#encryption, inverted(before), pad(data));
  }

  /** Undefined where it was not padded as it must be. */
  decrypt(data: Uint8Array, before: Block): Uint8Array | undefined {
    if (data.length % BLOCK_BYTES !== 0) return undefined;
    // Nothing at all, encrypted: forbidden, sent by some, and harmless behind a MAC.
    if (data.length === 0) return data;
    const cipher = createDecipheriv('aes-128-cbc', this.#encryption, inverted(before)).setAutoPadding(false);
    return unpad(joined(cipher.update(data), cipher.final()));
  }

  toJSON(): string {
    return "a session's keys";
  }

  [Symbol.dispose](): void {
    for (const key of [this.#encryption, this.#mac1, this.#mac2]) key.fill(0);
  }
}

/** The last MAC of either side, whole. */
export interface Chain {
  readonly command: Block;
  readonly reply: Block;
}

/** The panel's first word: RND.A, and the key that it means. */
export interface Challenge {
  readonly base: BaseKey;
  readonly asDefault: boolean;
  readonly randomA: Uint8Array;
}

/** A reader that proved its key, and what the panel proves its own with. */
export interface Proof {
  readonly asDefault: boolean;
  readonly keys: SessionKeys;
  readonly serverCryptogram: Block;
  /** The reader's own number, 16 hex digits. */
  readonly uid: string;
}

interface Word {
  readonly security: SecurityBlock;
  readonly payload: Uint8Array;
}

const blockOf = (type: number, asDefault: boolean): SecurityBlock => ({
  type,
  data: Uint8Array.of(asDefault ? KEY_NUMBER.default : KEY_NUMBER.own),
});

/** CHLNG. @param randomA 8 random bytes, never used before */
export function challengeWord({ asDefault, randomA }: Challenge): Word {
  assert(randomA.length === RANDOM_BYTES, `RND.A has ${RANDOM_BYTES} bytes`);
  return { security: blockOf(SCS[11], asDefault), payload: encodeCommand({ kind: 'challenge', random: randomA }) };
}

/** `default-key`: the reader answered with the key that everybody knows, unasked. `form`: that is no CCRYPT. */
export type Unproven = 'wrong-key' | 'default-key' | 'form';

/** CCRYPT. */
export function proofFrom(challenge: Challenge, frame: Frame): Proof | Unproven {
  const reply = decodeReply(frame.payload);
  if (frame.security?.type !== SCS[12] || reply?.kind !== 'cryptogram') return 'form';
  if (frame.security.data[0] === KEY_NUMBER.default && !challenge.asDefault) return 'default-key';
  const { randomA, base, asDefault } = challenge;
  const keys = new SessionKeys(base, randomA);
  if (!timingSafeEqual(keys.cryptogram(randomA, reply.random), reply.cryptogram)) {
    keys[Symbol.dispose]();
    return 'wrong-key';
  }
  const serverCryptogram = keys.cryptogram(reply.random, randomA);
  return { asDefault, keys, serverCryptogram, uid: Buffer.from(reply.uid).toString('hex') };
}

/** SCRYPT. */
export const cryptogramWord = ({ asDefault, serverCryptogram }: Proof): Word => ({
  security: blockOf(SCS[13], asDefault),
  payload: encodeCommand({ kind: 'cryptogram', cryptogram: serverCryptogram }),
});

/** RMAC_I: the beginning of the chain, or undefined where the reader does not take this panel's word, or has other keys. */
export function chainFrom({ keys, serverCryptogram }: Proof, frame: Frame): Chain | undefined {
  const reply = decodeReply(frame.payload);
  if (frame.security?.type !== SCS[14] || reply?.kind !== 'initial-mac') return undefined;
  const initial = keys.initialMac(serverCryptogram);
  if (frame.security.data[0] !== ACCEPTED || !timingSafeEqual(initial, reply.mac)) return undefined;
  return { command: new Uint8Array(BLOCK_BYTES), reply: initial };
}

/** A command's frame: its data encrypted, all of it under a MAC. With it the chain as it is once the frame is sent. */
export function sealCommand(
  { keys, chain }: { readonly keys: SessionKeys; readonly chain: Chain },
  head: Omit<FrameHead, 'reply' | 'security'>,
  payload: Uint8Array,
): { readonly bytes: Uint8Array; readonly chain: Chain } {
  const data = payload.subarray(1);
  const security = { type: data.length === 0 ? SCS[15] : SCS[17], data: new Uint8Array(0) };
  const sent = data.length === 0 ? payload : joined(payload.subarray(0, 1), keys.encrypt(data, chain.reply));
  let command = chain.command;
  const bytes = encodeFrame({ ...head, reply: false, security }, sent, (covered) => {
    command = keys.mac(covered, chain.reply);
    return command;
  });
  return { bytes, chain: { ...chain, command } };
}

export interface OpenedReply {
  readonly payload: Uint8Array;
  /** Nobody on the cable could read its data. */
  readonly encrypted: boolean;
  readonly chain: Chain;
}

/**
 * A reply in the clear, and the chain after it; undefined where the MAC is another one, or where the frame is not of the
 * channel at all. The chain given stays as it is: whoever refuses a frame goes on as if it had not come.
 */
export function openReply(
  { keys, chain }: { readonly keys: SessionKeys; readonly chain: Chain },
  frame: Frame,
): OpenedReply | undefined {
  const type = frame.security?.type;
  if (!frame.reply || frame.mac === undefined || !hasMac(type)) return undefined;
  const reply = keys.mac(frame.covered, chain.command);
  if (!timingSafeEqual(reply.subarray(0, MAC_BYTES), frame.mac)) return undefined;
  const after = { ...chain, reply };
  // Some readers answer with the number of a command's block; the MAC is a reply's all the same.
  if (type === SCS[15] || type === SCS[16]) return { payload: frame.payload, encrypted: false, chain: after };
  const data = keys.decrypt(frame.payload.subarray(1), chain.command);
  return data && { payload: joined(frame.payload.subarray(0, 1), data), encrypted: true, chain: after };
}

function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(data.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(data);
  padded[data.length] = PADDING;
  return padded;
}

function unpad(padded: Uint8Array): Uint8Array | undefined {
  const end = padded.findLastIndex((byte) => byte !== 0);
  return padded[end] === PADDING ? padded.subarray(0, end) : undefined;
}

const inverted = (block: Block): Block => block.map((byte) => ~byte);

function encrypt(key: Block, before: Block, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, before).setAutoPadding(false);
  return joined(cipher.update(data), cipher.final());
}

function encryptBlock(key: Block, block: Block): Block {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return joined(cipher.update(block), cipher.final());
}
