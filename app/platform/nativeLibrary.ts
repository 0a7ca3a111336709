import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';

export type NativeArgument = number | bigint | Uint8Array | BigUint64Array;

/** What a C function returned, and why where it failed: `errno` by name, say `EACCES`. */
export type NativeAnswer =
  | { readonly kind: 'returned'; readonly value: number }
  | { readonly kind: 'failed'; readonly errno: string };

export type NativeFunction = (...args: readonly NativeArgument[]) => NativeAnswer;

/** A function that returns an `int`, whose meaning its caller knows. */
export type NativeCode = (...args: readonly NativeArgument[]) => number;
export type NativeCodeLater = (...args: readonly NativeArgument[]) => Promise<number>;

/** The C library that this process runs on, or one from a file. The one class that knows koffi. */
export class NativeLibrary {
  readonly #library: ReturnType<typeof koffi.load>;

  /** @throws Error where the file is no library that this machine can load. */
  constructor(path?: string) {
    this.#library = koffi.load(path ?? null);
  }

  /**
   * A function that returns an `int` and tells failure by -1 and `errno`.
   * @param definition its C prototype. Arrays are passed as pointers; a written one is marked `_Out_`.
   * @throws Error where the library has no such function.
   */
  int(definition: string): NativeFunction {
    const call = this.#library.func(definition);
    return (...args) => {
      const value = intOf(definition, call(...args));
      return value === -1 ? { kind: 'failed', errno: getSystemErrorName(-koffi.errno()) } : { kind: 'returned', value };
    };
  }

  /**
   * A function that returns an `int`, given back as it is.
   * @param definition as for `int`
   * @throws Error where the library has no such function.
   */
  code(definition: string): NativeCode {
    const call = this.#library.func(definition);
    return (...args) => intOf(definition, call(...args));
  }

  /**
   * The same, called on one of the threads that Node keeps for such things: it must come back soon, since they are few.
   * What it is passed must not be looked at before it has.
   */
  codeLater(definition: string): NativeCodeLater {
    const call = this.#library.func(definition);
    return (...args) =>
      new Promise((resolve, reject) => {
        call.async(...args, (error: unknown, value: unknown) => {
          try {
            if (error instanceof Error) reject(error);
            else resolve(intOf(definition, value));
          } catch (thrown) {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        });
      });
  }
}

function intOf(definition: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${definition} returned a ${typeof value}, not an int`);
  return value;
}

/** The part of it that callers need, so that a test can refuse what the kernel would allow. */
export type LibC = Pick<NativeLibrary, 'int'>;
