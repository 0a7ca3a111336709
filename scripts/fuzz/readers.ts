import {
  CARD_BITS_MAX,
  CARD_FORMATS,
  cardFormatFlaw,
  decodeCard,
  encodeCard,
  H10301,
  H10302,
  H10304,
  type CardFormat,
} from '#core/access/cardFormat.ts';
import { bitsOfCardText } from '#core/access/cardText.ts';
import {
  encodePn532,
  encodePn532Answer,
  hearPn532,
  PN532_ACK,
  PN532_COMMANDS,
  PN532_FRAME_BYTES_MAX,
  pn532Frames,
  pn532Targets,
} from '#drivers/reader/pn532Frames.ts';
import { encodeRdm6300, Rdm6300Parser } from '#drivers/reader/rdm6300.ts';
import { encodeWiegandLine, WiegandLines, type WiegandLineForm } from '#drivers/reader/wiegandLines.ts';
import type { Chance } from './chance.ts';
import { demand, fuzzTraffic, holds, joined, pieces } from './traffic.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Tags of an RDM6300: a tag that is told was said, digit for digit. */
export function fuzzRdm6300(cases: number, seed: number): number {
  const traffic = [Uint8Array.of(0x10, 0, 0x86, 0xf4, 0x44), Uint8Array.of(1, 2, 3, 4, 5)].map(encodeRdm6300);
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const parser = new Rdm6300Parser();
      const upper = ascii(Buffer.from(bytes).toString('latin1').toUpperCase());
      for (const piece of pieces(bytes, chance)) {
        for (const found of parser.feed(piece)) {
          if (found.kind === 'tag') demand(holds(upper, encodeRdm6300(found.bytes)), 'a tag that was there');
        }
      }
    },
  });
}

const FORMS: readonly WiegandLineForm[] = [
  { kind: 'ascii-hex-lines' },
  { kind: 'ascii-hex-lines', bits: 26 },
  { kind: 'bits-lines' },
  { kind: 'bits-lines', prefix: 'W' },
];
const CARDS = [
  encodeCard(H10301, { facility: 134n, number: 62_532n }),
  encodeCard(H10304, { facility: 7n, number: 77n }),
];
const FORMATS = Object.values(CARD_FORMATS).flat();

/** Lines of a Wiegand bridge, down to the card: no card but one whose line was whole. */
export function fuzzWiegand(cases: number, seed: number): number {
  const traffic = FORMS.flatMap((form) => CARDS.map((bits) => ascii(`${encodeWiegandLine(bits, form)}\r\n`)));
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const form = chance.of(FORMS);
      const lines = new WiegandLines(form);
      const upper = ascii(Buffer.from(bytes).toString('latin1').toUpperCase());
      for (const piece of pieces(bytes, chance)) {
        for (const found of lines.feed(piece)) {
          if (found.kind === 'broken') continue;
          demand(found.bits.length >= 1 && found.bits.length <= CARD_BITS_MAX, 'a card of a length that can be');
          const digits = ascii(encodeWiegandLine(found.bits, { kind: form.kind, bits: 1 }));
          demand(holds(upper, digits), 'bits that were there');
          decodes(found.bits, FORMATS);
        }
      }
    },
  });
}

/** What a PN532 says, down to the cards in its field. */
export function fuzzPn532(cases: number, seed: number): number {
  const list = PN532_COMMANDS.list;
  const card = [1, 0, 4, 8, 4, 0xde, 0xad, 0xbe, 0xef];
  const selected = [2, 0, 4, 0x20, 7, 4, 0xa2, 0, 0x1f, 0x55, 0x66, 0x77, 5, 0x78, 0x80, 0x70, 2];
  const traffic = [
    joined(PN532_ACK, encodePn532Answer(list, [1, ...card])),
    joined(PN532_ACK, encodePn532Answer(list, [2, ...card, ...selected])),
    joined(PN532_ACK, encodePn532Answer(list, [0])),
    encodePn532(list, [2, 0]),
    encodePn532Answer(
      list,
      Array.from({ length: 300 }, (_, i) => i & 0xff),
    ),
  ];
  return fuzzTraffic(cases, seed, {
    traffic,
    put: (bytes, chance) => {
      const heard = hearPn532(bytes, list);
      if (heard?.kind === 'answered') {
        const { data } = heard;
        demand(holds(bytes, joined(Uint8Array.of(0xd5, list + 1), data)), 'data that were there');
        cardsIn(data);
      }
      cardsIn(bytes);
      let rest: Uint8Array = new Uint8Array(0);
      for (const piece of pieces(bytes, chance)) {
        const all = joined(rest, piece);
        rest = all.slice(pn532Frames(all).used);
        demand(rest.length <= PN532_FRAME_BYTES_MAX + all.length, 'no more kept than may become a frame');
      }
    },
  });
}

function cardsIn(data: Uint8Array): void {
  for (const { uid } of pn532Targets(data) ?? []) {
    demand([4, 7, 10].includes(uid.length) && holds(data, uid), 'a number that was there');
  }
}

/** Cards as bits, in formats as a configuration may bring them. */
export function fuzzCardFormat(cases: number, seed: number): number {
  return fuzzTraffic(cases, seed, {
    traffic: CARDS.map(ascii),
    put: (bytes, chance) => {
      const bits = Array.from(bytes, (byte) => (byte & 1 ? '1' : '0')).join('');
      decodes(bits, FORMATS);
      const made = madeUp(chance, bits.length);
      if (cardFormatFlaw(made) === undefined) decodes(bits, [made]);
      const text = Buffer.from(bytes).toString('latin1');
      const form = { digits: chance.of(['hex', 'decimal'] as const), bits: 32, lastByteFirst: chance.below(2) === 0 };
      const found = bitsOfCardText(text, form);
      demand(found === undefined || /^[01]{32}$/.test(found), 'as many bits as were asked for');
    },
  });
}

/** A card that is read has a number of its format's length, and is what the format writes where that knows every bit. */
function decodes(bits: string, formats: readonly CardFormat[]): void {
  const decoded = decodeCard(bits, formats);
  if (decoded.kind !== 'read') return;
  const { format: name, number } = decoded.card;
  const format = formats.find((one) => one.name === name && one.bits === bits.length);
  demand(format !== undefined, 'a format that was given');
  const total = format.fields.reduce((sum, field) => sum + field.bits, 0);
  demand(number.length === Math.ceil(total / 4), 'a number of the length that its format has');
  if (format === H10302)
    demand(encodeCard(format, { number: BigInt(`0x${number}`) }) === bits, 'the card that was read');
}

function madeUp(chance: Chance, bits: number): CardFormat {
  const range = () => ({ from: chance.below(bits + 1), bits: chance.below(bits + 1) });
  return {
    name: 'made up',
    bits,
    fields: [{ name: 'number', ...range() }],
    parity: Array.from({ length: chance.below(3) }, () => ({
      at: chance.below(bits + 1),
      makes: chance.of(['even', 'odd'] as const),
      over: [range()],
    })),
  };
}
