import { expect, test } from 'vitest';
import { NativeLibrary } from '#platform/nativeLibrary.ts';

test('a function of libc answers with its value', () => {
  expect(new NativeLibrary().int('int getpid()')()).toEqual({ kind: 'returned', value: process.pid });
});

test('a failed call names its errno', () => {
  expect(new NativeLibrary().int('int close(int fd)')(-1)).toEqual({ kind: 'failed', errno: 'EBADF' });
});

test('a function that libc does not have is refused when it is asked for, not when it is called', () => {
  expect(() => new NativeLibrary().int('int open_the_pod_bay_doors()')).toThrow();
});

test('a function that does not return an int is found out', () => {
  const getenv = new NativeLibrary().int('const char *getenv(const uint8_t *name)');
  expect(() => getenv(new TextEncoder().encode('PATH\0'))).toThrow(/not an int/);
});
