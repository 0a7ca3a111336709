import { NativeLibrary, type LibC } from './nativeLibrary.ts';

const M_PERTURB = -6;
/** What freed memory is filled with; any byte but 0. */
const FILLING = 0x55;

export interface FreedMemory {
  readonly overwritten: boolean;
  /** One sentence for the health page. */
  readonly says: string;
}

/**
 * Has the C library overwrite what native code frees, in the whole process from now on. Libraries free their working
 * memory as it is: the model runtime leaves a face's features there, and nothing of ours can reach them any more. Blocks
 * of some hundred bytes, which the C library keeps at hand for a thread, stay as they are.
 */
export function overwriteFreedMemory(libc?: LibC): FreedMemory {
  const why = refusal(libc);
  return why === undefined
    ? { overwritten: true, says: 'Memory that native code frees is overwritten.' }
    : { overwritten: false, says: `Memory that native code frees keeps what it held: ${why}.` };
}

/**
 * Has the C library give the memory that was freed back to the system, once: after a start, whose reading and compiling
 * leave some 30 MB of it behind. A library that cannot do it keeps it, which harms nobody.
 */
export function giveBackFreedMemory(libc?: LibC): void {
  try {
    (libc ?? new NativeLibrary()).int('int malloc_trim(size_t pad)')(0);
  } catch {
    // Another C library than glibc has no such function.
  }
}

function refusal(libc: LibC | undefined): string | undefined {
  try {
    const answer = (libc ?? new NativeLibrary()).int('int mallopt(int param, int value)')(M_PERTURB, FILLING);
    return answer.kind === 'returned' && answer.value === 1 ? undefined : 'mallopt refused';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
