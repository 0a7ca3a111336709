import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sep } from 'node:path';

/** File systems of the kernel's own: nothing can be kept in them. */
const NOT_STORAGE = new Set(['proc', 'sysfs', 'devpts', 'cgroup2', 'cgroup', 'mqueue', 'securityfs', 'debugfs', 'bpf']);

/** Everything becomes read-only but one folder. */
const SCRIPT = `
folder=$1; shift
mount --make-rprivate / && mount --bind "$folder" "$folder" || exit 1
cd "$folder" || exit 1
while [ "$1" != -- ]; do mount -o "remount,bind,$2" "$1" 2>/dev/null; shift 2; done
shift
exec "$@"`;

export type Confinement =
  | { readonly kind: 'confined'; readonly through: readonly string[] }
  | { readonly kind: 'none'; readonly why: string };

/**
 * A program, with its arguments, that becomes another one which can write into `folder` alone. Only root may do that,
 * or an account that may be root of a namespace of its own.
 */
export function confinedTo(folder: string): Confinement {
  // With mounts of its own; without root as the root of nothing else than these.
  const unshare = ['unshare', process.getuid?.() === 0 ? '-m' : '-mUr'];
  const tried = spawnSync('unshare', [unshare[1]!, 'mount', '--make-rprivate', '/'], { encoding: 'utf8' });
  if (tried.status !== 0) return { kind: 'none', why: tried.error?.message ?? tried.stderr.trim() };
  const others = mountsOf('self')
    .filter(({ kind, options }) => options.includes('rw') && !NOT_STORAGE.has(kind))
    .flatMap(({ at, options }) => [at, ['ro', ...options.filter((option) => option !== 'rw')].join(',')]);
  return { kind: 'confined', through: [...unshare, 'sh', '-c', SCRIPT, 'sh', folder, ...others, '--'] };
}

/** Where a process may write, besides into `folder`: what its own mounts say. */
export function writableOutside(process: number, folder: string): string[] {
  return mountsOf(process)
    .filter(({ kind, options }) => options.includes('rw') && !NOT_STORAGE.has(kind))
    .map(({ at }) => at)
    .filter((at) => at !== folder && !at.startsWith(folder + sep));
}

interface Mount {
  readonly at: string;
  readonly kind: string;
  readonly options: readonly string[];
}

/** proc(5): number, parent, device, root, at, options, optional fields, a hyphen, kind. */
function mountsOf(process: number | 'self'): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of readFileSync(`/proc/${process}/mountinfo`, 'utf8').trim().split('\n')) {
    const fields = line.split(' ');
    const at = (fields[4] ?? '').replaceAll(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCodePoint(Number.parseInt(octal, 8)),
    );
    // What is mounted over another one at the same place hides it.
    mounts.set(at, { at, kind: fields[fields.indexOf('-') + 1] ?? '', options: (fields[5] ?? '').split(',') });
  }
  return [...mounts.values()];
}
