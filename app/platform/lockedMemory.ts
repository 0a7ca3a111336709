import { readFileSync } from 'node:fs';
import { NativeLibrary, type LibC, type NativeFunction } from './nativeLibrary.ts';

const RLIMIT_MEMLOCK = 8;
const MIB = 1024 * 1024;

/** What the kernel says, as text of /proc. */
export interface KernelWord {
  readonly status: () => string;
  readonly swaps: () => string;
}

const KERNEL: KernelWord = {
  status: () => readFileSync('/proc/self/status', 'utf8'),
  swaps: () => readFileSync('/proc/swaps', 'utf8'),
};

export interface MemoryLock {
  readonly locked: boolean;
  /** One sentence for the health page. */
  readonly says: string;
}

/**
 * Gives out memory that is never written to swap. Each buffer is locked by itself. Locking the whole process (mlockall)
 * is left alone by intent: under a limit, which is usual, every later allocation of the JavaScript engine and of the model
 * runtime would fail at some moment, and without one memory that they give back could not be taken from them. What a
 * cipher or a model works with for a moment is therefore not locked.
 *
 * A buffer that is no longer used is not unlocked: two may share a page, and a page is locked or not. It is when its
 * memory goes back to the system.
 */
export class LockedMemory {
  readonly #mlock: NativeFunction | undefined;
  readonly #kernel: KernelWord;
  #given = 0;
  #refused = 0;
  #why = '';

  constructor(libc?: LibC, kernel: KernelWord = KERNEL) {
    this.#kernel = kernel;
    try {
      const library = libc ?? new NativeLibrary();
      raiseLimit(library);
      this.#mlock = library.int('int mlock(const void *address, size_t length)');
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error);
    }
  }

  /** Zeros, in a buffer of their own. Memory that cannot be locked is given all the same: the gate works without. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const memory = new Uint8Array(new ArrayBuffer(bytes));
    const answer = bytes === 0 ? undefined : this.#mlock?.(memory, bytes);
    this.#given += bytes;
    if (answer?.kind === 'returned' || bytes === 0) return memory;
    this.#refused += bytes;
    if (answer !== undefined) this.#why = answer.errno;
    return memory;
  }

  /** Read back from the kernel, for the whole process. */
  state(what: string): MemoryLock {
    const locked = lockedBytes(this.#kernel.status());
    const held = this.#given - this.#refused;
    if (this.#refused === 0 && locked >= held)
      return { locked: true, says: `${what} lie in memory that is never written to swap: ${inMib(held)} of it here.` };
    const why = this.#refused > 0 ? `${inMib(this.#refused)} refused, ${this.#why}` : 'the kernel knows of less';
    const swap = hasSwap(this.#kernel.swaps()) ? 'this machine has swap' : 'this machine has no swap at present';
    return {
      locked: false,
      says:
        `${what} may be written to swap (${why}; ${swap}): let this account lock memory, with LimitMEMLOCK=infinity in ` +
        'the unit of the service.',
    };
  }
}

/** As far as it may be raised without more rights. What the kernel refuses stays as it was. */
function raiseLimit(libc: LibC): void {
  const limit = new BigUint64Array(2);
  if (libc.int('int getrlimit(int resource, _Out_ uint64_t *limit)')(RLIMIT_MEMLOCK, limit).kind === 'failed') return;
  const [, hard = 0n] = limit;
  libc.int('int setrlimit(int resource, const uint64_t *limit)')(RLIMIT_MEMLOCK, new BigUint64Array([hard, hard]));
}

const lockedBytes = (status: string): number => Number(/^VmLck:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;

/** A heading, and a line for each. */
const hasSwap = (swaps: string): boolean => swaps.trim().split('\n').length > 1;

const inMib = (bytes: number): string => `${(bytes / MIB).toFixed(bytes < MIB ? 3 : 1)} MiB`;
