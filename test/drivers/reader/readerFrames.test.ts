import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodePn532,
  encodePn532Answer,
  encodePn532Error,
  hearPn532,
  PN532_ACK,
  PN532_COMMANDS,
  PN532_NACK,
  pn532Frames,
  pn532Targets,
} from '#drivers/reader/pn532Frames.ts';
import { encodeRdm6300, Rdm6300Parser, type Rdm6300Found } from '#drivers/reader/rdm6300.ts';
import {
  encodeWiegandLine,
  WiegandLines,
  type WiegandFound,
  type WiegandLineForm,
} from '#drivers/reader/wiegandLines.ts';
import { spelt } from '#drivers/serial/hex.ts';

const joined = (...pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const tag = fc.uint8Array({ minLength: 5, maxLength: 5 });
const sizes = fc.integer({ min: 1, max: 9 });

function inPieces<Found>(line: Uint8Array, size: number, feed: (bytes: Uint8Array) => readonly Found[]): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < line.length; at += size) found.push(...feed(line.subarray(at, at + size)));
  return found;
}

describe('a tag that an RDM6300 tells of', () => {
  const read = (line: Uint8Array, size = line.length): Rdm6300Found[] => {
    const parser = new Rdm6300Parser();
    return inPieces(line, size, (bytes) => parser.feed(bytes));
  };

  it('has the bytes of the makers', () => {
    const bytes = Uint8Array.of(0x10, 0x00, 0x86, 0xf4, 0x44);
    // Version 10, number 0086F444, and the sum of them.
    expect(encodeRdm6300(bytes)).toEqual(ascii('\u0002100086F44426\u0003'));
    expect(read(encodeRdm6300(bytes))).toEqual([{ kind: 'tag', bytes }]);
  });

  it('is read wherever the line cuts it, behind any noise but its own first byte', () => {
    const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.filter((byte) => byte !== 2));
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, tag), { maxLength: 6 }), sizes, (said, size) => {
        const line = joined(...said.flatMap(([before, bytes]) => [before, encodeRdm6300(bytes)]));
        expect(read(line, size)).toEqual(said.map(([, bytes]) => ({ kind: 'tag', bytes })));
      }),
    );
  });

  it('is read behind a tag that was broken off', () => {
    fc.assert(
      fc.property(tag, tag, fc.nat(13), (first, second, cut) => {
        const found = read(joined(encodeRdm6300(first).slice(0, cut), encodeRdm6300(second)));
        expect(found).toEqual([{ kind: 'tag', bytes: second }]);
      }),
    );
  });

  it('with a bit flipped is none', () => {
    fc.assert(
      fc.property(tag, fc.nat(14 * 8 - 1), (bytes, flip) => {
        const line = encodeRdm6300(bytes);
        line[flip >>> 3]! ^= 1 << (flip & 7);
        // A digit's case is no difference.
        const same = new Rdm6300Parser().feed(line.map((byte) => (byte >= 0x61 && byte <= 0x66 ? byte - 32 : byte)));
        for (const found of same) if (found.kind === 'tag') expect(found.bytes).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a card on a line from a Wiegand bridge', () => {
  const forms = fc.constantFrom<WiegandLineForm>(
    { kind: 'ascii-hex-lines' },
    { kind: 'bits-lines' },
    { kind: 'ascii-hex-lines', prefix: 'CARD ' },
    { kind: 'bits-lines', prefix: '#' },
  );
  const card = fc.stringMatching(/^[01]{1,80}$/);
  const read = (text: string, form: WiegandLineForm, size = text.length): WiegandFound[] => {
    const lines = new WiegandLines(form);
    return inPieces(ascii(text), size, (bytes) => lines.feed(bytes));
  };

  it('has the form that the documents give', () => {
    const bits = '11000011011110100010001000';
    expect(encodeWiegandLine(bits, { kind: 'ascii-hex-lines' })).toBe('26:30DE888');
    expect(encodeWiegandLine(bits, { kind: 'ascii-hex-lines', bits: 26 })).toBe('30DE888');
    expect(read('30DE888\r', { kind: 'ascii-hex-lines', bits: 26 })).toEqual([{ kind: 'bits', bits }]);
  });

  it('is read wherever the line cuts it, whatever ends it', () => {
    const ends = fc.constantFrom('\r', '\n', '\r\n', '\n\r\n');
    fc.assert(
      fc.property(forms, fc.array(card, { maxLength: 6 }), ends, sizes, (form, cards, end, size) => {
        const text = cards.map((bits) => `${encodeWiegandLine(bits, form)}${end}`).join('');
        expect(read(text, form, size)).toEqual(cards.map((bits) => ({ kind: 'bits', bits })));
      }),
    );
  });

  it('of another form is a misread, and takes nothing else with it', () => {
    const wrong = ['27:30DE888', '26:70DE888', '26:30DE8880', '0:0', '300:0', '26;30DE888', 'hello', '26:', ':1'];
    for (const line of wrong) {
      const found = read(`${line}\r\n26:30DE888\r\n`, { kind: 'ascii-hex-lines' });
      expect(found.map(({ kind }) => kind)).toEqual(line === '27:30DE888' ? ['bits', 'bits'] : ['broken', 'bits']);
    }
    expect(read('0102\n', { kind: 'bits-lines' })).toMatchObject([{ kind: 'broken' }]);
    expect(read('01\n', { kind: 'bits-lines', prefix: 'W' })).toMatchObject([{ kind: 'broken' }]);
  });

  it('is read behind a line without end, which is not kept', () => {
    const found = read(`${'0'.repeat(100_000)}\n101\n`, { kind: 'bits-lines' }, 1_000);
    expect(found).toEqual([
      { kind: 'broken', why: expect.stringContaining('more than') },
      { kind: 'bits', bits: '101' },
    ]);
  });
});

describe('what a PN532 says', () => {
  const code = fc.constantFrom(...Object.values(PN532_COMMANDS));
  const data = fc.array(fc.nat(255), { maxLength: 300 });

  it('has the bytes of its makers', () => {
    expect(spelt(encodePn532(PN532_COMMANDS.list, [1, 0]))).toBe('00 00 FF 04 FC D4 4A 01 00 E1 00');
    expect(spelt(encodePn532(PN532_COMMANDS.firmware, []))).toBe('00 00 FF 02 FE D4 02 2A 00');
    expect(spelt(encodePn532Answer(PN532_COMMANDS.firmware, [0x32, 1, 6, 7]))).toBe(
      '00 00 FF 06 FA D5 03 32 01 06 07 E8 00',
    );
    expect(spelt(encodePn532Error())).toBe('00 00 FF 01 FF 7F 81 00');
  });

  it('is heard behind its acknowledgement, wherever the line cuts it, and not before its last byte', () => {
    fc.assert(
      fc.property(code, data, (asked, said) => {
        const answer = encodePn532Answer(asked, said);
        const line = joined(PN532_ACK, answer);
        for (let cut = 0; cut < line.length - 1; cut += cut < 12 ? 1 : 17) {
          expect(hearPn532(line.slice(0, cut), asked)).toBeUndefined();
        }
        expect(hearPn532(line, asked)).toEqual({ kind: 'answered', data: Uint8Array.from(said) });
        expect(hearPn532(answer, asked)).toBeUndefined();
        expect(hearPn532(joined(PN532_ACK, encodePn532Answer(asked + 2, said)), asked)).toBeUndefined();
        expect(hearPn532(joined(PN532_ACK, encodePn532(asked + 1, said)), asked)).toBeUndefined();
      }),
    );
  });

  it('may be a refusal', () => {
    expect(hearPn532(PN532_NACK, 2)).toEqual({ kind: 'refused' });
    expect(hearPn532(joined(PN532_ACK, encodePn532Error()), 2)).toEqual({ kind: 'refused' });
  });

  it('with a bit of its length, its data or a sum flipped is nothing', () => {
    fc.assert(
      fc.property(code, fc.array(fc.nat(255), { maxLength: 30 }), fc.nat(), (asked, said, flip) => {
        const answer = encodePn532Answer(asked, said);
        const at = 3 * 8 + (flip % ((answer.length - 4) * 8));
        answer[at >>> 3]! ^= 1 << (at & 7);
        const heard = hearPn532(joined(PN532_ACK, answer), asked);
        if (heard !== undefined) expect(heard).toEqual({ kind: 'refused' });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what may still become a frame, and no more', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 9 }),
            data.map((said) => encodePn532(2, said)),
          ),
        ),
        sizes,
        (pieces, size) => {
          const line = joined(...pieces, PN532_ACK);
          let rest: Uint8Array = new Uint8Array(0);
          let acknowledged = 0;
          inPieces(line, size * 7, (bytes) => {
            const all = joined(rest, bytes);
            const { frames, used } = pn532Frames(all);
            acknowledged += frames.filter(({ kind }) => kind === 'ack').length;
            rest = all.slice(used);
            expect(rest.length).toBeLessThan(700);
            return [];
          });
          expect(acknowledged).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('lists cards with numbers of four, seven and ten bytes, and refuses a list that does not add up', () => {
    const card = fc.record({
      uid: fc.constantFrom(4, 7, 10).chain((length) => fc.array(fc.nat(255), { minLength: length, maxLength: length })),
      ats: fc.option(fc.array(fc.nat(255), { maxLength: 10 })),
    });
    fc.assert(
      fc.property(fc.array(card, { maxLength: 2 }), (cards) => {
        const listed = Uint8Array.from([
          cards.length,
          ...cards.flatMap(({ uid, ats }, i) => [
            i + 1,
            0,
            4,
            ats === null ? 8 : 0x20,
            uid.length,
            ...uid,
            ...(ats === null ? [] : [ats.length + 1, ...ats]),
          ]),
        ]);
        const targets = pn532Targets(listed);
        expect(targets?.map(({ uid }) => [...uid])).toEqual(cards.map(({ uid }) => uid));
        expect(targets?.map(({ random }) => random)).toEqual(cards.map(({ uid }) => uid.length === 4 && uid[0] === 8));
        if (cards.length > 0) expect(pn532Targets(listed.slice(0, -1))).toBeUndefined();
      }),
    );
    expect(pn532Targets(new Uint8Array(0))).toBeUndefined();
    expect(pn532Targets(Uint8Array.of(1, 1, 0, 4, 8, 5, 1, 2, 3, 4, 5))).toBeUndefined();
  });
});
