import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCommand,
  encodeCommand,
  LED_COLOURS,
  OUTPUT_CODES,
  type Command,
} from '#drivers/reader/osdp/commands.ts';
import { decodeReply, encodeReply, REFUSALS, type Reply } from '#drivers/reader/osdp/replies.ts';

const byte = fc.integer({ min: 0, max: 255 });
const word = fc.integer({ min: 0, max: 65_535 });
const long = fc.integer({ min: 0, max: 0xffff_ffff });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ascii = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength });
const colour = fc.constantFrom(...LED_COLOURS);
const blink = { on: byte, off: byte, onColour: colour, offColour: colour };

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc
    .constantFrom(
      ...([
        'poll',
        'identify',
        'capabilities',
        'local-status',
        'input-status',
        'output-status',
        'reader-status',
      ] as const),
    )
    .map((kind) => ({ kind })),
  fc
    .array(fc.record({ output: byte, code: fc.constantFrom(...OUTPUT_CODES), tenths: word }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((outputs) => ({ kind: 'output' as const, outputs })),
  fc.record({
    kind: fc.constant('led' as const),
    reader: byte,
    led: byte,
    temporary: fc.oneof(fc.constant(undefined), fc.constant('cancel' as const), fc.record({ ...blink, tenths: word })),
    permanent: fc.oneof(fc.constant(undefined), fc.record(blink)),
  }),
  fc.record({
    kind: fc.constant('buzzer' as const),
    reader: byte,
    tone: fc.constantFrom('none' as const, 'off' as const, 'default' as const),
    on: byte,
    off: byte,
    times: byte,
  }),
  fc.record({
    kind: fc.constant('text' as const),
    reader: byte,
    seconds: fc.oneof(fc.constant('for-good' as const), byte),
    wraps: fc.boolean(),
    row: byte,
    column: byte,
    text: ascii(40),
  }),
  fc.record({ kind: fc.constant('set-line' as const), address: byte, baudRate: long }),
  exactly(16).map((key) => ({ kind: 'set-key' as const, key })),
  exactly(8).map((random) => ({ kind: 'challenge' as const, random })),
  exactly(16).map((cryptogram) => ({ kind: 'cryptogram' as const, cryptogram })),
);

const cards = fc.integer({ min: 0, max: 200 }).chain((count) =>
  exactly(Math.ceil(count / 8)).map((bytes) => {
    if (bytes.length > 0) bytes[bytes.length - 1]! &= 0xff << (bytes.length * 8 - count);
    return { bytes, count };
  }),
);

const replies: fc.Arbitrary<Reply> = fc.oneof(
  fc.constantFrom('ack' as const, 'busy' as const).map((kind) => ({ kind })),
  fc.nat(REFUSALS.length - 1).map((code) => ({ kind: 'nak' as const, refusal: REFUSALS[code]!, code })),
  fc
    .record({
      vendor: exactly(3).map((bytes) => Buffer.from(bytes).toString('hex')),
      model: byte,
      version: byte,
      serial: long,
      firmware: fc.tuple(byte, byte, byte).map((numbers) => numbers.join('.')),
    })
    .map((identity) => ({ kind: 'identity' as const, identity })),
  fc
    .array(fc.record({ code: byte, level: byte, count: byte }), { maxLength: 20 })
    .map((capabilities) => ({ kind: 'capabilities' as const, capabilities })),
  fc.record({ kind: fc.constant('local' as const), tampered: fc.boolean(), powerFailed: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom('inputs' as const, 'outputs' as const),
    active: fc.array(fc.boolean(), { maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('readers' as const),
    conditions: fc.array(fc.constantFrom('normal', 'not-connected', 'tampered', 'other'), { maxLength: 9 }),
  }),
  fc.record({ kind: fc.constant('raw' as const), reader: byte, wiegand: fc.boolean(), bits: cards }),
  fc.record({ kind: fc.constant('formatted' as const), reader: byte, backwards: fc.boolean(), text: ascii(30) }),
  fc.record({ kind: fc.constant('keypad' as const), reader: byte, keys: fc.stringMatching(/^[0-9*#A-D]{0,20}$/) }),
  fc.record({ kind: fc.constant('line' as const), address: byte, baudRate: long }),
  fc.record({ kind: fc.constant('cryptogram' as const), uid: exactly(8), random: exactly(8), cryptogram: exactly(16) }),
  exactly(16).map((mac) => ({ kind: 'initial-mac' as const, mac })),
);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('what the panel tells a reader', () => {
  it('arrives as it was meant', () => {
    fc.assert(
      fc.property(commands, (command) => {
        expect(decodeCommand(encodeCommand(command))).toEqual(command);
      }),
    );
  });

  it('has the bytes of the standard', () => {
    const green = { on: 5, off: 5, onColour: 'green', offColour: 'black', tenths: 30 } as const;
    const red = { on: 1, off: 0, onColour: 'red', offColour: 'black' } as const;
    const outputs = [{ output: 0, code: 'on-for-a-time', tenths: 50 }] as const;
    const text = { kind: 'text', reader: 0, seconds: 5, wraps: true, row: 1, column: 2, text: 'Hi' } as const;
    expect(hex(encodeCommand({ kind: 'output', outputs }))).toBe('6800053200');
    expect(hex(encodeCommand({ kind: 'led', reader: 0, led: 0, temporary: green }))).toBe(
      '69000002050502001e000000000000',
    );
    expect(hex(encodeCommand({ kind: 'led', reader: 0, led: 1, temporary: 'cancel', permanent: red }))).toBe(
      '690001010000000000000101000100',
    );
    expect(hex(encodeCommand({ kind: 'buzzer', reader: 0, tone: 'default', on: 2, off: 1, times: 2 }))).toBe(
      '6a0002020102',
    );
    expect(hex(encodeCommand(text))).toBe('6b0004050102024869');
    expect(hex(encodeCommand({ kind: 'set-line', address: 5, baudRate: 9_600 }))).toBe('6e0580250000');
    expect(hex(encodeCommand({ kind: 'set-key', key: new Uint8Array(16).fill(7) }))).toBe(`750110${'07'.repeat(16)}`);
  });

  it('is none where it is cut, too long or of values that do not exist', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (command, cut) => {
        const bytes = encodeCommand(command);
        const short = decodeCommand(bytes.subarray(0, cut % bytes.length));
        // A list that is cut between two of its members is a shorter list.
        if (command.kind !== 'output') expect(short).toBeUndefined();
        if (command.kind !== 'output') expect(decodeCommand(Uint8Array.of(...bytes, 0))).toBeUndefined();
      }),
    );
    for (const wrong of [
      '',
      '00',
      '68',
      '68000f0000',
      '6a0003000000',
      '6b0005000101',
      '750210',
      '750111',
      '690000030000000000000000000000',
    ]) {
      expect(decodeCommand(bytesOf(wrong))).toBeUndefined();
    }
  });
});

describe('what a reader answers', () => {
  it('arrives as it was meant', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        expect(decodeReply(encodeReply(reply))).toEqual(reply);
      }),
    );
  });

  it('keeps no bits of a card behind its last one', () => {
    expect(decodeReply(bytesOf('5000011a0002a3c5ff'))).toEqual({
      kind: 'raw',
      reader: 0,
      wiegand: true,
      bits: { bytes: bytesOf('02a3c5c0'), count: 26 },
    });
  });

  it('may spell the star and the hash of a keypad in either way, and what is no key is left out', () => {
    expect(decodeReply(bytesOf('530007317f320d2a2301'))).toMatchObject({ keys: '1*2#*#' });
  });

  it('may be a refusal with a code of its own, or with more to it', () => {
    expect(decodeReply(bytesOf('4163'))).toEqual({ kind: 'nak', refusal: 'other', code: 0x63 });
    expect(decodeReply(bytesOf('4106ffff'))).toMatchObject({ refusal: 'security-required' });
  });

  it('is none where it claims more than it brings, or bits without end', () => {
    for (const wrong of [
      '',
      '00',
      '40ff',
      '41',
      '45',
      '460101',
      '48',
      '4800',
      '5000011a0002a3c5',
      '500001ffff',
      '50000200',
      '510000',
      '5100020130',
      '53000531',
      '7600',
      '7800',
    ]) {
      expect([wrong, decodeReply(bytesOf(wrong))]).toEqual([wrong, undefined]);
    }
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeReply(bytes)),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeCommand(bytes)),
      { numRuns: 2_000 },
    );
  });
});
