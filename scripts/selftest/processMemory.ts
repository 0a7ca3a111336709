import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '#core/kernel/fault.ts';
import { DISGUISE, type MemoryTrace } from './witnessMessages.ts';

const CHUNK_BYTES = 1 << 20;
const WORD_BYTES = 4;
const PAGE_BYTES = 4_096;
/** proc(5), pagemap: 8 bytes a page; the upper two bits of the last one say that it is in memory, or was swapped out. */
const PAGE_ENTRY_BYTES = 8;
const PAGE_THERE = 0xc0;

/** Why this process's memory cannot be read. */
export interface Unreadable {
  readonly why: string;
}

/**
 * Searches the whole memory of this process, all its threads. The doors go on meanwhile: between two pieces the event
 * loop turns. What is searched for is disguised and undone word by word, so that the search does not find itself.
 * @returns how often each trace was found
 */
export async function searchOwnMemory(traces: readonly MemoryTrace[]): Promise<Map<string, number> | Unreadable> {
  const found = new Map(traces.map(({ name }) => [name, 0]));
  const starts = startsOf(traces);
  const overlap = Math.max(0, ...traces.map(({ words }) => words.length)) * WORD_BYTES;
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap);
  try {
    using memory = new OwnMemory();
    for (const at of memory.chunks()) {
      count(memory.read(chunk, at), starts, found);
      chunk.fill(0);
      await setImmediate();
    }
  } catch (error) {
    return { why: messageOf(error) };
  }
  return found;
}

/** Traces by their first word, and a table that passes over most words of a memory. */
interface Starts {
  readonly byWord: ReadonlyMap<number, readonly MemoryTrace[]>;
  readonly marks: Uint8Array;
}

function startsOf(traces: readonly MemoryTrace[]): Starts {
  const byWord = new Map<number, MemoryTrace[]>();
  const marks = new Uint8Array(1 << 16);
  for (const trace of traces) {
    const start = trace.words[0] ?? 0;
    byWord.set(start, [...(byWord.get(start) ?? []), trace]);
    marks[markOf((start ^ DISGUISE) >>> 0)] = 1;
  }
  return { byWord, marks };
}

/** Fibonacci hashing (Knuth): the lower bits of a float are often zero, as most of a memory is. */
const markOf = (word: number): number => Math.imul(word, 0x9e3779b1) >>> 16;

class OwnMemory implements Disposable {
  readonly #memory = openSync('/proc/self/mem', 'r');
  readonly #pages = openSync('/proc/self/pagemap', 'r');

  /** Where a piece begins of which a page is there: a runtime reserves far more than it uses. */
  *chunks(): Generator<number> {
    for (const { from, to } of writableRanges()) {
      for (let at = from; at < to; at += CHUNK_BYTES) if (this.#isThere(at, Math.min(to - at, CHUNK_BYTES))) yield at;
    }
  }

  /** As much as there is from `at` on; a range may have gone since it was listed. */
  read(into: Buffer, at: number): Buffer {
    try {
      return into.subarray(0, readSync(this.#memory, into, 0, into.length, at));
    } catch {
      return into.subarray(0, 0);
    }
  }

  #isThere(at: number, bytes: number): boolean {
    const entries = Buffer.alloc((bytes / PAGE_BYTES) * PAGE_ENTRY_BYTES);
    const length = readSync(this.#pages, entries, 0, entries.length, (at / PAGE_BYTES) * PAGE_ENTRY_BYTES);
    for (let last = PAGE_ENTRY_BYTES - 1; last < length; last += PAGE_ENTRY_BYTES) {
      if ((entries[last]! & PAGE_THERE) !== 0) return true;
    }
    return false;
  }

  [Symbol.dispose](): void {
    closeSync(this.#memory);
    closeSync(this.#pages);
  }
}

/** What is mapped to be read only, or to be run, holds code and files. */
function writableRanges(): { from: number; to: number }[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const range = /^([0-9a-f]+)-([0-9a-f]+) rw-/.exec(line);
      if (range === null) return [];
      return [{ from: Number.parseInt(range[1] ?? '', 16), to: Number.parseInt(range[2] ?? '', 16) }];
    });
}

function count(content: Buffer, starts: Starts, found: Map<string, number>): void {
  const words = new Uint32Array(content.buffer, content.byteOffset, Math.floor(content.length / WORD_BYTES));
  for (let at = 0; at < words.length; at++) {
    if (starts.marks[markOf(words[at]!)] === 0) continue;
    for (const { name, words: trace } of starts.byWord.get((words[at]! ^ DISGUISE) >>> 0) ?? []) {
      const same = trace.every((word, i) => ((words[at + i] ?? 0) ^ DISGUISE) >>> 0 === word);
      if (same) found.set(name, (found.get(name) ?? 0) + 1);
    }
  }
}
