import { existsSync, readFileSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Checkpoint } from '#core/journal/checkpoint.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { AnchorStore } from '#core/ports/anchorStore.ts';
import { replaceFile } from '../files/atomicFile.ts';

export const ANCHOR_FILE = 'anchor';
const FORMAT = 1;
const FILE_BYTES_MAX = 4_096;

const hexOf = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));

const CheckpointFields = {
  journal: hexOf(16),
  id: z.number().check(z.int(), z.gt(0)),
  hash: hexOf(32),
  at: z.number().check(z.int()),
  key: hexOf(32),
  signature: hexOf(64),
};
const AnchorText = z.strictObject({ format: z.literal(FORMAT), ...CheckpointFields });
const CheckpointText = z.strictObject(CheckpointFields);

/** @throws Error that says what is wrong with it. */
export function parseCheckpoint(found: unknown): Checkpoint {
  const parsed = CheckpointText.safeParse(found);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return { ...parsed.data, id: parsed.data.id as JournalId, at: wallTime(parsed.data.at) };
}

/** The last checkpoint in a small file, beside the journal or, better, on another disk. */
export class AnchorFile implements AnchorStore {
  readonly name: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.name = path;
  }

  read(): Checkpoint | undefined {
    try {
      if (!existsSync(this.#path)) return undefined;
      const { size } = statSync(this.#path);
      if (size > FILE_BYTES_MAX) throw new Error(`${size} bytes`);
      const parsed = AnchorText.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
      if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
      const { format: _, ...checkpoint } = parsed.data;
      return parseCheckpoint(checkpoint);
    } catch (error) {
      throw this.#fault(messageOf(error), 'the anchor as this gate wrote it', error);
    }
  }

  write(checkpoint: Checkpoint): void {
    try {
      replaceFile(this.#path, `${JSON.stringify({ format: FORMAT, ...checkpoint })}\n`);
    } catch (error) {
      throw this.#fault(messageOf(error), 'a folder with room that this account may write', error);
    }
  }

  #fault(found: string, expected: string, cause: unknown): Fault {
    return new Fault('journal', { thing: `journal anchor ${this.#path}`, found, expected }, cause);
  }
}
