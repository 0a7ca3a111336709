import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';

export type NativeArgument = number | bigint | Uint8Array | BigUint64Array;

/** What a C function returned, and why where it failed: `errno` by name, say `EACCES`. */
export type NativeAnswer =
  | { readonly kind: 'returned'; readonly value: number }
  | { readonly kind: 'failed'; readonly errno: string };

export type NativeFunction = (...args: readonly NativeArgument[]) => NativeAnswer;

/** The C library that this process runs on. The one class that knows koffi. */
export class NativeLibrary {
  readonly #library = koffi.load(null);

  /**
   * A function that returns an `int` and tells failure by -1 and `errno`.
   * @param definition its C prototype. Arrays are passed as pointers; a written one is marked `_Out_`.
   * @throws Error where the library has no such function.
   */
  int(definition: string): NativeFunction {
    const call = this.#library.func(definition);
    return (...args) => {
      const value: unknown = call(...args);
      if (typeof value !== 'number') throw new TypeError(`${definition} returned a ${typeof value}, not an int`);
      return value === -1 ? { kind: 'failed', errno: getSystemErrorName(-koffi.errno()) } : { kind: 'returned', value };
    };
  }
}

/** The part of it that callers need, so that a test can refuse what the kernel would allow. */
export type LibC = Pick<NativeLibrary, 'int'>;
