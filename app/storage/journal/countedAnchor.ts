import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { canonicalJson } from '#core/kernel/json.ts';
import type { Monotonic } from '#core/kernel/units.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import type { MonotonicCounter } from '#core/ports/monotonicCounter.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { parseCheckpoint } from './anchorFile.ts';

export const COUNTED_ANCHOR_FILE = 'anchor.counted';
/** What a TPM remembers wears: between two counts lies at least this. What came since is covered by the plain anchor alone. */
export const COUNTED_ANCHOR_MS_MIN = 10 * 60_000;
const FORMAT = 1;
const FILE_BYTES_MAX = 4_096;

const CountedText = z.strictObject({
  format: z.literal(FORMAT),
  count: z.int(),
  checkpoint: z.record(z.string(), z.json()),
  mac: z.string(),
});

export interface CountedAnchorParts {
  readonly path: string;
  readonly counter: MonotonicCounter;
  /** 32 bytes, for this alone; copied. */
  readonly key: Uint8Array;
  readonly monotonic: () => Monotonic;
}

/**
 * A checkpoint with the number that a counter stood at. The file is written with the next number first and counted then:
 * one that is behind the counter is an older file put in its place, also where the whole disk was put back.
 */
export class CountedAnchor implements AnchorStore {
  readonly name: string;
  readonly #parts: CountedAnchorParts;
  readonly #key: Buffer;
  #writtenAt: Monotonic | undefined;

  constructor(parts: CountedAnchorParts) {
    this.#parts = parts;
    this.#key = Buffer.from(parts.key);
    this.name = `${parts.path}, with ${parts.counter.name}`;
  }

  read(): Checkpoint | undefined {
    const { path, counter } = this.#parts;
    const counted = this.#faulty('the anchor as this gate wrote it', () => counter.read());
    const written = this.#faulty('the anchor as this gate wrote it', () =>
      existsSync(path) ? this.#open() : undefined,
    );
    if (written === undefined) {
      if (counted === undefined) return undefined;
      throw this.#fault('none', `the one of count ${counted}: it was taken away`);
    }
    // One ahead: the power went between the writing and the counting.
    if (written.count === (counted ?? 0) || written.count === (counted ?? 0) + 1) return written.checkpoint;
    throw this.#fault(
      `one of count ${written.count}`,
      `that of count ${counted ?? 0}: an older file, or another TPM, was put in its place`,
    );
  }

  write(checkpoint: Checkpoint): void {
    const { path, counter, monotonic } = this.#parts;
    const now = monotonic();
    if (this.#writtenAt !== undefined && now < this.#writtenAt + COUNTED_ANCHOR_MS_MIN) return;
    this.#faulty('a folder with room, and a counter that counts', () => {
      const count = (counter.read() ?? counter.increment()) + 1;
      const content = { count, checkpoint: { ...checkpoint } };
      replaceFile(path, `${JSON.stringify({ format: FORMAT, ...content, mac: this.#mac(content) })}\n`);
      counter.increment();
    });
    this.#writtenAt = now;
  }

  #open(): { readonly count: number; readonly checkpoint: Checkpoint } {
    const { path } = this.#parts;
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw new Error(`${size} bytes`);
    const parsed = CountedText.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
    const { count, checkpoint, mac } = parsed.data;
    const expected = this.#mac({ count, checkpoint });
    if (mac.length !== expected.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(expected)))
      throw new Error('a file that this gate did not write');
    return { count, checkpoint: parseCheckpoint(checkpoint) };
  }

  #mac(content: Parameters<typeof canonicalJson>[0]): string {
    return createHmac('sha256', this.#key).update(canonicalJson(content)).digest('hex');
  }

  #faulty<Result>(expected: string, act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw this.#fault(messageOf(error), expected, error);
    }
  }

  #fault(found: string, expected: string, cause?: unknown): Fault {
    return new Fault('journal', { thing: `journal anchor ${this.#parts.path}`, found, expected }, cause);
  }
}
