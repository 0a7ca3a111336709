import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCard, H10301, H10304, H10306 } from '#core/access/cardFormat.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import type { CardRead } from '#core/ports/hardware.ts';
import {
  openRdm6300,
  openWiegandBridge,
  RDM6300_GONE_MS,
  type ListeningReader,
} from '#drivers/reader/listeningReader.ts';
import { openPn532, PN532_EVERY_MS, PN532_GONE_MS, type Pn532Reader } from '#drivers/reader/pn532.ts';
import { Pn532Emulator, Rdm6300Emulator, WiegandEmulator } from '#drivers/reader/readerEmulators.ts';
import type { WiegandLineForm } from '#drivers/reader/wiegandLines.ts';
import type { EmulatedLine } from '#drivers/serial/emulatedLine.ts';
import { REOPEN_MS } from '#drivers/serial/serialLine.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { letGoBy, linkOf, passing } from '../relay/boardRig.ts';
import { describeCardReader, type ReaderRig } from './cardReaderContract.ts';

const accessPoint = 'entrance' as AccessPointId;
const uid = (number: string): CardRead => ({ format: 'uid', number });

interface Parts<
  Emulator extends { readonly line: EmulatedLine; close(): Promise<void> },
  Reader extends ListeningReader,
> {
  readonly open: (folder: string, clock: FakeClock) => Promise<Emulator>;
  readonly read: (path: string, clock: FakeClock) => Promise<Reader>;
}

/** A reader and its made-up far end, with a real serial line between them. */
async function pair<
  Emulator extends { readonly line: EmulatedLine; close(): Promise<void> },
  Reader extends ListeningReader,
>({ open, read }: Parts<Emulator, Reader>) {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-reader-'));
  const clock = new FakeClock();
  const emulator = await open(folder, clock);
  const reader = await read(emulator.line.path, clock);
  const heard: unknown[] = [];
  reader.onCard((card) => heard.push(card));
  reader.onMisread((why) => heard.push(why));
  return {
    clock,
    emulator,
    reader,
    heard,
    /** What is said is heard: resolves when `what` more was. */
    hears: async (what: number, act: () => void): Promise<void> => {
      const before = heard.length;
      act();
      while (heard.length < before + what) await new Promise((resolve) => void setTimeout(resolve, 1));
    },
    cut: async () => {
      const down = linkOf(reader, 'down');
      await emulator.line.cut();
      await down;
    },
    mend: async () => {
      await emulator.line.mend();
      clock.advance(Math.max(...REOPEN_MS));
      await letGoBy(clock, 10, () => reader.link === 'up');
    },
    [Symbol.asyncDispose]: async () => {
      await reader.close();
      await emulator.close();
      await rm(folder, { recursive: true });
    },
  };
}

const TAGS = [Uint8Array.of(0x01, 0x00, 0x86, 0xf4, 0x44), Uint8Array.of(0x4a, 0x00, 0x12, 0x02, 0x03)] as const;

/** The tag repeats by a clock of its own, so that each repetition is heard before time goes on. */
async function rdm6300Pair() {
  const repeats = new FakeClock();
  const made = await pair({
    open: (folder) => Rdm6300Emulator.open({ folder, clock: repeats }),
    read: (path, clock) => openRdm6300({ accessPoint, path, clock }),
  });
  return {
    ...made,
    repeats,
    /** Resolves when the reader has just heard of a tag: what it waits for next is `untilNext` away. */
    heardOf: async (untilNext: number): Promise<void> => {
      while (made.clock.untilNext !== untilNext) await new Promise((resolve) => void setTimeout(resolve, 1));
    },
  };
}

async function rdm6300Rig(): Promise<ReaderRig> {
  const made = await rdm6300Pair();
  const { clock, emulator, reader, hears, cut, mend, repeats, heardOf } = made;
  return {
    reader,
    cards: [uid('010086f444'), uid('4a00120203')],
    hold: async (which) => {
      await hears(1, () => emulator.hold(TAGS[which]));
      for (let repetition = 0; reader.link === 'up' && repetition < 10; repetition++) {
        clock.advance(70);
        repeats.advance(70);
        await heardOf(RDM6300_GONE_MS);
      }
    },
    takeAway: () => {
      emulator.takeAway();
      clock.advance(RDM6300_GONE_MS);
      return Promise.resolve();
    },
    spoil: () => hears(1, () => void emulator.line.say(Uint8Array.from(Buffer.from('\u0002010086F44438\u0003')))),
    cut,
    mend,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

const FORMATS = [H10301, H10306, H10304];
const WIEGAND = [
  encodeCard(H10301, { facility: 134n, number: 62_532n }),
  encodeCard(H10304, { facility: 7n, number: 77n }),
] as const;

async function wiegandRig(form: WiegandLineForm): Promise<ReaderRig> {
  const made = await pair({
    open: (folder, clock) => WiegandEmulator.open({ folder, clock, form }),
    read: (path, clock) => openWiegandBridge({ accessPoint, path, clock, form, formats: FORMATS }),
  });
  const { emulator, reader, hears, cut, mend } = made;
  const flipped = WIEGAND[0].replace(/^1/, '0');
  return {
    reader,
    cards: [
      { format: 'H10301', number: '86f444' },
      { format: 'H10304', number: '00038004d' },
    ],
    hold: (which) => hears(1, () => emulator.present(WIEGAND[which])),
    takeAway: () => Promise.resolve(),
    spoil: () => hears(1, () => emulator.present(flipped)),
    cut,
    mend,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

const pn532Pair = () =>
  pair<Pn532Emulator, Pn532Reader>({
    open: (folder, clock) => Pn532Emulator.open({ folder, clock }),
    read: (path, clock) => openPn532({ accessPoint, path, clock }),
  });

const TARGETS = [
  { uid: [4, 0xa2, 0, 0x1f, 0x55, 0x66, 0x77] },
  { uid: [0xde, 0xad, 0xbe, 0xef], ats: [5, 0x78, 0x80, 0x70, 0x02] },
] as const;

async function pn532Rig(): Promise<ReaderRig> {
  const made = await pn532Pair();
  const { clock, emulator, reader, cut, mend } = made;
  const pass = (ms: number): Promise<void> => passing(clock, ms, () => reader.busy || emulator.line.busy);
  return {
    reader,
    cards: [uid('04a2001f556677'), uid('deadbeef')],
    hold: async (which) => {
      emulator.hold(TARGETS[which]);
      await pass(2_000);
    },
    takeAway: async () => {
      emulator.takeAway();
      await pass(PN532_GONE_MS + PN532_EVERY_MS);
    },
    spoil: async () => {
      emulator.hold({ uid: [0x08, 1, 2, 3] });
      await pass(1_000);
      emulator.takeAway();
      await pass(PN532_GONE_MS + PN532_EVERY_MS);
    },
    cut,
    mend,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

describeCardReader('RDM6300 over a serial line', rdm6300Rig);
describeCardReader('Wiegand behind a bridge that sends hex digits', () => wiegandRig({ kind: 'ascii-hex-lines' }));
describeCardReader('Wiegand behind a bridge that sends bits', () => wiegandRig({ kind: 'bits-lines', prefix: 'W ' }));
describeCardReader('PN532 over a serial line', pn532Rig);

describe('a reader on a line of its own', () => {
  it('tells of two cards that lie in its field together, each once', async () => {
    await using made = await pn532Pair();
    for (const target of TARGETS) made.emulator.hold(target);
    await passing(made.clock, 3_000, () => made.reader.busy || made.emulator.line.busy);
    expect(made.heard).toEqual([uid('04a2001f556677'), uid('deadbeef')]);
  });

  it('is woken again after its power failed, and goes on', async () => {
    await using made = await pn532Pair();
    made.emulator.sleep();
    const down = linkOf(made.reader, 'down');
    await letGoBy(made.clock, 10, () => made.reader.link === 'down');
    expect(await down).toContain('no answer to list cards');
    await letGoBy(made.clock, 10, () => made.reader.link === 'up');
    made.emulator.hold(TARGETS[0]);
    await passing(made.clock, 500, () => made.reader.busy || made.emulator.line.busy);
    expect(made.heard).toEqual([uid('04a2001f556677')]);
  });

  it('is understood in single bytes and behind noise, and believed nothing that is changed', async () => {
    await using made = await pn532Pair();
    made.emulator.hold(TARGETS[0]);
    made.emulator.line.manner = { kind: 'noisy', noise: Uint8Array.of(0, 0, 0xff, 0x10, 0, 0xff, 0x55) };
    await passing(made.clock, PN532_EVERY_MS, () => made.reader.busy || made.emulator.line.busy);
    expect(made.heard).toEqual([uid('04a2001f556677')]);
    made.emulator.line.manner = { kind: 'in-pieces' };
    await passing(made.clock, PN532_EVERY_MS * 3, () => made.reader.busy || made.emulator.line.busy);
    expect(made.reader.link).toBe('up');
    made.emulator.takeAway();
    made.emulator.hold({ uid: [1, 2, 3, 4] });
    made.emulator.line.manner = {
      kind: 'changed',
      change: (bytes) => bytes.map((byte, i) => (i === bytes.length - 4 ? byte ^ 1 : byte)),
    };
    await letGoBy(made.clock, 10, () => made.reader.link === 'down');
    expect(made.heard).toEqual([uid('04a2001f556677')]);
  });

  it('tells of two tags that take turns in its field, each once', async () => {
    await using made = await rdm6300Pair();
    await made.hears(1, () => made.emulator.hold(TAGS[0]));
    made.clock.advance(100);
    await made.hears(1, () => made.emulator.hold(TAGS[1]));
    for (let turn = 0; turn < 6; turn++) {
      made.clock.advance(100);
      made.emulator.hold(TAGS[turn % 2]!);
      // The other one was heard of a tenth of a second before.
      await made.heardOf(RDM6300_GONE_MS - 100);
    }
    expect(made.heard).toEqual([uid('010086f444'), uid('4a00120203')]);
  });
});
