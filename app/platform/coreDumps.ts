import { NativeLibrary, type LibC, type NativeAnswer } from './nativeLibrary.ts';

const RLIMIT_CORE = 4;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

export interface CoreDumps {
  readonly forbidden: boolean;
  /** One sentence for the health page. */
  readonly says: string;
}

/**
 * Keeps templates and keys out of crash dumps. The limit alone does not do: the kernel ignores it where dumps are piped to
 * a collector, and there only the dumpable flag counts, which also keeps other processes of the account from attaching.
 * What is told is read back from the kernel, for this process; a child process has to ask again.
 */
export function forbidCoreDumps(libc: LibC = new NativeLibrary()): CoreDumps {
  const setrlimit = libc.int('int setrlimit(int resource, const uint64_t *limit)');
  const getrlimit = libc.int('int getrlimit(int resource, _Out_ uint64_t *limit)');
  const prctl = libc.int('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');

  const limited = setrlimit(RLIMIT_CORE, new BigUint64Array(2));
  const limit = new BigUint64Array([1n, 1n]);
  const limitRead = getrlimit(RLIMIT_CORE, limit);
  const flagged = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

  const missing: string[] = [];
  if (limitRead.kind === 'failed' || limit[0] !== 0n || limit[1] !== 0n) missing.push(`RLIMIT_CORE ${why(limited)}`);
  if (dumpable.kind === 'failed' || dumpable.value !== 0) missing.push(`PR_SET_DUMPABLE ${why(flagged)}`);
  return missing.length === 0
    ? {
        forbidden: true,
        says: 'This process writes no core dump and no other process of its account may attach to it.',
      }
    : { forbidden: false, says: `A crash may write memory to the disk: ${missing.join(', ')}.` };
}

const why = (answer: NativeAnswer): string => (answer.kind === 'failed' ? answer.errno : 'did not hold');
