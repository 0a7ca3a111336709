import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * The reader's side of the secure channel, written block by block from the standard's text and apart from the panel's:
 * where the two misread the standard, they do not do so together.
 */
const BLOCK = 16;

const crypt = (key: Uint8Array, block: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return Uint8Array.from(cipher.update(block));
};

const decrypt = (key: Uint8Array, block: Uint8Array): Uint8Array => {
  const cipher = createDecipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return Uint8Array.from(cipher.update(block));
};

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i]!);
const not = (a: Uint8Array): Uint8Array => a.map((byte) => byte ^ 0xff);

export class EmulatedChannel {
  readonly #enc: Uint8Array;
  readonly #mac1: Uint8Array;
  readonly #mac2: Uint8Array;
  readonly #randomA: Uint8Array;
  readonly #randomB: Uint8Array;
  /** Which key the panel asked for. */
  readonly keyNumber: number;
  /** The whole MAC of the panel's last frame and of this reader's last one. */
  #commandMac = new Uint8Array(BLOCK);
  #replyMac = new Uint8Array(BLOCK);
  open = false;

  constructor(key: Uint8Array, keyNumber: number, randoms: { readonly a: Uint8Array; readonly b: Uint8Array }) {
    this.keyNumber = keyNumber;
    this.#randomA = randoms.a;
    this.#randomB = randoms.b;
    const sessionKey = (label: number): Uint8Array => {
      const block = new Uint8Array(BLOCK);
      block[0] = 0x01;
      block[1] = label;
      for (let i = 0; i < 6; i++) block[2 + i] = randoms.a[i]!;
      return crypt(key, block);
    };
    this.#enc = sessionKey(0x82);
    this.#mac1 = sessionKey(0x01);
    this.#mac2 = sessionKey(0x02);
  }

  clientCryptogram(): Uint8Array {
    return crypt(this.#enc, Uint8Array.from([...this.#randomA, ...this.#randomB]));
  }

  /** The first MAC of the chain, where the panel's cryptogram is the right one. */
  accept(serverCryptogram: Uint8Array): Uint8Array | undefined {
    const right = crypt(this.#enc, Uint8Array.from([...this.#randomB, ...this.#randomA]));
    if (Buffer.compare(right, serverCryptogram) !== 0) return undefined;
    this.#replyMac = Uint8Array.from(crypt(this.#mac2, crypt(this.#mac1, serverCryptogram)));
    this.open = true;
    return this.#replyMac;
  }

  /** Takes a command's MAC into the chain; false where it is another one. */
  verifyCommand(covered: Uint8Array, mac: Uint8Array): boolean {
    const whole = this.#macOf(covered, this.#replyMac);
    if (Buffer.compare(whole.subarray(0, mac.length), mac) !== 0) return false;
    this.#commandMac = Uint8Array.from(whole);
    return true;
  }

  /** The MAC of a reply, taken into the chain. */
  signReply(covered: Uint8Array): Uint8Array {
    this.#replyMac = Uint8Array.from(this.#macOf(covered, this.#commandMac));
    return this.#replyMac;
  }

  /** A command's data; its MAC was verified before. */
  decryptCommand(data: Uint8Array): Uint8Array | undefined {
    if (data.length === 0 || data.length % BLOCK !== 0) return undefined;
    const clear: number[] = [];
    let before: Uint8Array = not(this.#replyMac);
    for (let at = 0; at < data.length; at += BLOCK) {
      const block = data.slice(at, at + BLOCK);
      clear.push(...xor(decrypt(this.#enc, block), before));
      before = block;
    }
    while (clear.at(-1) === 0) clear.pop();
    return clear.pop() === 0x80 ? Uint8Array.from(clear) : undefined;
  }

  encryptReply(data: Uint8Array): Uint8Array {
    const padded = [...data, 0x80];
    while (padded.length % BLOCK !== 0) padded.push(0);
    const sent: number[] = [];
    let before: Uint8Array = not(this.#commandMac);
    for (let at = 0; at < padded.length; at += BLOCK) {
      before = crypt(this.#enc, xor(Uint8Array.from(padded.slice(at, at + BLOCK)), before));
      sent.push(...before);
    }
    return Uint8Array.from(sent);
  }

  #macOf(covered: Uint8Array, start: Uint8Array): Uint8Array {
    const blocks = Math.ceil(covered.length / BLOCK);
    let chained = start;
    for (let i = 0; i < blocks; i++) {
      const block = new Uint8Array(BLOCK);
      const piece = covered.subarray(i * BLOCK, (i + 1) * BLOCK);
      block.set(piece);
      if (piece.length < BLOCK) block[piece.length] = 0x80;
      chained = crypt(i === blocks - 1 ? this.#mac2 : this.#mac1, xor(block, chained));
    }
    return chained;
  }
}
