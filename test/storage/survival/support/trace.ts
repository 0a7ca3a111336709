import { spawnSync } from 'node:child_process';

/** What a process did to the files, in the order in which the kernel was asked. Paths are absolute, or begin at an open folder. */
export type TraceEvent =
  | { readonly kind: 'write'; readonly fd: number; readonly at: number | undefined; readonly bytes: Buffer }
  | { readonly kind: 'size'; readonly fd: number; readonly bytes: number }
  /** What was written before it began is on the disk from here on. */
  | { readonly kind: 'sync-begun' | 'synced'; readonly fd: number; readonly thread: string }
  | {
      readonly kind: 'open';
      readonly fd: number;
      readonly path: string;
      readonly inside: number | undefined;
      readonly flags: ReadonlySet<string>;
    }
  | { readonly kind: 'close'; readonly fd: number }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string; readonly inside: number | undefined }
  | { readonly kind: 'make-folder'; readonly path: string };

const calls = (names: string): readonly string[] => names.split(' ');
const FOLLOWED_CALLS = calls(
  'openat close write pwrite64 ftruncate fsync fdatasync rename unlink unlinkat rmdir link mkdir',
);
/** Other ways to change a file: a recording that holds one of them would be blind to it, and is refused. */
const REFUSED_CALLS = calls(
  'open creat openat2 dup dup2 dup3 writev pwritev pwritev2 truncate fallocate sync syncfs sync_file_range renameat ' +
    'renameat2 linkat symlink symlinkat mkdirat copy_file_range sendfile splice io_uring_setup fork vfork',
);
/** More than any one write of a gate. */
const WRITE_BYTES_MAX = 16 * 1024 * 1024;

/** The command line that records into `file` what a command and all its threads do. */
export const recordingTo = (file: string): readonly string[] =>
  calls(`strace -f -qq -xx -s ${WRITE_BYTES_MAX} --seccomp-bpf -e signal=none`).concat(
    ['-e', `trace=${[...FOLLOWED_CALLS, ...REFUSED_CALLS].join(',')}`],
    ['-o', file],
  );

/** May this account look at what a process of its own asks the kernel? Some containers refuse it. */
export function mayRecord(): boolean {
  return (
    spawnSync('strace', ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=close', '-o', '/dev/null', 'true']).status === 0
  );
}

interface Call {
  readonly thread: string;
  readonly name: string;
  /** Undefined when the call ends, if it was told when it began. */
  readonly args: readonly string[];
  readonly result: number | undefined;
}

/** Reads what strace wrote. Throws where the recording cannot be whole. */
export class TraceReader {
  readonly #begun = new Map<string, Call>();

  *events(text: string): Generator<TraceEvent> {
    for (const line of text.split('\n')) if (line !== '') yield* this.#line(line);
  }

  *#line(line: string): Generator<TraceEvent> {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (rest.startsWith('<... ')) {
      const call = this.#begun.get(thread);
      this.#begun.delete(thread);
      if (call !== undefined) yield* ended({ ...call, result: resultOf(rest) });
      return;
    }
    const open = rest.indexOf('(');
    const name = rest.slice(0, open);
    const unfinished = rest.endsWith('<unfinished ...>');
    const told = rest.slice(open + 1, rest.lastIndexOf(unfinished ? '<unfinished' : ' = ')).trimEnd();
    const args = told.replace(/[,)]$/, '').split(', ');
    const call = { thread, name, args, result: unfinished ? undefined : resultOf(rest) };
    yield* begun(call);
    if (unfinished) this.#begun.set(thread, call);
    else yield* ended(call);
  }
}

/** Node keeps its list of descriptors that it waits for in such a ring; with a thread of the kernel's, files could be written by one. */
const isRingOfEvents = (name: string, args: readonly string[]): boolean =>
  name === 'io_uring_setup' && !args.some((arg) => arg.includes('IORING_SETUP_SQPOLL'));

const resultOf = (text: string): number => Number.parseInt(text.slice(text.lastIndexOf(' = ') + 3), 10);

/** What takes effect, or may, as soon as the kernel is asked. */
function* begun({ name, args, thread }: Call): Generator<TraceEvent> {
  const fd = Number(args[0]);
  if (REFUSED_CALLS.includes(name) && !isRingOfEvents(name, args))
    throw new Error(`a recording does not follow ${name}(${args.join(', ')})`);
  if (name === 'write') yield { kind: 'write', fd, at: undefined, bytes: bytesOf(args[1]) };
  if (name === 'pwrite64') yield { kind: 'write', fd, at: Number(args[3]), bytes: bytesOf(args[1]) };
  if (name === 'close') yield { kind: 'close', fd };
  if (name === 'fsync' || name === 'fdatasync') yield { kind: 'sync-begun', fd, thread };
}

/** What has taken effect once the kernel has answered. */
function* ended({ name, args, result, thread }: Call): Generator<TraceEvent> {
  if (result === undefined || Number.isNaN(result) || result < 0) return;
  const fd = Number(args[0]);
  const path = (index: number): string => bytesOf(args[index]).toString('utf8');
  if (name === 'openat')
    yield {
      kind: 'open',
      fd: result,
      path: path(1),
      inside: folderOf(args[0]),
      flags: new Set((args[2] ?? '').split('|')),
    };
  if (name === 'ftruncate') yield { kind: 'size', fd, bytes: Number(args[1]) };
  if (name === 'fsync' || name === 'fdatasync') yield { kind: 'synced', fd, thread };
  if (name === 'rename' || name === 'link') yield { kind: name, path: path(0), to: path(1) };
  if (name === 'unlink' || name === 'rmdir') yield { kind: 'remove', path: path(0), inside: undefined };
  if (name === 'unlinkat') yield { kind: 'remove', path: path(1), inside: folderOf(args[0]) };
  if (name === 'mkdir') yield { kind: 'make-folder', path: path(0) };
}

const folderOf = (arg: string | undefined): number | undefined => (arg === 'AT_FDCWD' ? undefined : Number(arg));

function bytesOf(arg = ''): Buffer {
  if (!arg.startsWith('"') || !arg.endsWith('"'))
    throw new Error(`a recording that was cut short: ${arg.slice(0, 80)}`);
  return Buffer.from(arg.slice(1, -1).replaceAll('\\x', ''), 'hex');
}
