import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { encodeCard, H10301 } from '#core/access/cardFormat.ts';
import { assert } from '#core/kernel/assert.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { EmulatedReader } from '#drivers/reader/osdp/emulatedReader.ts';
import { LcusEmulator } from '#drivers/relay/lcusEmulator.ts';
import { OsdpEmulator } from '#drivers/reader/osdp/osdpEmulator.ts';

/**
 * Made-up readers on paced lines, in a process of their own, so that what they compute is not counted as the gate's.
 * Usage, by `scripts/bench/osdp.ts` alone: node osdpReaders.ts FOLDER LINES READERS BAUD
 */

/** A card of 26 bits, and the key that all these readers have. */
const CARD_BITS = encodeCard(H10301, { facility: 17n, number: 4_711n });
export const BENCH_CARD = {
  bytes: Uint8Array.from(CARD_BITS.padEnd(32, '0').match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2)),
  count: CARD_BITS.length,
};
export const BENCH_KEY = Uint8Array.from({ length: 16 }, (_, i) => 0x11 + i);

export type ToReaders =
  | { readonly kind: 'card'; readonly line: number; readonly reader: number }
  /** From now on waits between two questions are measured. */
  | { readonly kind: 'watch' }
  | { readonly kind: 'report' };

export type FromReaders =
  | { readonly kind: 'ready'; readonly paths: readonly string[]; readonly board: string }
  /** Nanoseconds of the machine's own clock, as digits. */
  | { readonly kind: 'shown'; readonly at: string }
  /** The relay board was told to energise its relay. */
  | { readonly kind: 'energised'; readonly at: string }
  | { readonly kind: 'longest'; readonly ms: number };

/** The longest time that any reader was not asked. */
class Watch {
  readonly #asked = new Map<EmulatedReader, number>();
  #longest = 0;

  begin(readers: readonly EmulatedReader[]): void {
    this.#longest = 0;
    for (const reader of readers) this.#asked.set(reader, performance.now());
  }

  asked(reader: EmulatedReader): void {
    const before = this.#asked.get(reader);
    if (before === undefined) return;
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - before);
    this.#asked.set(reader, now);
  }

  get longest(): number {
    const now = performance.now();
    return Math.max(this.#longest, ...Array.from(this.#asked.values(), (before) => now - before));
  }
}

async function run([folder = '', lines = '1', readers = '1', baudRate = '9600']: readonly string[]): Promise<void> {
  const clock = new SystemClock();
  const watch = new Watch();
  const emulators: OsdpEmulator[] = [];
  for (let line = 0; line < Number(lines); line++) {
    const own = join(folder, `line-${line}`);
    mkdirSync(own);
    const there = Array.from(
      { length: Number(readers) },
      (_, address) => new EmulatedReader({ address, key: BENCH_KEY }),
    );
    for (const reader of there) reader.onCommand(() => watch.asked(reader));
    emulators.push(
      await OsdpEmulator.open({ folder: own, clock, readers: there, baudRate: Number(baudRate), paced: true }),
    );
  }
  const tell = (message: FromReaders): void => void process.send?.(message);
  const boards = join(folder, 'board');
  mkdirSync(boards);
  const board = await LcusEmulator.open({ folder: boards, channels: 1, clock });
  board.onReceived(({ level }) => {
    if (level === 'energised') tell({ kind: 'energised', at: process.hrtime.bigint().toString() });
  });
  process.on('message', (message: ToReaders) => {
    if (message.kind === 'watch') watch.begin(emulators.flatMap((one) => one.readers));
    else if (message.kind === 'report') tell({ kind: 'longest', ms: watch.longest });
    else {
      const reader = emulators[message.line]?.readers[message.reader];
      assert(reader !== undefined, 'the reader is one of those that were made');
      reader.showCard(BENCH_CARD);
      tell({ kind: 'shown', at: process.hrtime.bigint().toString() });
    }
  });
  process.once('disconnect', () => process.exit());
  tell({ kind: 'ready', paths: emulators.map(({ path }) => path), board: board.path });
}

if (process.argv[1] === import.meta.filename) await run(process.argv.slice(2));
