import { setImmediate } from 'node:timers/promises';
import { messageOf } from '#core/kernel/fault.ts';
import { CHUNK_BYTES, ProcessMemory } from '../traces/processMemory.ts';
import { DISGUISE, type MemoryTrace } from './witnessMessages.ts';

const WORD_BYTES = 4;

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
    using memory = new ProcessMemory('self');
    for (const piece of memory.pieces()) {
      count(memory.read(chunk, piece), starts, found);
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
