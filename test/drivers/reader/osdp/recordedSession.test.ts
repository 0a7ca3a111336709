import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ReaderId } from '#core/kernel/ids.ts';
import { monotonic } from '#core/kernel/units.ts';
import { BaseKey } from '#drivers/reader/osdp/baseKey.ts';
import type { Command } from '#drivers/reader/osdp/commands.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { FrameParser, SCS, type Frame } from '#drivers/reader/osdp/frames.ts';
import { OsdpPanel } from '#drivers/reader/osdp/panel.ts';
import type { ReaderEvent } from '#drivers/reader/osdp/reader.ts';
import { decodeReply } from '#drivers/reader/osdp/replies.ts';

/** A conversation that two other implementations had, and what is known of it: see the folder of the vector. */
const recorded = readFileSync(`${import.meta.dirname}/../../../vectors/osdp/secure-session.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly from: 'cp' | 'pd'; readonly hex: string });

const KEY = Buffer.from('303132333435363738393a3b3c3d3e3f', 'hex');
const RANDOM_A = 'f2222263163cd09e';
const RANDOM_B = '7797fa8a2588fdbc';
const reader = 'entrance' as ReaderId;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (found: Uint8Array | undefined): string | undefined => found && Buffer.from(found).toString('hex');

const frameOf = (hex: string): Frame => {
  const frames = new FrameParser().feed(bytes(hex));
  expect(frames).toHaveLength(1);
  return frames[0]!;
};

const COMMANDS: readonly Command[] = [
  { kind: 'output', outputs: [{ output: 0, code: 'on-for-a-time', tenths: 50 }] },
  { kind: 'buzzer', reader: 0, tone: 'default', on: 2, off: 1, times: 2 },
];

it('every frame of a conversation between others is understood', () => {
  for (const { from, hex } of recorded) {
    const frame = frameOf(hex);
    expect(frame).toMatchObject({ address: 101, reply: from === 'pd', check: 'crc' });
  }
});

it('the panel says its side of a recorded conversation byte for byte, and hears what the reader told', () => {
  const events: ReaderEvent[] = [];
  let at = 0;
  using panel = new OsdpPanel(
    {
      baudRate: 9_600,
      readers: [{ id: reader, address: 101, asksStatus: false, keys: [BaseKey.of(KEY)] }],
      random: { hex: () => RANDOM_A },
      // The recording was made with the key that no gate accepts.
      keyRefused: () => false,
    },
    monotonic(at),
  );
  let out = panel.step({ kind: 'line', up: true, why: '' }, monotonic(at));
  let said = 0;
  for (const { from, hex } of recorded) {
    if (from === 'cp') {
      while (out.send === undefined) {
        at = out.wakeAt!;
        out = panel.step({ kind: 'time' }, monotonic(at));
      }
      expect(hexOf(out.send), `frame ${said}`).toBe(hex);
      said++;
    } else {
      out = panel.step({ kind: 'bytes', bytes: bytes(hex) }, monotonic(at + 20));
      at += 20;
      events.push(...out.events.map(({ event }) => event));
      if (out.events.some(({ event }) => event.kind === 'channel-open')) {
        const led = ledCommand();
        for (const [ticket, command] of [...COMMANDS, led].entries()) {
          panel.step({ kind: 'command', reader, command, ticket }, monotonic(at));
        }
      }
    }
  }
  expect(said).toBe(recorded.filter(({ from }) => from === 'cp').length);
  expect(events.filter(({ kind }) => ['card', 'keypad', 'inputs', 'done', 'alarm'].includes(kind))).toEqual([
    expect.objectContaining({ kind: 'done', ticket: 0 }),
    expect.objectContaining({ kind: 'done', ticket: 1 }),
    expect.objectContaining({ kind: 'done', ticket: 2 }),
    { kind: 'card', reader: 0, wiegand: true, bits: { bytes: bytes('02a3c5c0'), count: 26 } },
    { kind: 'keypad', reader: 0, keys: '1234#' },
    { kind: 'inputs', active: [true, false] },
  ]);
});

const ledCommand = (): Command => ({
  kind: 'led',
  reader: 0,
  led: 0,
  temporary: { on: 5, off: 5, onColour: 'green', offColour: 'black', tenths: 30 },
});

it('the emulated reader says the other side byte for byte', () => {
  const replies = recorded.filter(({ from }) => from === 'pd').map(({ hex }) => frameOf(hex));
  const identity = decodeReply(replies[0]!.payload);
  const capabilities = decodeReply(replies[1]!.payload);
  const cryptogram = decodeReply(replies[2]!.payload);
  if (identity?.kind !== 'identity' || capabilities?.kind !== 'capabilities' || cryptogram?.kind !== 'cryptogram') {
    throw new Error('the recording begins with identity, capabilities and cryptogram');
  }
  const emulated = new EmulatedReader({
    address: 101,
    key: KEY,
    identity: identity.identity,
    capabilities: capabilities.capabilities,
    uid: cryptogram.uid,
    randomB: () => bytes(RANDOM_B),
  });
  const happenings = ['5000011a0002a3c5e0', '5300053132333423', '490100'].map(bytes);
  let at = 0;
  for (const [place, { from, hex }] of recorded.entries()) {
    const next = recorded[place + 1];
    if (from === 'pd' || next?.from !== 'pd') continue;
    if (frameOf(next.hex).security?.type === SCS[18]) emulated.happens(happenings.shift()!);
    expect(hexOf(emulated.take(frameOf(hex), monotonic((at += 50)))), `frame ${place + 1}`).toBe(next.hex);
  }
  expect(happenings).toEqual([]);
});
