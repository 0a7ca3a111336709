import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monotonic } from '#core/kernel/units.ts';
import { writeCheck } from '#drivers/reader/osdp/check.ts';
import { encodeFrame, FrameParser, type Sequence } from '#drivers/reader/osdp/frames.ts';
import { ALARM_OVER_MS, OFFLINE_MS } from '#drivers/reader/osdp/reader.ts';
import { encodeReply, type Reply } from '#drivers/reader/osdp/replies.ts';
import { BITS, Wire } from './wire.ts';

const DEFAULT_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
const nothing = new Uint8Array(0);

const clear = (reply: Reply, sequence: Sequence = 1): Uint8Array =>
  encodeFrame({ address: 0, reply: true, sequence, check: 'crc' }, encodeReply(reply));
const card: Reply = { kind: 'raw', reader: 0, wiegand: true, bits: BITS };
const heard = (wire: Wire): number =>
  wire.told.filter(({ event }) =>
    ['card', 'card-text', 'keypad', 'inputs', 'outputs', 'local', 'readers'].includes(event.kind),
  ).length;

/** A wire whose reader is there. */
function standing(): Wire {
  const wire = new Wire({ readers: [{ name: 'in' }] });
  wire.advance(1_000);
  expect(wire.links()).toEqual(['up']);
  return wire;
}

/** Sends `bytes` to the panel in the place of the reader's next answer. */
function inPlaceOfAnswer(wire: Wire, bytes: (answer: Uint8Array) => Uint8Array): void {
  wire.change = (answer, from) => {
    if (from === 'panel') return answer;
    wire.change = (same) => same;
    return bytes(answer);
  };
}

describe('what a reader says in the clear', () => {
  it.each<Reply>([
    card,
    { kind: 'keypad', reader: 0, keys: '1234#' },
    { kind: 'inputs', active: [true, true] },
    { kind: 'local', tampered: false, powerFailed: false },
    { kind: 'formatted', reader: 0, backwards: false, text: '123' },
    { kind: 'ack' },
  ])('is not heard, and is an alarm: %o', (reply) => {
    for (const sequence of [0, 1, 2, 3] as const) {
      const wire = standing();
      inPlaceOfAnswer(wire, () => clear(reply, sequence));
      wire.advance(1_500);
      expect([heard(wire), wire.alarms()]).toEqual([0, ['in-the-clear']]);
    }
  });

  it('is not heard either when nobody asked, before the channel stands, or while it is opened', () => {
    for (let ms = 0; ms < 400; ms += 17) {
      const wire = new Wire({ readers: [{ name: 'in' }] });
      wire.advance(ms);
      for (const sequence of [0, 1, 2, 3] as const) wire.inject(clear(card, sequence));
      expect([heard(wire), wire.alarms()]).toEqual([0, ['in-the-clear']]);
      wire.advance(3_000);
      expect(heard(wire)).toBe(0);
      expect(wire.known('in').link).toBe('up');
    }
  });

  it('is never heard from a reader that always speaks so, which is never there', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.reader('in').misconduct = { inTheClear: true, withoutChannel: true };
    wire.reader('in').showCard(BITS);
    wire.advance(60_000);
    expect([heard(wire), wire.links(), wire.alarms()]).toEqual([0, [], ['no-channel']]);
  });

  it('does not make a reader count as there that was, and left the channel', () => {
    const wire = standing();
    wire.reader('in').misconduct = { inTheClear: true, withoutChannel: true };
    wire.reader('in').showCard(BITS);
    wire.advance(OFFLINE_MS + 1_000);
    expect([heard(wire), wire.links()]).toEqual([0, ['up', 'down']]);
    expect(wire.alarms()).toEqual(['in-the-clear', 'no-channel']);
  });

  it('is an alarm that ends when the channel has stood for a while, not before', () => {
    const wire = standing();
    wire.inject(clear(card));
    wire.advance(ALARM_OVER_MS - 500);
    expect(wire.events('alarm-over')).toEqual([]);
    wire.advance(3_000);
    expect(wire.events('alarm-over')).toEqual([{ kind: 'alarm-over', alarm: 'in-the-clear' }]);
    wire.inject(clear(card));
    expect(wire.alarms()).toEqual(['in-the-clear', 'in-the-clear']);
  });

  it('in a frame with a MAC but not encrypted is no card either', () => {
    // The reader's own frame, made by a reader that forgets to encrypt: only its cryptography could do that.
    const wire = standing();
    const reader = wire.reader('in');
    reader.misconduct = { forgetsToEncrypt: true };
    reader.showCard(BITS);
    wire.advance(500);
    expect([wire.events('card'), wire.alarms()]).toEqual([[], ['in-the-clear']]);
    reader.setLocal({ tampered: true, powerFailed: false });
    wire.advance(500);
    expect(wire.events('local')).toHaveLength(1);
  });
});

describe('what somebody on the cable plays', () => {
  it('is no card when it was recorded before: every answer of a day, played again at every moment', () => {
    const wire = standing();
    wire.reader('in').showCard(BITS);
    wire.reader('in').pressKeys('1234');
    wire.advance(1_000);
    expect(heard(wire)).toBe(2);
    const recorded = wire.sent.filter(({ from }) => from === 'reader').map(({ bytes }) => bytes);
    for (const bytes of recorded.slice(-40)) {
      wire.inject(bytes);
      wire.advance(37);
    }
    for (const bytes of recorded.slice(-40)) {
      inPlaceOfAnswer(wire, () => bytes);
      wire.advance(61);
    }
    expect(heard(wire)).toBe(2);
    wire.change = (bytes) => bytes;
    wire.advance(OFFLINE_MS + 5_000);
    expect(wire.known('in').link).toBe('up');
  });

  it('is no card when one bit of it was turned and its CRC made to fit', () => {
    fc.assert(
      fc.property(fc.nat(), (which) => {
        const wire = standing();
        wire.reader('in').showCard(BITS);
        wire.change = (bytes, from) => {
          if (from === 'panel' || bytes.length < 20) return bytes;
          const turned = Uint8Array.from(bytes);
          // Not the mark before the frame, nor the check behind it.
          const bit = 8 + (which % ((bytes.length - 3) * 8));
          turned[bit >> 3]! ^= 1 << (bit & 7);
          writeCheck(turned.subarray(1), (turned[5]! & 4) === 0 ? 'checksum' : 'crc');
          return turned;
        };
        wire.advance(2_000);
        expect(heard(wire)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('is no attack when it is only the last answer once more, late', () => {
    const wire = standing();
    wire.reader('in').showCard(BITS);
    wire.change = (bytes, from) => {
      if (from === 'reader')
        for (const late of [20, 60]) wire.clock.at(monotonic(wire.now + 36 + late), () => wire.inject(bytes));
      return bytes;
    };
    wire.advance(5_000);
    expect([wire.events('card').length, wire.alarms(), wire.events('channel-lost')]).toEqual([1, [], []]);
  });

  it('makes a forged frame an alarm, and the true reader is heard again afterwards', () => {
    const wire = standing();
    inPlaceOfAnswer(wire, (answer) => {
      const forged = Uint8Array.from(answer);
      forged[10]! ^= 1;
      writeCheck(forged.subarray(1), 'crc');
      return forged;
    });
    wire.advance(3_000);
    expect(wire.alarms()).toEqual(['forged']);
    wire.reader('in').showCard(BITS);
    wire.advance(200);
    expect(wire.events('card')).toHaveLength(1);
  });

  it('gains nothing by refusing in the reader’s name, or by being busy for it', () => {
    const wire = standing();
    for (const reply of [{ kind: 'busy' }, { kind: 'nak', refusal: 'security-required', code: 6 }] as const) {
      for (let i = 0; i < 20; i++) {
        inPlaceOfAnswer(wire, () => clear(reply, reply.kind === 'busy' ? 0 : 2));
        wire.advance(400);
      }
    }
    expect([heard(wire), wire.alarms()]).toEqual([0, []]);
    wire.change = (bytes) => bytes;
    wire.reader('in').showCard(BITS);
    wire.advance(1_000);
    expect(heard(wire)).toBe(1);
  });

  it('that is anything at all opens nothing and breaks nothing', () => {
    const frames = fc.record({
      address: fc.constantFrom(0, 0, 0, 1, 127),
      reply: fc.constantFrom(true, true, true, false),
      sequence: fc.constantFrom<Sequence>(0, 1, 2, 3),
      check: fc.constantFrom('crc' as const, 'checksum' as const),
      type: fc.option(fc.integer({ min: 0x10, max: 0x19 }), { nil: undefined }),
      key: fc.integer({ min: 0, max: 255 }),
      payload: fc.tuple(fc.integer({ min: 0x40, max: 0x7a }), fc.uint8Array({ maxLength: 40 })),
      wait: fc.integer({ min: 0, max: 90 }),
    });
    fc.assert(
      fc.property(fc.array(frames, { minLength: 1, maxLength: 30 }), (sent) => {
        const wire = new Wire({ readers: [{ name: 'in' }] });
        for (const { type, key, payload, wait, ...head } of sent) {
          const security = type === undefined ? undefined : { type, data: Uint8Array.of(key) };
          const mac = type !== undefined && type >= 0x15 && type <= 0x18 ? () => Uint8Array.of(1, 2, 3, 4) : undefined;
          wire.inject(encodeFrame({ ...head, security }, Uint8Array.of(payload[0], ...payload[1]), mac));
          wire.advance(wait);
        }
        expect(heard(wire)).toBe(0);
        wire.advance(8_000);
        expect(wire.known('in').link).toBe('up');
      }),
      { numRuns: 40 },
    );
  });
});

describe('the keys of a session', () => {
  it('are overwritten when the channel is left, however that comes, and when the panel is closed', () => {
    const ways: readonly ((wire: Wire) => void)[] = [
      (wire) => wire.inject(clear(card)),
      (wire) => wire.reader('in').powerCycle(),
      (wire) => (wire.reader('in').misconduct = { mute: true }),
      (wire) => wire.install('in'),
      (wire) => wire.panel[Symbol.dispose](),
    ];
    const zeros = createCipheriv('aes-128-ecb', new Uint8Array(16), null).setAutoPadding(false);
    const ofZeros = zeros.update(new Uint8Array(16)).toString('hex');
    for (const leave of ways) {
      const wire = standing();
      const { phase } = wire.known('in');
      if (phase.kind !== 'secured') throw new Error('the channel stands');
      const proves = (): string =>
        Buffer.from(phase.keys.cryptogram(new Uint8Array(8), new Uint8Array(8))).toString('hex');
      expect(proves()).not.toBe(ofZeros);
      leave(wire);
      if (wire.known('in').phase === phase) wire.advance(OFFLINE_MS + 1_000);
      expect(proves()).toBe(ofZeros);
    }
  });
});

describe('a reader’s key', () => {
  it('that is the default one is refused in service, though the reader proves it', () => {
    const wire = new Wire({ readers: [{ name: 'in', key: DEFAULT_KEY }] });
    wire.reader('in').showCard(BITS);
    wire.advance(30_000);
    expect([wire.links(), wire.alarms(), heard(wire)]).toEqual([[], ['default-key'], 0]);
    expect(wire.sent.some(({ frame }) => frame.security !== undefined)).toBe(false);
  });

  it('that is gone, because the reader was reset to its maker’s, is an alarm', () => {
    const wire = standing();
    const reset = new Wire({ readers: [{ name: 'in', key: undefined as never, known: [new Uint8Array(16).fill(9)] }] });
    reset.advance(10_000);
    expect([reset.links(), reset.alarms()]).toEqual([[], ['default-key']]);
    expect(wire.alarms()).toEqual([]);
  });

  it('that is another one is an alarm, and no channel', () => {
    const wire = new Wire({ readers: [{ name: 'in', known: [new Uint8Array(16).fill(9)] }] });
    wire.advance(30_000);
    expect([wire.links(), wire.alarms()]).toEqual([[], ['wrong-key']]);
  });

  it('that nobody has set is told, and the reader is still identified', () => {
    const wire = new Wire({ readers: [{ name: 'in', known: [] }] });
    wire.advance(30_000);
    expect([wire.links(), wire.alarms()]).toEqual([[], ['no-key']]);
    expect(wire.known('in').identity).toBeDefined();
  });

  it('of two that lie in the vault is the one that the reader proves; the other is forgotten', () => {
    const [one, other] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    for (const key of [one, other]) {
      const wire = new Wire({ readers: [{ name: 'in', key, known: [one, other] }] });
      wire.advance(3_000);
      expect([wire.links(), wire.alarms()]).toEqual([['up'], []]);
      expect(wire.kept).toEqual([[Buffer.from(key).toString('hex')]]);
    }
  });
});

describe('a reader that stops offering the channel', () => {
  it('is an alarm at once when it says so, and offline', () => {
    const wire = standing();
    wire.reader('in').powerCycle();
    wire.reader('in').misconduct = { withoutChannel: true };
    wire.advance(1_500);
    expect([wire.links(), wire.alarms()]).toEqual([['up', 'down'], ['no-channel']]);
  });

  it('is an alarm as well when it merely does not answer the challenge, again and again', () => {
    const wire = new Wire({ readers: [{ name: 'in' }] });
    wire.change = (bytes, from) => {
      const [frame] = new FrameParser().feed(bytes);
      return from === 'panel' && frame?.security?.type === 0x11 ? nothing : bytes;
    };
    wire.advance(10_000);
    expect([wire.links(), wire.alarms()]).toEqual([[], ['no-channel']]);
  });

  it('is there again when it offers it again', () => {
    const wire = standing();
    wire.reader('in').powerCycle();
    wire.reader('in').misconduct = { withoutChannel: true };
    wire.advance(20_000);
    wire.reader('in').misconduct = {};
    wire.advance(10_000);
    expect(wire.links()).toEqual(['up', 'down', 'up']);
    wire.advance(ALARM_OVER_MS);
    expect(wire.events('alarm-over')).toEqual([{ kind: 'alarm-over', alarm: 'no-channel' }]);
  });
});
