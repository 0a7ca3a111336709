import type { ReaderId } from '#core/kernel/ids.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { OsdpLine } from '#drivers/reader/osdp/osdpLine.ts';
import { POLL_MS } from '#drivers/reader/osdp/reader.ts';
import { result, type Result } from '../report.ts';
import type { Effort } from './effort.ts';
import { BENCH_KEY } from './osdpReaders.ts';
import { cpuSecondsOf } from './processFigures.ts';
import type { Quiet } from './quiet.ts';
import { OSDP_BAUD_RATE, ReadersProcess } from './readersProcess.ts';
import { percentile, rounded } from './statistics.ts';

const BITS_A_CHARACTER = 10;
/** Poll and card as they are on the line: mark, head, block, code, data in whole blocks of 16, MAC, CRC. */
const POLL_BYTES = 15;
const CARD_BYTES = 31;
/** How much longer than its bytes and one poll period a card may take. */
const RATIO_MAX = 1.3;
/** Readers share a line of this rate in such numbers, on so many lines, and each is to be asked that often. */
const LINES = 2;
const READERS_A_LINE = 8;
const GAP_MS_MAX = 400;
const CPU_PERCENT_MAX = 10;
/** A reader that has just come is asked for its inputs and tamper first; only then the line is as it stays. */
const SETTLE_MS = 3_000;

export interface OsdpParts {
  readonly clock: Clock;
  readonly effort: Effort;
  readonly quiet: Quiet;
}

/** OSDP over a secure channel on lines that are as slow as real ones. */
export async function measureOsdp(parts: OsdpParts): Promise<Result[]> {
  return [...(await measureCard(parts)), ...(await measureLines(parts))];
}

/** From a card that is held before a reader to the event that says so. */
async function measureCard({ clock, effort, quiet }: OsdpParts): Promise<Result[]> {
  await using rig = await Rig.open(clock, { lines: 1, readersALine: 1 });
  const took: number[] = [];
  for (let i = 0; i < effort.presentations; i++) {
    took.push(await rig.presentCard());
    // Cards come at any moment of a poll period.
    await pause(POLL_MS + ((i * 37) % (2 * POLL_MS)));
  }
  return judgedByWire(took, quiet, { name: 'osdp.card_p95', note: 'from the card to its event' });
}

/** What cards took, beside the bytes on the wire and one poll period, which nobody can be quicker than. */
export function judgedByWire(
  took: readonly number[],
  quiet: Quiet,
  { name, note }: { readonly name: string; readonly note: string },
): Result[] {
  const wire = ((POLL_BYTES + CARD_BYTES) * BITS_A_CHARACTER * 1_000) / OSDP_BAUD_RATE;
  const p95 = percentile(took, 0.95);
  const told = `p95 of ${took.length} cards ${rounded(p95, 1)} ms, p50 ${rounded(percentile(took, 0.5), 1)} ms`;
  const beside = `beside ${rounded(wire, 1)} ms on the wire at ${OSDP_BAUD_RATE} baud and a poll period of ${POLL_MS} ms`;
  return [
    quiet.atMost(`${name}_ratio`, {
      value: rounded(p95 / (wire + POLL_MS), 3),
      limit: RATIO_MAX,
      unit: 'of wire and poll',
      note: `${told}, ${beside}`,
    }),
    result(`${name}_ms`, { value: rounded(p95, 1), unit: 'ms', note }),
  ];
}

/** Sixteen readers on two lines: what that costs, and how often each is asked. */
async function measureLines({ clock, effort, quiet }: OsdpParts): Promise<Result[]> {
  await using rig = await Rig.open(clock, { lines: LINES, readersALine: READERS_A_LINE });
  const seconds = effort.idleSeconds;
  await pause(SETTLE_MS);
  rig.readers.tell({ kind: 'watch' });
  const before = cpuSecondsOf(process.pid);
  await pause(seconds * 1_000);
  const computed = cpuSecondsOf(process.pid) - before;
  rig.readers.tell({ kind: 'report' });
  const { ms } = await rig.readers.heard('longest');
  const which = `${LINES * READERS_A_LINE} readers on ${LINES} lines of ${OSDP_BAUD_RATE} baud, over ${seconds} s`;
  return [
    quiet.atMost('osdp.lines_cpu_percent', {
      value: rounded((computed / seconds) * 100, 2),
      limit: CPU_PERCENT_MAX,
      unit: '% of one core',
      note: `of the process that has the panel; ${which}`,
    }),
    quiet.atMost('osdp.lines_gap_ms', {
      value: rounded(ms, 1),
      limit: GAP_MS_MAX,
      unit: 'ms',
      note: `the longest time that any reader was not asked; ${which}`,
    }),
  ];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Every reader has the same key, and none is ever changed. */
const keys: ReaderKeys = {
  get: () => Promise.resolve([Uint8Array.from(BENCH_KEY)]),
  put: () => Promise.resolve(),
};

/** Panels in this process, readers in another one. */
class Rig implements AsyncDisposable {
  readonly readers: ReadersProcess;
  readonly #lines: OsdpLine[] = [];

  private constructor(readers: ReadersProcess) {
    this.readers = readers;
  }

  /** Resolves when every reader is there. */
  static async open(clock: Clock, counts: { lines: number; readersALine: number }): Promise<Rig> {
    const rig = new Rig(await ReadersProcess.start(counts));
    try {
      for (const path of rig.readers.paths) await rig.#openLine(path, clock, counts.readersALine);
      return rig;
    } catch (thrown) {
      await rig[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Milliseconds from the card to its event. */
  async presentCard(): Promise<number> {
    const line = this.#lines[0]!;
    const event = new Promise<bigint>((resolve) => {
      const listening = line.onEvent((_, { kind }) => {
        if (kind !== 'card') return;
        listening[Symbol.dispose]();
        resolve(process.hrtime.bigint());
      });
    });
    const shown = this.readers.heard('shown');
    this.readers.tell({ kind: 'card', line: 0, reader: 0 });
    const [{ at }, heardAt] = await Promise.all([shown, event]);
    return Number(heardAt - BigInt(at)) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) await line.close();
    await this.readers[Symbol.asyncDispose]();
  }

  async #openLine(path: string, clock: Clock, count: number): Promise<void> {
    const readers = Array.from({ length: count }, (_, address) => ({ id: `${address}` as ReaderId, address }));
    const parts = { keys, clock, random: new SystemRandom() };
    const line = await OsdpLine.open({ path, baudRate: OSDP_BAUD_RATE, readers, ...parts });
    this.#lines.push(line);
    const missing = new Set(readers.map(({ id }) => id));
    await new Promise<void>((resolve) => {
      line.onEvent((reader, event) => {
        if (event.kind === 'link' && event.link === 'up') missing.delete(reader);
        if (missing.size === 0) resolve();
      });
    });
  }
}
