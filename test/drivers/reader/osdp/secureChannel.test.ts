import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCheck } from '#drivers/reader/osdp/check.ts';
import { BaseKey } from '#drivers/reader/osdp/baseKey.ts';
import { EmulatedChannel } from '#drivers/reader/osdp/emulatedChannel.ts';
import { encodeFrame, FrameParser, SCS, type Frame } from '#drivers/reader/osdp/frames.ts';
import { encodeReply } from '#drivers/reader/osdp/replies.ts';
import {
  chainFrom,
  openReply,
  proofFrom,
  sealCommand,
  SessionKeys,
  type Chain,
} from '#drivers/reader/osdp/secureChannel.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const frameOf = (bytes: Uint8Array): Frame => new FrameParser().feed(bytes)[0]!;

/** A channel with both its ends, freshly opened. */
function opened(base = BaseKey.of(bytesOf('000102030405060708090a0b0c0d0e0f'))) {
  const [randomA, randomB] = [bytesOf('b0b1b2b3b4b5b6b7'), bytesOf('a0a1a2a3a4a5a6a7')];
  const keys = new SessionKeys(base, randomA);
  const emulated = base.with((bytes) => new EmulatedChannel(bytes, 1, { a: randomA, b: randomB }));
  const initial = emulated.accept(keys.cryptogram(randomB, randomA))!;
  return { emulated, session: { keys, chain: { command: new Uint8Array(16), reply: initial } } };
}

const head = { address: 5, sequence: 2, check: 'crc' } as const;

/** A reply as the reader sends it, encrypted. */
function replied(emulated: EmulatedChannel, payload: Uint8Array, sequence: 1 | 2 | 3 = 2): Uint8Array {
  const security = { type: payload.length === 1 ? SCS[16] : SCS[18], data: new Uint8Array(0) };
  const sent = payload.length === 1 ? payload : Uint8Array.of(payload[0]!, ...emulated.encryptReply(payload.slice(1)));
  return encodeFrame({ ...head, sequence, reply: true, security }, sent, (covered) => emulated.signReply(covered));
}

describe('the secure channel', () => {
  it('has the keys, cryptograms and first MAC of the standard (its annex of examples)', () => {
    using base = BaseKey.default();
    const [randomA, randomB] = [bytesOf('b0b1b2b3b4b5b6b7'), bytesOf('a0a1a2a3a4a5a6a7')];
    using keys = new SessionKeys(base, randomA);
    const server = keys.cryptogram(randomB, randomA);
    expect(hex(keys.cryptogram(randomA, randomB))).toBe('fde5d2f428ec16312471ea3c02bd7796');
    expect(hex(server)).toBe('26d3356e07762d262801fc8e6665a891');
    expect(hex(keys.initialMac(server))).toBe('b2a30057eb98ba2229ec1f875662b524');
  });

  it('carries commands and replies of any length between two implementations, in both directions and in order', () => {
    const payloads = fc.array(
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.uint8Array({ minLength: 1, maxLength: 70 })),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(payloads, (exchanges) => {
        const { emulated, session } = opened();
        let chain: Chain = session.chain;
        for (const [command, reply] of exchanges) {
          const sealed = sealCommand({ ...session, chain }, head, command);
          const frame = frameOf(sealed.bytes);
          expect(emulated.verifyCommand(frame.covered, frame.mac!)).toBe(true);
          if (command.length > 1) {
            expect(emulated.decryptCommand(frame.payload.slice(1))).toEqual(command.slice(1));
          } else expect(frame.payload).toEqual(command);
          const answer = openReply({ ...session, chain: sealed.chain }, frameOf(replied(emulated, reply)));
          expect(answer?.payload).toEqual(reply);
          expect(answer?.encrypted).toBe(reply.length > 1);
          chain = answer!.chain;
        }
      }),
    );
  });

  it('opens no reply with any bit turned, though its CRC was made to fit', () => {
    const card = encodeReply({
      kind: 'raw',
      reader: 0,
      wiegand: true,
      bits: { bytes: bytesOf('02a3c5c0'), count: 26 },
    });
    for (const payload of [card, encodeReply({ kind: 'ack' })]) {
      const { emulated, session } = opened();
      const { bytes, chain } = sealCommand(session, head, Uint8Array.of(0x60));
      const command = frameOf(bytes);
      emulated.verifyCommand(command.covered, command.mac!);
      const reply = replied(emulated, payload);
      const withChain = { ...session, chain };
      expect(openReply(withChain, frameOf(reply))?.payload).toEqual(payload);
      let opens = 0;
      for (let bit = 8; bit < reply.length * 8; bit++) {
        const turned = Uint8Array.from(reply);
        turned[bit >> 3]! ^= 1 << (bit & 7);
        const crcIsIntact = bit >> 3 < reply.length - 2;
        for (const mended of crcIsIntact ? [false, true] : [false]) {
          const sent = Uint8Array.from(turned);
          if (mended) writeCheck(sent.subarray(1), (sent[5]! & 4) === 0 ? 'checksum' : 'crc');
          for (const frame of new FrameParser().feed(sent)) {
            if (openReply(withChain, frame) !== undefined) opens++;
          }
        }
      }
      expect(opens).toBe(0);
    }
  });

  it('opens a reply to its own command alone: recorded and played again to the next it is none', () => {
    const { emulated, session } = opened();
    const first = sealCommand(session, head, Uint8Array.of(0x60));
    const command = frameOf(first.bytes);
    emulated.verifyCommand(command.covered, command.mac!);
    const recorded = frameOf(replied(emulated, encodeReply({ kind: 'keypad', reader: 0, keys: '1234' })));
    const answer = openReply({ ...session, chain: first.chain }, recorded)!;
    const second = sealCommand({ ...session, chain: answer.chain }, { ...head, sequence: 2 }, Uint8Array.of(0x60));
    expect(openReply({ ...session, chain: second.chain }, recorded)).toBeUndefined();
  });

  it('takes a command of the panel, sent back to it, for no reply', () => {
    const { session } = opened();
    const { bytes, chain } = sealCommand(session, head, Uint8Array.of(0x60));
    const reflected = Uint8Array.from(bytes);
    expect(openReply({ ...session, chain }, frameOf(reflected))).toBeUndefined();
    reflected[2]! |= 0x80;
    writeCheck(reflected.subarray(1), 'crc');
    expect(openReply({ ...session, chain }, frameOf(reflected))).toBeUndefined();
  });

  it('refuses a reader with another key, with the default key unasked, and one that does not take the panel’s word', () => {
    const base = BaseKey.of(bytesOf('000102030405060708090a0b0c0d0e0f'));
    const [randomA, randomB] = [bytesOf('b0b1b2b3b4b5b6b7'), bytesOf('a0a1a2a3a4a5a6a7')];
    const answer = (key: BaseKey, keyNumber: number): Frame => {
      const emulated = key.with((bytes) => new EmulatedChannel(bytes, 1, { a: randomA, b: randomB }));
      const reply = {
        kind: 'cryptogram',
        uid: new Uint8Array(8),
        random: randomB,
        cryptogram: emulated.clientCryptogram(),
      } as const;
      const security = { type: SCS[12], data: Uint8Array.of(keyNumber) };
      return frameOf(encodeFrame({ ...head, reply: true, security }, encodeReply(reply)));
    };
    const challenge = { base, asDefault: false, randomA };
    const proof = proofFrom(challenge, answer(base, 1));
    expect(proofFrom(challenge, answer(BaseKey.default(), 1))).toBe('wrong-key');
    expect(proofFrom(challenge, answer(BaseKey.default(), 0))).toBe('default-key');
    expect(proofFrom(challenge, frameOf(encodeFrame({ ...head, reply: true }, Uint8Array.of(0x40))))).toBe('form');
    if (typeof proof === 'string') throw new Error(proof);
    const mac = proof.keys.initialMac(proof.serverCryptogram);
    const initial = (data: number, sent: Uint8Array): Frame =>
      frameOf(
        encodeFrame(
          { ...head, reply: true, security: { type: SCS[14], data: Uint8Array.of(data) } },
          encodeReply({ kind: 'initial-mac', mac: sent }),
        ),
      );
    expect(chainFrom(proof, initial(1, mac))?.reply).toEqual(mac);
    expect(chainFrom(proof, initial(0xff, mac))).toBeUndefined();
    expect(
      chainFrom(
        proof,
        initial(
          1,
          mac.map((byte) => byte ^ 1),
        ),
      ),
    ).toBeUndefined();
  });
});

describe('a key', () => {
  it('is never text and is overwritten when it is disposed of', () => {
    const key = BaseKey.of(new Uint8Array(16).fill(0xab));
    const session = new SessionKeys(key, new Uint8Array(8));
    expect(JSON.stringify({ key, session })).not.toMatch(/ab|171/);
    let seen = new Uint8Array(0);
    key.with((bytes) => void (seen = bytes as Uint8Array<ArrayBuffer>));
    key[Symbol.dispose]();
    expect(hex(seen)).toBe('00'.repeat(16));
    const before = hex(session.mac(new Uint8Array(8), new Uint8Array(16)));
    session[Symbol.dispose]();
    expect(hex(session.mac(new Uint8Array(8), new Uint8Array(16)))).not.toBe(before);
  });

  it('has 16 bytes, and the one that everybody knows is known as such', () => {
    expect(() => BaseKey.of(new Uint8Array(15))).toThrow('15 bytes');
    expect(BaseKey.of(bytesOf('303132333435363738393a3b3c3d3e3f')).isDefault).toBe(true);
    expect(BaseKey.of(new Uint8Array(16)).isDefault).toBe(false);
  });
});
