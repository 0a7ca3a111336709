import { readFileSync } from 'node:fs';
import { assert } from '#core/kernel/assert.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { monotonic, type Monotonic } from '#core/kernel/units.ts';
import { BaseKey } from '#drivers/reader/osdp/baseKey.ts';
import { decodeCommand, encodeCommand } from '#drivers/reader/osdp/commands.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { decodeFrame, FRAME_BYTES_MAX, FrameParser } from '#drivers/reader/osdp/frames.ts';
import { OsdpPanel, type PanelInput, type PanelOutput } from '#drivers/reader/osdp/panel.ts';
import { decodeReply, encodeReply } from '#drivers/reader/osdp/replies.ts';
import { writeCheck } from '#drivers/reader/osdp/check.ts';
import { Chance } from './chance.ts';

/** A conversation between two other implementations: the traffic that is mutated. */
const RECORDING = `${import.meta.dirname}/../../test/vectors/osdp/secure-session.jsonl`;

/** Of a hundred cases so many go to the messages and to the panel; the rest go to the frames. */
const MESSAGES_IN_100 = 40;
const PANEL_IN_100 = 5;
const WAITING_MAX = FRAME_BYTES_MAX + 1_024;

/** What a reader may be heard to say, and never by what is not its own frame. */
const HEARD: ReadonlySet<string> = new Set([
  'card',
  'card-text',
  'keypad',
  'inputs',
  'outputs',
  'local',
  'readers',
  'installed',
]);

/** Bits turned, bytes set, left out, put in and doubled; cut short; another frame behind it; the check made to fit. */
function mutated(bytes: Uint8Array, others: readonly Uint8Array[], chance: Chance): Uint8Array {
  let found = Uint8Array.from(bytes);
  for (let changes = 1 + chance.below(3); changes > 0; changes--) {
    const at = chance.below(found.length + 1);
    const way = chance.below(7);
    if (way === 0 && at < found.length) found[at]! ^= 1 << chance.below(8);
    else if (way === 1 && at < found.length) found[at] = chance.below(256);
    else if (way === 2) found = Uint8Array.from([...found.subarray(0, at), ...found.subarray(at + 1)]);
    else if (way === 3) found = Uint8Array.from([...found.subarray(0, at), chance.below(256), ...found.subarray(at)]);
    else if (way === 4) found = found.slice(0, at);
    else if (way === 5) found = Uint8Array.from([...found, ...chance.of(others)]);
    else if (found.length > 8) writeCheck(found.subarray(1), chance.below(2) === 0 ? 'crc' : 'checksum');
  }
  return found;
}

/**
 * Feeds mutated OSDP traffic to everything that reads it: frames in any cuts, messages, and a whole panel in the midst of a
 * conversation. @throws where something throws, keeps too much, or counts what its reader never said; the message has the seed.
 * @returns the number of cases run
 */
export function fuzzOsdp(cases: number, seed: number): number {
  const chance = new Chance(seed);
  const frames = readFileSync(RECORDING, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Uint8Array.from(Buffer.from((JSON.parse(line) as { hex: string }).hex, 'hex')));
  const payloads = payloadsOf(frames);
  const parser = new FrameParser();
  const panel = new PanelOnTrial(chance);
  let run = 0;
  try {
    for (; run < cases; run++) {
      const kind = chance.below(100);
      if (kind < PANEL_IN_100) panel.hear(frames);
      else if (kind < PANEL_IN_100 + MESSAGES_IN_100) readMessage(mutated(chance.of(payloads), payloads, chance));
      else readFrames(parser, mutated(chance.of(frames), frames, chance), chance);
    }
  } catch (thrown) {
    throw new Error(`case ${run} of seed ${seed}: ${String(thrown)}`, { cause: thrown });
  }
  return run;
}

function payloadsOf(frames: readonly Uint8Array[]): Uint8Array[] {
  const made = [
    encodeReply({ kind: 'raw', reader: 0, wiegand: true, bits: { bytes: Uint8Array.of(1, 2, 3, 0x40), count: 26 } }),
    encodeReply({ kind: 'keypad', reader: 0, keys: '1234#' }),
    encodeReply({ kind: 'formatted', reader: 0, backwards: true, text: '12345' }),
    encodeReply({ kind: 'inputs', active: [true, false] }),
    encodeReply({ kind: 'local', tampered: true, powerFailed: false }),
    encodeCommand({ kind: 'set-key', key: new Uint8Array(16) }),
    encodeCommand({ kind: 'output', outputs: [{ output: 0, code: 'on', tenths: 1 }] }),
    encodeCommand({ kind: 'text', reader: 0, seconds: 3, wraps: true, row: 1, column: 1, text: 'Welcome' }),
  ];
  const recorded = frames.map((bytes) => decodeFrame(bytes.subarray(1))?.payload ?? bytes);
  return [...made, ...made, ...recorded];
}

function readMessage(payload: Uint8Array): void {
  decodeReply(payload);
  decodeCommand(payload);
}

function readFrames(parser: FrameParser, bytes: Uint8Array, chance: Chance): void {
  const cut = chance.below(bytes.length + 1);
  parser.feed(bytes.subarray(0, cut));
  parser.feed(bytes.subarray(cut));
  assert(parser.waiting <= WAITING_MAX, `at most ${WAITING_MAX} bytes wait, not ${parser.waiting}`);
}

const READER = 'fuzzed' as ReaderId;
const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const CARD = { bytes: Uint8Array.of(0x02, 0xa3, 0xc5, 0xc0), count: 26 };

/** A panel and its reader in conversation; the reader's answers are mutated on their way. */
class PanelOnTrial {
  readonly #chance: Chance;
  readonly #panel: OsdpPanel;
  readonly #reader = new EmulatedReader({ address: 101, key: KEY });
  readonly #parser = new FrameParser();
  #at: Monotonic = monotonic(0);
  #out: PanelOutput;

  constructor(chance: Chance) {
    this.#chance = chance;
    const random = {
      hex: (bytes: number) =>
        chance
          .below(2 ** 31)
          .toString(16)
          .padStart(bytes * 2, '0'),
    };
    const readers = [{ id: READER, address: 101, keys: [BaseKey.of(KEY)] }];
    this.#panel = new OsdpPanel({ baudRate: 9_600, readers, random }, this.#at);
    this.#out = this.#step({ kind: 'line', up: true, why: 'fuzzed' });
  }

  /** The panel's next question, and something like an answer to it. */
  hear(others: readonly Uint8Array[]): void {
    const answer = this.#answer();
    if (answer === undefined) return;
    // Often enough the conversation goes on, so that all of it is reached.
    if (this.#chance.below(3) > 0) {
      this.#step({ kind: 'bytes', bytes: answer });
      return;
    }
    const bytes = mutated(answer, others, this.#chance);
    const heard = this.#step({ kind: 'bytes', bytes }).events.find(({ event }) => HEARD.has(event.kind));
    const own = Buffer.from(bytes).includes(Buffer.from(answer.subarray(1)));
    assert(heard === undefined || own, `nothing is heard from ${Buffer.from(bytes).toString('hex')}`);
  }

  #answer(): Uint8Array | undefined {
    if (this.#reader.eventsWaiting === 0) this.#reader.showCard(CARD);
    while (this.#out.send === undefined) {
      assert(this.#out.wakeAt !== undefined, 'a panel goes on');
      this.#at = monotonic(Math.max(this.#at + 0.1, this.#out.wakeAt));
      this.#step({ kind: 'time' });
    }
    const [frame] = this.#parser.feed(this.#out.send);
    assert(frame !== undefined, 'the panel sends frames');
    this.#at = monotonic(this.#at + 20);
    const answer = this.#reader.take(frame, this.#at);
    if (answer === undefined) this.#step({ kind: 'time' });
    return answer;
  }

  #step(input: PanelInput): PanelOutput {
    this.#out = this.#panel.step(input, this.#at);
    return this.#out;
  }
}
