import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Most bytes of one piece of a memory. */
export const CHUNK_BYTES = 1 << 20;
const PAGE_BYTES = 4_096;
/** proc(5), pagemap: 8 bytes a page; the upper two bits of the last one say that it is in memory, or was swapped out. */
const PAGE_ENTRY_BYTES = 8;
const PAGE_THERE = 0xc0;

/** A piece of a memory, at most CHUNK_BYTES. */
export interface MemoryPiece {
  readonly at: number;
  readonly bytes: number;
}

/** Everything that a process can write to in its memory, all its threads. */
export class ProcessMemory implements Disposable {
  readonly #process: number | 'self';
  readonly #memory: number;
  readonly #pages: number;
  readonly #unread: MemoryPiece[] = [];

  /** @throws Error of the system where this account may not read that process. */
  constructor(process: number | 'self') {
    this.#process = process;
    this.#memory = openSync(`/proc/${process}/mem`, 'r');
    this.#pages = openSync(`/proc/${process}/pagemap`, 'r');
  }

  /** Of the pieces that were to be read, as a device's. What has gone since it was listed is not counted. */
  get unreadBytes(): number {
    const ranges = this.#unread.length === 0 ? [] : writableRanges(this.#process);
    const still = ({ at, bytes }: MemoryPiece): number =>
      sum(ranges.map(({ from, to }) => Math.max(0, Math.min(to, at + bytes) - Math.max(from, at))));
    return sum(this.#unread.map(still));
  }

  /**
   * Of memory of its own the pages that are there and lie side by side: a runtime reserves far more than it uses. Of
   * memory that it shares everything: what another process wrote there is not listed as a page of this one.
   */
  *pieces(): Generator<MemoryPiece> {
    for (const { from, to, shared } of writableRanges(this.#process)) {
      for (let at = from; at < to; at += CHUNK_BYTES) {
        const bytes = Math.min(to - at, CHUNK_BYTES);
        if (shared) yield { at, bytes };
        else yield* this.#thereIn(at, bytes);
      }
    }
  }

  /** The piece, and as much of what lies behind it as there is and `into` has room for beyond CHUNK_BYTES. */
  read(into: Buffer, { at, bytes }: MemoryPiece): Buffer {
    const read = this.#read(into.subarray(0, bytes + Math.max(0, into.length - CHUNK_BYTES)), at);
    if (read < bytes) this.#unread.push({ at: at + read, bytes: bytes - read });
    return into.subarray(0, read);
  }

  #read(into: Buffer, at: number): number {
    try {
      return readSync(this.#memory, into, 0, into.length, at);
    } catch {
      return 0;
    }
  }

  *#thereIn(from: number, bytes: number): Generator<MemoryPiece> {
    const entries = Buffer.alloc((bytes / PAGE_BYTES) * PAGE_ENTRY_BYTES);
    readSync(this.#pages, entries, 0, entries.length, (from / PAGE_BYTES) * PAGE_ENTRY_BYTES);
    let start: number | undefined;
    for (let offset = 0; offset <= bytes; offset += PAGE_BYTES) {
      const last = (offset / PAGE_BYTES) * PAGE_ENTRY_BYTES + PAGE_ENTRY_BYTES - 1;
      if (((entries[last] ?? 0) & PAGE_THERE) !== 0) start ??= offset;
      else if (start !== undefined) {
        yield { at: from + start, bytes: offset - start };
        start = undefined;
      }
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#memory);
    closeSync(this.#pages);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

interface Range {
  readonly from: number;
  readonly to: number;
  readonly shared: boolean;
}

/** What is mapped to be read only holds code and files. */
function writableRanges(process: number | 'self'): Range[] {
  return readFileSync(`/proc/${process}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from, to, sharing] = /^([0-9a-f]+)-([0-9a-f]+) .w.([ps])/.exec(line) ?? [];
      if (from === undefined || to === undefined) return [];
      return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), shared: sharing === 's' }];
    });
}
