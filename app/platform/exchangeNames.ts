import { NativeLibrary, type LibC } from './nativeLibrary.ts';

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

export type Exchange = { readonly kind: 'exchanged' } | { readonly kind: 'refused'; readonly errno: string };

/**
 * Gives each of two files or folders the other one's name, in one step: whoever looks finds both, at any moment. Linux,
 * on file systems that can (ext4, xfs, btrfs, tmpfs); where it is `refused` nothing has changed.
 */
export function exchangeNames(one: string, other: string, libc: LibC = new NativeLibrary()): Exchange {
  const renameat2 = libc.int(
    'int renameat2(int from, const uint8_t *one, int to, const uint8_t *other, unsigned int flags)',
  );
  const answer = renameat2(AT_FDCWD, terminated(one), AT_FDCWD, terminated(other), RENAME_EXCHANGE);
  return answer.kind === 'failed' ? { kind: 'refused', errno: answer.errno } : { kind: 'exchanged' };
}

const terminated = (path: string): Uint8Array => Buffer.from(`${path}\0`, 'utf8');
